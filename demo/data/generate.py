"""The whole demonstration federation from one seed: the same random source gives the same schools."""

from __future__ import annotations

import random
from datetime import date, timedelta

from demo.data import catalogue, offers, people
from demo.data.model import (
    Classroom,
    Enrolment,
    Mark,
    Module,
    ModuleOffer,
    Part,
    PartOffer,
    Programme,
    ProgrammeOffer,
    School,
    Site,
    Student,
    Team,
    Unit,
)
from demo.data.profiles import PROFILES, Profile
from demo.data.years import FIRST_YEARS, TODAY, periods, year_bounds

_PART_OFFERS = 40
_ROOMS_PER_SITE = 6
_ROOM_KINDS = ("leslokaal", "computerlokaal", "praktijklokaal", "toetslokaal")


def federation(rng: random.Random, scale: int = 1) -> tuple[School, ...]:
    """The three schools. ``scale`` multiplies programmes, courses, offerings and students.

    Raises ValueError for a scale below 1.
    """
    if scale < 1:
        raise ValueError(f"scale must be 1 or more, not {scale}")
    return tuple(_school(random.Random(rng.getrandbits(64)), profile, scale) for profile in PROFILES)  # noqa: S311


def _school(rng: random.Random, profile: Profile, scale: int) -> School:
    units = catalogue.units(profile)
    team_codes = tuple(unit.code for unit in units if unit.kind == "team")
    employees = people.employees(rng, profile.home, team_codes, 3)
    coordinators = catalogue.Coordinators(rng, employees)
    rooms = _rooms(profile.sites)
    programmes: list[Programme] = []
    modules: list[Module] = []
    parts: list[Part] = []
    programme_offers: list[ProgrammeOffer] = []
    module_offers: list[ModuleOffer] = []
    part_offers: list[PartOffer] = []
    for variant in range(1, scale + 1):
        more_programmes = catalogue.programmes(rng, profile, coordinators, variant)
        more_modules = catalogue.ModuleMaker(rng, profile, more_programmes, coordinators, variant).make()
        more_parts = catalogue.parts(rng, more_modules, profile.worked_qualification, variant)
        starts = offers.programme_offers(rng, more_programmes, profile.sites, variant)
        courses = offers.module_offers(rng, more_modules, profile.sites, profile.offers - len(starts) - _PART_OFFERS)
        programmes += more_programmes
        modules += more_modules
        parts += more_parts
        programme_offers += starts
        module_offers += courses
        part_offers += offers.part_offers(rng, more_parts, courses, rooms, _PART_OFFERS)
    students = people.students(rng, profile.home, profile.first_student, profile.students * scale)
    enrolments = _enrolments(rng, students, programmes, programme_offers)
    return School(
        id=profile.id,
        kind=profile.kind,
        name=profile.name,
        short_name=profile.short_name,
        home=profile.home,
        brin=profile.brin,
        oin=profile.oin,
        colour=profile.colour,
        units=units,
        sites=profile.sites,
        rooms=rooms,
        employees=employees,
        periods=periods(),
        specifications=catalogue.specifications(profile),
        programmes=tuple(programmes),
        modules=tuple(modules),
        parts=tuple(parts),
        programme_offers=tuple(programme_offers),
        module_offers=tuple(module_offers),
        part_offers=tuple(part_offers),
        teams=_teams(rng, units, programmes, module_offers),
        students=students,
        enrolments=enrolments,
        marks=_marks(rng, students, modules, module_offers),
    )


def _rooms(sites: tuple[Site, ...]) -> tuple[Classroom, ...]:
    result = []
    for site in sites:
        for index in range(_ROOMS_PER_SITE):
            kind = _ROOM_KINDS[index % len(_ROOM_KINDS)]
            floor, number = divmod(index, 3)
            code = f"{site.code}-{floor}.{number + 1:02d}"
            result.append(Classroom(code, f"{kind.capitalize()} {code}", site.code, kind, 16 + 4 * index, str(floor)))
    return tuple(result)


