"""The invented schools: the same from the same seed, of the promised size, and whole."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from demo.data import apothekersassistent, people
from demo.data.generate import federation
from demo.data.model import School
from demo.data.years import FIRST_YEARS, TODAY, period_bounds, periods

LISTS = (
    "units", "sites", "rooms", "employees", "periods", "specifications", "programmes", "modules", "parts",
    "programme_offers", "module_offers", "part_offers", "teams",
)  # fmt: skip


@pytest.fixture(scope="module")
def schools() -> tuple[School, ...]:
    return federation(random.Random(7))


def _total(schools: tuple[School, ...], *names: str) -> int:
    return sum(school.counts()[name] for school in schools for name in names)


def test_the_same_seed_gives_the_same_schools(schools: tuple[School, ...]) -> None:
    assert federation(random.Random(7)) == schools


def test_another_seed_gives_other_persons_and_the_same_codes_of_courses(schools: tuple[School, ...]) -> None:
    others = federation(random.Random(8))
    assert [item.surname for item in others[0].students] != [item.surname for item in schools[0].students]
    assert [item.code for item in others[0].modules] == [item.code for item in schools[0].modules]


def test_three_schools_have_thirty_programmes_three_hundred_courses_and_a_thousand_offerings(
    schools: tuple[School, ...],
) -> None:
    assert len(schools) == 3
    assert _total(schools, "programs") in range(28, 34)
    assert _total(schools, "courses") == 300
    assert _total(schools, "program-offerings", "course-offerings", "component-offerings") == 1000
    assert [len(school.students) for school in schools] == [30, 30, 30]


@pytest.mark.parametrize("scale", [1, 3])
def test_codes_are_unique_within_each_list_at_every_scale(scale: int) -> None:
    for school in federation(random.Random(7), scale):
        for name in LISTS:
            counted = Counter(item.code for item in getattr(school, name))
            assert [code for code, number in counted.items() if number > 1] == [], (school.id, name)


def test_scale_multiplies_courses_offerings_and_students(schools: tuple[School, ...]) -> None:
    tripled = federation(random.Random(7), 3)
    for name in ("programs", "courses", "program-offerings", "course-offerings", "persons"):
        assert _total(tripled, name) == 3 * _total(schools, name), name


@pytest.mark.parametrize("scale", [0, -1])
def test_a_scale_below_one_is_refused(scale: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        federation(random.Random(7), scale)


def _references(school: School) -> Iterator[tuple[str, str | None, str]]:
    """Every code that refers to something, and the list it must stand in."""
    for unit in school.units:
        yield "unit of a unit", unit.parent, "units"
    for room in school.rooms:
        yield "site of a room", room.site, "sites"
    for programme in school.programmes:
        yield "crebo", programme.crebo, "specifications"
        yield "unit of a programme", programme.unit, "units"
        yield "coordinator", programme.coordinator, "employees"
        yield "parent", programme.parent, "programmes"
    for module in school.modules:
        yield "unit of a module", module.unit, "units"
        yield "coordinator of a module", module.coordinator, "employees"
        yield "keuzedeel", module.keuzedeel, "specifications"
        for code in module.programmes:
            yield "programme of a module", code, "programmes"
    for part in school.parts:
        yield "module of a part", part.module, "modules"
        yield "parent of a part", part.parent, "parts"
    for offer in school.module_offers:
        yield "module", offer.module, "modules"
        yield "period", offer.period, "periods"
        yield "site", offer.site, "sites"
    for start in school.programme_offers:
        yield "programme", start.programme, "programmes"
        yield "year", start.year, "periods"
    for lesson in school.part_offers:
        yield "part", lesson.part, "parts"
        yield "course offering", lesson.module_offer, "module_offers"
        yield "room", lesson.room, "rooms"
    for enrolment in school.enrolments:
        yield "programme offering", enrolment.offer, "programme_offers"
    for mark in school.marks:
        yield "offering of a mark", mark.offer, "module_offers"


def test_before_any_mistake_is_planted_every_reference_leads_somewhere(schools: tuple[School, ...]) -> None:
    for school in schools:
        known = {name: {item.code for item in getattr(school, name)} for name in LISTS}
        for what, code, name in _references(school):
            assert code is None or code in known[name], (school.id, what, code)


def test_periods_last_ten_weeks_and_do_not_overlap() -> None:
    bounds = [period_bounds(first, number) for first in FIRST_YEARS for number in range(1, 5)]
    for start, end in bounds:
        assert start.weekday() == 0
        assert (end - start).days == 10 * 7 - 3
    assert all(before[1] < after[0] for before, after in pairwise(bounds))
    assert len(periods()) == len(FIRST_YEARS) * 5


def test_enrolment_has_four_moments_a_year_and_closes_before_the_start(schools: tuple[School, ...]) -> None:
    for school in schools:
        moments = {offer.enrol_start for offer in school.module_offers if offer.period.startswith("2026")}
        assert len(moments) == 4
        assert all(offer.enrol_start < offer.enrol_end < offer.start < offer.end for offer in school.module_offers)


def test_no_course_has_more_students_than_places_and_some_are_full(schools: tuple[School, ...]) -> None:
    offers = [offer for school in schools for offer in school.module_offers]
    assert all(0 <= offer.enrolled <= offer.places for offer in offers)
    assert any(offer.enrolled == offer.places and offer.pending for offer in offers)


def test_every_form_of_teaching_and_both_pathways_occur(schools: tuple[School, ...]) -> None:
    for school in schools:
        assert {offer.delivery for offer in school.module_offers} == {"locatie", "online", "hybride", "werkplek"}
        assert {programme.pathway for programme in school.programmes} == {"BOL", "BBL"}


def test_nursing_is_taught_at_every_school(schools: tuple[School, ...]) -> None:
    for school in schools:
        assert any("verpleegkunde" in (module.title + module.description).lower() for module in school.modules)


def test_the_worked_qualification_stands_in_full_at_one_school(schools: tuple[School, ...]) -> None:
    school = schools[0]
    modules = {module.code: module for module in school.modules}
    parts = {part.code: part for part in school.parts}
    for code, *_ in apothekersassistent.COURSES:
        assert code in modules
    for code, module, *_ in apothekersassistent.COMPONENTS:
        assert parts[code].module == module
    taught = {outcome.code for module in school.modules for outcome in module.outcomes}
    assert set(apothekersassistent.OUTCOMES) <= taught
    tracks = {item.code: item for item in school.programmes if item.parent == "APO"}
    assert {code: item.load for code, item in tracks.items()} == {"APO-REG": 4800, "APO-VER": 3600}
    for other in schools[1:]:
        assert not any(item.crebo == apothekersassistent.CREBO for item in other.programmes)


def test_outcomes_name_outcomes_and_work_processes_that_exist() -> None:
    tasks = {code for code, _ in apothekersassistent.CORE_TASKS}
    for outcome in apothekersassistent.OUTCOMES.values():
        assert set(outcome.parents) <= set(apothekersassistent.OUTCOMES)
        assert outcome.work_process is None or outcome.work_process in tasks


def test_identifiers_have_the_form_of_real_ones_and_belong_to_nobody(schools: tuple[School, ...]) -> None:
    for school in schools:
        assert re.fullmatch(r"\d{2}[A-Z]{2}", school.brin)
        assert re.fullmatch(r"\d{20}", school.oin)
        assert school.home.endswith(".example")
        mails = [person.mail for person in school.employees] + [student.mail for student in school.students]
        assert all(mail.endswith(".example") for mail in mails)
        for item in school.specifications:
            assert re.fullmatch(r"K\d{4}" if item.kind == "keuzedeel" else r"\d{5}", item.code)
    assert len({school.brin for school in schools} | {school.oin for school in schools}) == 6


def test_no_number_of_a_person_can_be_a_bsn(schools: tuple[School, ...]) -> None:
    numbers = [student.bsn for school in schools for student in school.students]
    numbers += [people.unusable_number(index) for index in (*range(2000), 99_999)]
    assert all(re.fullmatch(r"9999\d{5}", number) for number in numbers)
    assert not any(people.passes_eleven_test(number) for number in numbers)


def test_results_exist_for_courses_that_ended_and_for_no_others(schools: tuple[School, ...]) -> None:
    for school in schools:
        ends = {offer.code: offer.end for offer in school.module_offers}
        for mark in school.marks:
            assert (mark.value is not None) == (ends[mark.offer] < TODAY)
            if mark.value is not None and mark.scale == "cijfer":
                assert 1 <= float(mark.value) <= 10
            elif mark.value is not None:
                assert mark.value in {"O", "V", "G"}


def test_nobody_takes_the_same_offering_twice(schools: tuple[School, ...]) -> None:
    for school in schools:
        taken: Counter[tuple[Any, Any]] = Counter((mark.student, mark.offer) for mark in school.marks)
        assert max(taken.values()) == 1
