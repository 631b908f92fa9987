"""Collections over a real database: paging, order, filters, search, sub-collections, who may see what."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from gateway.app import Gateway, build_app
from gateway.catalogue.folding import fold, name_key
from gateway.catalogue.serve.testkit import Caller, Published, configure, id_of, publish, sample
from gateway.clock import FakeClock
from gateway.settings import Settings
from gateway.storage import Database

MEMBERS = {"roc-a": True, "roc-b": True, "roc-c": False}
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
async def gateway(database: Database, clock: FakeClock) -> AsyncIterator[Gateway]:
    """A running application over members a and b, which are public, and c, which is not."""
    async with database.transaction() as session:
        await configure(session, MEMBERS, clock)
    application = build_app(Settings(), clock=clock, database=database)
    await application.start()
    yield application
    await application.stop()


@pytest.fixture
def api(gateway: Gateway) -> Caller:
    return Caller(gateway)


class Put(Protocol):
    async def __call__(self, member: str, *resources: Published) -> None: ...


@pytest.fixture
def put(gateway: Gateway, database: Database) -> Put:
    """Publishes resources of a member; the application knows of it when it returns."""

    async def publishing(member: str, *resources: Published) -> None:
        async with database.transaction() as session:
            await publish(session, member, resources)
        assert gateway.services
        await gateway.services.follower.refresh()

    return publishing


async def all_ids(api: Caller, target: str, size: int = 10) -> list[str]:
    """The ids of all pages, each page asked for by its number."""
    found: list[str] = []
    number, more = 1, True
    while more:
        reply = await api.get(f"{target}{'&' if '?' in target else '?'}pageSize={size}&pageNumber={number}")
        assert reply.status == 200, reply.body
        found += reply.ids
        more = reply.json()["hasNextPage"]
        number += 1
    return found


def numbers(ids: Iterable[str]) -> list[int]:
    return [int(identifier[-4:], 16) for identifier in ids]


# -- paging -------------------------------------------------------------------------------------------------------


async def test_a_page_past_the_end_is_empty(api: Caller, put: Put) -> None:
    await put("roc-a", *(sample("Course", number) for number in range(25)))
    reply = await api.get("/courses?pageNumber=3")
    assert reply.json() | {"items": None} == {
        "pageSize": 10, "pageNumber": 3, "hasPreviousPage": True, "hasNextPage": False, "totalPages": 3, "items": None,
    }  # fmt: skip
    assert len(reply.ids) == 5
    for number in (4, 2**31 - 1):
        past = (await api.get(f"/courses?pageNumber={number}")).json()
        assert past["items"] == []
        assert (past["hasPreviousPage"], past["hasNextPage"], past["totalPages"]) == (True, False, 3)


async def test_items_are_the_published_bytes(api: Caller, put: Put) -> None:
    course = sample("Course", 1, "Zorg", ext={"leerweg": "bol"})
    await put("roc-a", course)
    assert (await api.get("/courses")).json()["items"] == [course.value]


names = st.text(st.sampled_from("abzABZ éïĳ019-'"), min_size=1, max_size=6).filter(lambda name: bool(name.strip()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    courses=st.lists(st.tuples(names, st.sampled_from(sorted(MEMBERS))), max_size=70),
    size=st.sampled_from([10, 20, 50]),
    sort=st.sampled_from(["", "name", "-name", "courseId", "-courseId", "name,-courseId", "-name,courseId"]),
)
async def test_the_pages_together_are_the_ordered_whole(
    api: Caller, gateway: Gateway, database: Database, courses: list[tuple[str, str]], size: int, sort: str
) -> None:
    async with database.transaction() as session:
        await session.execute(text("TRUNCATE catalogue_resources, catalogue_bodies"))
        for member in MEMBERS:
            own = [sample("Course", number, name) for number, (name, at) in enumerate(courses) if at == member]
            await publish(session, member, own)
    assert gateway.services
    await gateway.services.follower.refresh()
    expected = [(name_key(name), id_of("Course", n)) for n, (name, at) in enumerate(courses) if MEMBERS[at]]
    expected.sort(key=lambda pair: pair[1])
    for part in reversed(sort.split(",") if sort else ["name"]):
        by_id = part.lstrip("-") == "courseId"
        expected.sort(key=lambda pair: pair[1] if by_id else pair[0], reverse=part.startswith("-"))
    found = await all_ids(api, f"/courses?sort={sort}" if sort else "/courses", size)
    assert found == [identifier for _, identifier in expected]


async def test_resources_without_the_value_come_last_in_both_directions(api: Caller, put: Put) -> None:
    rooms = [sample("Room", n, totalSeats=seats) for n, seats in enumerate((30, None, 4, 200))]
    await put("roc-a", *rooms)
    assert numbers((await api.get("/rooms?sort=totalSeats")).ids) == [2, 0, 3, 1]
    assert numbers((await api.get("/rooms?sort=-totalSeats")).ids) == [3, 0, 2, 1]


async def test_education_specifications_sort_by_type_and_by_code(api: Caller, put: Put) -> None:
    await put(
        "roc-a",
        sample("Organization", 1),
        *(
            sample(
                "EducationSpecification",
                n,
                educationSpecificationType=kind,
                primaryCode={"codeType": "crohoCreboCode", "code": code},
                organization=id_of("Organization", 1),
            )
            for n, (kind, code) in enumerate([("program", "25180"), ("cluster", "79140"), ("course", "23110")])
        ),
    )
    base = "/education-specifications"
    assert numbers((await api.get(f"{base}?sort=educationSpecificationType")).ids) == [1, 2, 0]
    assert numbers((await api.get(f"{base}?sort=-primaryCode")).ids) == [1, 0, 2]
    nested = f"/organizations/{id_of('Organization', 1)}{base}"
    assert numbers((await api.get(f"{nested}?sort=primarycode")).ids) == [2, 0, 1]


# -- filters ------------------------------------------------------------------------------------------------------


async def test_filters_narrow_and_combine(api: Caller, put: Put) -> None:
    await put(
        "roc-a",
        sample(
            "Course", 1, level="secondary vocational education 3", modeOfDelivery=["online"], teachingLanguage="nld"
        ),
        sample("Course", 2, level="secondary vocational education 4", modeOfDelivery=["hybrid", "on campus"]),
        sample("Course", 3, level="secondary vocational education 4", teachingLanguage="eng"),
    )
    assert numbers((await api.get("/courses?level=secondary%20vocational%20education%204")).ids) == [2, 3]
    assert numbers((await api.get("/courses?level=secondary+vocational+education+4&teachingLanguage=eng")).ids) == [3]
    assert numbers((await api.get("/courses?modeOfDelivery=online&modeOfDelivery=on+campus")).ids) == [1, 2]
    assert numbers((await api.get("/courses?modeOfDelivery=situated")).ids) == []


async def test_a_primary_code_is_exact_and_never_an_other_code(api: Caller, put: Put) -> None:
    other = [{"codeType": "crohoCreboCode", "code": "K0023"}]
    await put(
        "roc-a",
        sample("Course", 1, primaryCode={"codeType": "identifier", "code": "K0023"}),
        sample("Course", 2, primaryCode={"codeType": "identifier", "code": "K00234"}),
        sample("Course", 3, otherCodes=other),
    )
    await put("roc-b", sample("Course", 4, primaryCode={"codeType": "crohoCreboCode", "code": "K0023"}))
    assert numbers((await api.get("/courses?primaryCode=K0023")).ids) == [1, 4]
    assert (await api.get("/courses?primaryCode=k0023")).ids == []


async def test_a_consumer_gets_what_is_meant_for_it(api: Caller, put: Put) -> None:
    await put(
        "roc-a",
        sample("Course", 1, consumers=[{"consumerKey": "rio"}, {"consumerKey": "x-portal"}]),
        sample("Course", 2, consumers=[{"consumerKey": "eduxchange"}]),
        sample("Course", 3),
    )
    assert numbers((await api.get("/courses?consumer=rio")).ids) == [1]
    assert numbers((await api.get("/courses?consumer=eduxchange")).ids) == [2]
    unknown = await api.get("/courses?consumer=nobody")
    assert (unknown.status, unknown.ids) == (200, [])


async def test_programmes_of_a_specification_by_their_crebo(api: Caller, put: Put) -> None:
    specification = id_of("EducationSpecification", 1)
    await put(
        "roc-a",
        sample("EducationSpecification", 1),
        sample(
            "Program",
            1,
            educationSpecification=specification,
            primaryCode={"codeType": "crohoCreboCode", "code": "25180"},
        ),
        sample(
            "Program",
            2,
            educationSpecification=specification,
            otherCodes=[{"codeType": "crohoCreboCode", "code": "25180"}],
        ),
        sample(
            "Program", 3, educationSpecification=specification, otherCodes=[{"codeType": "identifier", "code": "25180"}]
        ),
    )
    base = f"/education-specifications/{specification}/programs"
    assert numbers((await api.get(f"{base}?croho-creboCode=25180")).ids) == [1, 2]
    assert numbers((await api.get(base)).ids) == [1, 2, 3]


async def test_academic_sessions_by_parent_year_and_type(api: Caller, put: Put) -> None:
    year, other = id_of("AcademicSession", 1), id_of("AcademicSession", 2)
    await put(
        "roc-a",
        sample("AcademicSession", 1, academicSessionType="academic year"),
        sample("AcademicSession", 2, academicSessionType="academic year"),
        sample("AcademicSession", 3, parent=year, year=year),
        sample("AcademicSession", 4, parent=other, year=other, academicSessionType="x-blok"),
    )
    assert numbers((await api.get(f"/academic-sessions?parent={year}")).ids) == [3]
    assert numbers((await api.get(f"/academic-sessions?year={other.upper()}")).ids) == [4]
    assert numbers((await api.get("/academic-sessions?academicSessionType=academic+year")).ids) == [1, 2]
    assert numbers((await api.get("/academic-sessions?academicSessionType=x-blok")).ids) == [4]


# -- since and until ----------------------------------------------------------------------------------------------


def offering(number: int, start: str, end: str, **more: Any) -> Published:
    return sample("CourseOffering", number, course=id_of("Course", 1), startDate=start, endDate=end, **more)


@pytest.fixture
async def offerings(api: Caller, put: Put) -> str:
    """Target of the offerings of a course: yesterday, today, tomorrow, and two inside an academic session."""
    await put(
        "roc-a",
        sample("Course", 1),
        sample("AcademicSession", 1, startDate="2026-09-01", endDate="2026-11-30"),
        sample("AcademicSession", 2, startDate="2027-02-01", endDate="2027-04-30"),
        offering(1, "2026-11-22", "2026-12-31"),
        offering(2, "2026-11-23", "2026-12-31"),
        offering(3, "2026-11-24", "2027-01-31"),
        offering(4, "2026-11-25", "2026-11-26", academicSession=id_of("AcademicSession", 1)),
        offering(5, "2020-01-01", "2020-01-02", academicSession=id_of("AcademicSession", 2)),
        offering(6, "2026-12-01", "2026-12-02", academicSession=id_of("AcademicSession", 99)),
    )
    return f"/courses/{id_of('Course', 1)}/offerings"


async def test_by_default_only_future_offerings_show(api: Caller, offerings: str) -> None:
    assert sorted(numbers((await api.get(offerings)).ids)) == [2, 3, 5, 6]


async def test_the_academic_session_decides_and_else_the_offering(api: Caller, offerings: str) -> None:
    everything = await api.get(f"{offerings}?since=2000-01-01")
    assert sorted(numbers(everything.ids)) == [1, 2, 3, 4, 5, 6]
    assert sorted(numbers((await api.get(f"{offerings}?since=2026-09-01&until=2026-11-30")).ids)) == [4]
    assert sorted(numbers((await api.get(f"{offerings}?since=2027-02-01")).ids)) == [5]
    assert sorted(numbers((await api.get(f"{offerings}?since=2026-09-02&until=2026-12-31")).ids)) == [1, 2, 6]
    assert sorted(numbers((await api.get(f"{offerings}?since=0001-01-01&until=9999-12-31")).ids)) == [1, 2, 3, 4, 5, 6]


async def test_the_order_is_chronological_by_the_offering_itself(api: Caller, offerings: str) -> None:
    assert numbers((await api.get(f"{offerings}?since=2000-01-01")).ids) == [5, 1, 2, 3, 4, 6]
    assert numbers((await api.get(f"{offerings}?since=2000-01-01&sort=-endDate,offeringId")).ids) == [3, 1, 2, 6, 4, 5]


async def test_at_midnight_in_amsterdam_today_ends(api: Caller, offerings: str, clock: FakeClock) -> None:
    clock.move((datetime(2026, 11, 23, 22, 59, tzinfo=UTC) - NOON).total_seconds())
    assert 2 in numbers((await api.get(offerings)).ids)
    clock.move(61)  # 00:00:01 on the 24th in Amsterdam, still the 23rd in UTC
    assert 2 not in numbers((await api.get(offerings)).ids)
    assert 3 in numbers((await api.get(offerings)).ids)


async def test_component_offerings_have_moments(api: Caller, put: Put) -> None:
    component = id_of("Component", 1)
    await put(
        "roc-a",
        sample("Component", 1),
        *(
            sample("ComponentOffering", n, component=component, startDateTime=start, endDateTime="2027-12-31T12:00:00Z")
            for n, start in enumerate(["2026-11-22T23:30:00Z", "2026-11-22T22:30:00Z", "2026-12-01T09:00:00+01:00"])
        ),
    )
    base = f"/components/{component}/offerings"
    assert numbers((await api.get(base)).ids) == [0, 2]  # 23:30 UTC is half past midnight in Amsterdam
    assert numbers((await api.get(f"{base}?since=2026-11-22&sort=-startDateTime")).ids) == [2, 0, 1]


# -- search -------------------------------------------------------------------------------------------------------


@pytest.fixture
async def searched(api: Caller, put: Put) -> Caller:
    def described(dutch: str, english: str = "") -> list[dict[str, str]]:
        found = [{"language": "nl-NL", "value": dutch}]
        return [*found, {"language": "en-GB", "value": english}] if english else found

    await put(
        "roc-a",
        sample("Course", 1, "Verpleegkunde", description=described("Zorgen voor ouderen, 100% praktijk")),
        sample("Course", 2, "Ondernemen in de zorg", description=described("Een eigen bedrijf", "Running a business")),
        sample("Course", 3, "Cursus lassen", description=described("Metaal_bewerking")),
        sample("Course", 4, "Café-restaurant", description=described("Koken met zorg"), abbreviation="HORECA-X"),
        sample("Course", 5, "Zorg en technologie", description=described("Domotica")),
        sample("Course", 6, "Élan", description=described("Nationaal programma C++ en ICT")),
    )
    await put("roc-c", sample("Course", 7, "Zorg achter de schermen"))
    return api


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("zorg", [5, 2, 4, 1]),  # begins the name, a word of the name, then descriptions by name
        ("ZORG", [5, 2, 4, 1]),
        ("zorgen", [1, 5, 2, 4]),  # only 1 contains it; the rest have the same stem
        ("cafe", [4]),
        ("CAFÉ", [4]),
        ("elan", [6]),
        ("horeca-x", [4]),
        ("running", [2]),
        ("business", [2]),
        ("cursussen", [3]),
        ("technologie zorg", [5]),
        ("zorg en tech", [5]),
        ("100%", [1]),
        ("%", [1]),
        ("metaal_b", [3]),
        ("_", [3]),
        ("me%ng", []),
        ("c++", [6]),
        ("verplegkunde", [1]),
        ("ondernmen", [2]),
        ("xylofoonbouw", []),
        ("\\", []),
        ("'", []),
    ],
)  # fmt: skip
async def test_search(searched: Caller, q: str, found: list[int]) -> None:
    encoded = "".join(f"%{byte:02x}" for byte in q.encode())
    reply = await searched.get(f"/courses?q={encoded}")
    ids = numbers(reply.ids)
    if q == "zorgen":
        assert set(ids) == set(found)
    else:
        assert ids == found


async def test_one_and_two_letters_are_searched_too(searched: Caller) -> None:
    assert set(numbers((await searched.get("/courses?q=ic")).ids)) == {5, 6}
    assert set(numbers((await searched.get("/courses?q=x")).ids)) == {4}


async def test_a_sort_replaces_best_first_and_other_filters_stay(searched: Caller) -> None:
    assert numbers((await searched.get("/courses?q=zorg&sort=-courseId")).ids) == [5, 4, 2, 1]
    assert numbers((await searched.get("/courses?q=zorg&primaryCode=Course-2")).ids) == [2]


async def test_typing_errors_are_forgiven_only_when_nothing_matches(searched: Caller, put: Put) -> None:
    assert numbers((await searched.get("/courses?q=lasen")).ids) == [3]
    await put("roc-b", sample("Course", 8, "Lasen"))
    assert numbers((await searched.get("/courses?q=lasen")).ids) == [8]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(q=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=12))
async def test_any_text_may_be_searched(searched: Caller, q: str) -> None:
    encoded = "".join(f"%{byte:02x}" for byte in q.encode())
    reply = await searched.get(f"/courses?q={encoded}")
    assert reply.status == 200
    if len(fold(q)) == 1:
        texts = [str(item) for item in reply.json()["items"]]
        assert all(fold(q) in fold(shown) for shown in texts)


# -- sub-collections ----------------------------------------------------------------------------------------------

SPECIFICATION = "EducationSpecification"
SPECIFICATIONS = "educationSpecifications"
BELONGING = [
    ("/organizations/{}/programs", "Organization", "Program", "organization", "programs"),
    ("/organizations/{}/courses", "Organization", "Course", "organization", "courses"),
    ("/organizations/{}/components", "Organization", "Component", "organization", "components"),
    ("/organizations/{}/offerings", "Organization", "ProgramOffering", "organization", "offerings"),
    ("/organizations/{}/groups", "Organization", "Group", "organization", "groups"),
    ("/organizations/{}/education-specifications", "Organization", SPECIFICATION, "organization", SPECIFICATIONS),
    ("/academic-sessions/{}/offerings", "AcademicSession", "ComponentOffering", "academicSession", "offerings"),
    ("/programs/{}/programs", "Program", "Program", "parent", "children"),
    ("/programs/{}/courses", "Program", "Course", "programs", "courses"),
    ("/programs/{}/offerings", "Program", "ProgramOffering", "program", "offerings"),
    ("/courses/{}/components", "Course", "Component", "course", "components"),
    ("/courses/{}/offerings", "Course", "CourseOffering", "course", "offerings"),
    ("/components/{}/offerings", "Component", "ComponentOffering", "component", "offerings"),
    ("/offerings/{}/groups", "CourseOffering", "Group", "offerings", "groups"),
    ("/buildings/{}/rooms", "Building", "Room", "building", "rooms"),
    ("/education-specifications/{}/education-specifications", SPECIFICATION, SPECIFICATION, "parent", "children"),
    ("/education-specifications/{}/courses", SPECIFICATION, "Course", "educationSpecification", "courses"),
    ("/education-specifications/{}/programs", SPECIFICATION, "Program", "educationSpecification", "programs"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "parent", "item", "backward", "forward"), BELONGING, ids=lambda value: str(value)[:40]
)
async def test_a_sub_collection_follows_the_relation_from_either_side(
    api: Caller, put: Put, path: str, parent: str, item: str, backward: str, forward: str
) -> None:
    own = id_of(parent, 1)
    await put(
        "roc-a",
        sample(parent, 1, links={forward: [id_of(item, 12), id_of(item, 99), id_of(item, 14)]}),
        sample(parent, 2),
        sample(item, 11, links={backward: [own]}),
        sample(item, 12),
        sample(item, 13, links={backward: [id_of(parent, 2)]}),
    )
    await put("roc-c", sample(item, 14), sample(item, 15, links={backward: [own]}))
    reply = await api.get(path.format(own))
    assert reply.status == 200
    assert sorted(numbers(reply.ids)) == [11, 12]
    for missing in (id_of(parent, 3), id_of("Room" if parent != "Room" else "Course", 1)):
        assert (await api.get(path.format(missing))).status == 404


async def test_a_parent_of_a_hidden_member_hides_its_sub_collection(api: Caller, put: Put) -> None:
    await put("roc-c", sample("Course", 1))
    await put("roc-a", sample("CourseOffering", 2, course=id_of("Course", 1)))
    assert (await api.get(f"/courses/{id_of('Course', 1)}/offerings")).status == 404


async def test_the_offerings_of_an_organization_are_of_three_kinds(api: Caller, put: Put) -> None:
    own = id_of("Organization", 1)
    kinds = ("ProgramOffering", "CourseOffering", "ComponentOffering")
    await put("roc-a", sample("Organization", 1), *(sample(kind, 1, kind, organization=own) for kind in kinds))
    base = f"/organizations/{own}/offerings"
    assert [item["offeringType"] for item in (await api.get(f"{base}?sort=name")).json()["items"]] == [
        "component", "course", "program",
    ]  # fmt: skip
    only = await api.get(f"{base}?offeringType=course&resultExpected=true")
    assert [item["offeringType"] for item in only.json()["items"]] == ["course"]
    assert (await api.get(f"{base}?offeringType=course&resultExpected=false")).ids == []


async def test_the_mode_of_study_of_a_programme_counts_for_its_offerings(api: Caller, put: Put) -> None:
    program = id_of("Program", 1)
    await put(
        "roc-a",
        sample("Program", 1, modeOfStudy="dual training"),
        sample("ProgramOffering", 1, program=program),
    )
    base = f"/programs/{program}/offerings"
    assert numbers((await api.get(f"{base}?modeOfStudy=dual+training")).ids) == [1]
    assert (await api.get(f"{base}?modeOfStudy=full-time")).ids == []


async def test_there_is_no_news_and_that_is_true(api: Caller) -> None:
    reply = await api.get("/news-feeds?newsFeedType=course&sort=-name")
    assert (reply.status, reply.json()["items"], reply.json()["totalPages"]) == (200, [], 0)
    feed = id_of("Course", 1)
    for target in (f"/news-feeds/{feed}", f"/news-feeds/{feed}/news-items?sort=lastModified", f"/news-items/{feed}"):
        assert (await api.get(target)).status == 404


# -- who may see what ---------------------------------------------------------------------------------------------


async def test_a_member_that_is_not_public_shows_nowhere(api: Caller, put: Put) -> None:
    await put("roc-a", sample("Course", 1))
    await put("roc-c", sample("Course", 2, "Geheim"))
    assert numbers((await api.get("/courses")).ids) == [1]
    assert (await api.get(f"/courses/{id_of('Course', 2)}")).status == 404
    for q in ("geheim", "gehiem", "geh"):
        assert (await api.get(f"/courses?q={q}")).ids == []


async def test_x_route_narrows_to_members_by_id_or_domain(api: Caller, put: Put) -> None:
    await put("roc-a", sample("Course", 1))
    await put("roc-b", sample("Course", 2))
    routed = {
        "endpoint=roc-a": [1],
        "endpoint=ROC-B.example": [2],
        "endpoint=roc-b , roc-a": [1, 2],
    }
    for route, expected in routed.items():
        assert numbers((await api.get("/courses", x_route=route)).ids) == expected
    assert numbers((await api.get("/courses")).ids) == [1, 2]
    assert (await api.get(f"/courses/{id_of('Course', 2)}", x_route="endpoint=roc-a")).status == 404
    for wrong in ("endpoint=roc-z", "endpoint=", "roc-a", "member=roc-a", "endpoint=roc-a,roc-z", "endpoint=é"):
        assert (await api.get("/courses", x_route=wrong)).status == 400
    assert (await api.get("/courses", x_route="endpoint=roc-c")).status == 401


async def test_the_face_of_one_member_shows_that_member(gateway: Gateway, put: Put) -> None:
    await put("roc-a", sample("Course", 1))
    await put("roc-b", sample("Course", 2))
    own, hidden, unknown = (Caller(gateway, f"/members/{name}/ooapi/v5") for name in ("roc-b", "roc-c", "roc-z"))
    assert numbers((await own.get("/courses")).ids) == [2]
    assert (await own.get(f"/courses/{id_of('Course', 1)}")).status == 404
    assert (await hidden.get("/courses")).status == 401
    assert (await unknown.get("/courses")).status == 404
    service = (await own.get("")).json()
    assert service["specification"] == "http://gateway.example/members/roc-b/ooapi/v5/openapi.json"
    assert (await own.get("/openapi.json")).json()["servers"] == [
        {"url": "http://gateway.example/members/roc-b/ooapi/v5"}
    ]