def _teams(
    rng: random.Random, units: tuple[Unit, ...], programmes: list[Programme], module_offers: list[ModuleOffer]
) -> tuple[Team, ...]:
    """A class per programme, a team of staff per unit, a learning group for one course offering in ten."""
    start, end = year_bounds(2026)
    result = [
        Team(f"KL-{item.code}", "stamgroep", f"Klas {item.name} 2026", item.unit, start, end, rng.randrange(14, 28))
        for item in programmes
    ]
    teams = [unit for unit in units if unit.kind == "team"]
    result += [Team(f"DT-{unit.code}", "docententeam", unit.name, unit.code, start, end, 3) for unit in teams]
    for index, offer in enumerate(module_offers):
        if index % 10 == 0:
            unit = teams[index // 10 % len(teams)]
            result.append(
                Team(f"LG-{offer.code}", "lesgroep", offer.name, unit.code, offer.start, offer.end, offer.enrolled)
            )
    return tuple(result)


def _enrolments(
    rng: random.Random, students: tuple[Student, ...], programmes: list[Programme], starts: list[ProgrammeOffer]
) -> tuple[Enrolment, ...]:
    """One programme per student; one in eight has an application for the next year as well."""
    by_code = {programme.code: programme for programme in programmes}
    this_year = [offer for offer in starts if offer.start.year == 2026]
    next_year = [offer for offer in starts if offer.start.year == 2027]
    result = []
    for index, student in enumerate(students):
        offer = this_year[index % len(this_year)]
        stopped = not student.active
        end = TODAY - timedelta(days=rng.randrange(5, 40)) if stopped else None
        result.append(_enrolment(student, 1, offer, by_code, end, "Beeindigd" if stopped else "Definitief"))
        if index % 8 == 3:
            later = next_year[(index + 1) % len(next_year)]
            result.append(_enrolment(student, 2, later, by_code, None, "Voorlopig"))
    return tuple(result)


def _enrolment(
    student: Student,
    number: int,
    offer: ProgrammeOffer,
    programmes: dict[str, Programme],
    end: date | None,
    status: str,
) -> Enrolment:
    programme = programmes[offer.programme]
    return Enrolment(
        number=f"{student.number}-{number}",
        student=student.number,
        offer=offer.code,
        crebo=programme.crebo,
        pathway=programme.pathway,
        cohort=offer.year,
        begin=offer.start,
        planned_end=offer.end,
        end=end,
        status=status,
    )


def _marks(
    rng: random.Random, students: tuple[Student, ...], modules: list[Module], module_offers: list[ModuleOffer]
) -> tuple[Mark, ...]:
    """Four to seven courses per student: with a result when they ended before today, otherwise going on."""
    by_code = {module.code: module for module in modules}
    past = [offer for offer in module_offers if offer.end < TODAY]
    coming = [offer for offer in module_offers if offer.end >= TODAY and offer.start.year in {2026, 2027}]
    coming = [offer for offer in coming if offer.period.startswith(str(FIRST_YEARS[1]))]
    result = []
    for student in students:
        chosen = rng.sample(past, rng.randrange(2, 5)) + rng.sample(coming, rng.randrange(2, 4))
        for number, offer in enumerate(chosen, start=1):
            result.append(_mark(rng, student, number, offer, by_code[offer.module]))
    return tuple(result)


def _mark(rng: random.Random, student: Student, number: int, offer: ModuleOffer, module: Module) -> Mark:
    over = offer.end < TODAY
    value: str | None = None
    passed: bool | None = None
    if over and offer.scale == "OVG":
        value = rng.choice(("O", "V", "V", "G"))
        passed = value != "O"
    elif over:
        tenths = min(100, max(10, round(rng.gauss(68, 13))))
        value, passed = f"{tenths / 10:.1f}", tenths >= 55
    waiting = "Wachtlijst" if offer.enrolled >= offer.places else "Ingeschreven"
    return Mark(
        number=f"{student.number}-R{number}",
        student=student.number,
        offer=offer.code,
        load=module.load,
        scale=offer.scale,
        value=value,
        passed=passed,
        day=offer.end if over else None,
        status="Afgerond" if over else waiting,
    )
