"""Single resources, the service object, and what is not served yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from gateway.app import Gateway, build_app
from gateway.catalogue.serve.testkit import Caller, configure, id_of, publish, sample
from gateway.clock import FakeClock
from gateway.settings import Settings
from gateway.storage import Database
from ooapi_specs.v5 import OPERATIONS, RESOURCES

ORGANIZATION, COURSE = id_of("Organization", 1), id_of("Course", 1)
TIMELINE = [
    {"validFrom": "2025-08-01", "validTo": "2026-08-01", "course": {"name": [{"language": "nl", "value": "oud"}]}}
]
KINDS = [name for name, definition in RESOURCES.items() if name not in ("Person", "NewsFeed", "NewsItem")]


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    clock = FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    programs = [id_of("Program", 1), id_of("Program", 2), id_of("Program", 3)]
    async with database.transaction() as session:
        await configure(session, {"roc-a": True, "roc-c": False}, clock)
        await publish(
            session,
            "roc-a",
            [
                *(sample(kind, 1) for kind in KINDS if not kind.endswith("Association") and kind != "Course"),
                sample("Course", 1, timeline=TIMELINE, organization=ORGANIZATION, programs=programs),
                sample("Course", 2),
                sample("Organization", 2, parent=ORGANIZATION),
                sample("CourseOffering", 2, course=COURSE, organization=ORGANIZATION),
            ],
        )
        await publish(session, "roc-c", [sample("Program", 2)])
    application = build_app(Settings(), clock=clock, database=database)
    await application.start()
    yield application
    await application.stop()


@pytest.fixture
def api(gateway: Gateway) -> Caller:
    return Caller(gateway)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.endswith("Association")])
async def test_every_kind_is_found_under_its_collection_and_no_other(api: Caller, kind: str) -> None:
    definition = RESOURCES[kind]
    own = id_of(kind, 1)
    reply = await api.get(f"/{definition.collection}/{own}")
    assert (reply.status, reply.json()[definition.id_property]) == (200, own)
    elsewhere = "rooms" if definition.collection != "rooms" else "buildings"
    assert (await api.get(f"/{elsewhere}/{own}")).status == 404


async def test_an_id_in_capitals_is_answered_with_the_canonical_one(api: Caller) -> None:
    reply = await api.get(f"/courses/{COURSE.upper()}")
    assert reply.json()["courseId"] == COURSE


@pytest.mark.parametrize(
    "text", ["x", "1", "..", "%2e%2e", "..%2forganizations", f"{COURSE};v=1", f"{COURSE}%00", "%ff", "null"]
)
async def test_what_is_no_id_is_refused(api: Caller, text: str) -> None:
    reply = await api.get(f"/courses/{text}")
    assert reply.status == 400
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "target",
    [
        "/courses/",
        f"/courses//{COURSE}",
        f"/courses/{COURSE}/",
        "//courses",
        f"/rooms/../courses/{COURSE}",
        "/courses%2f",
    ],
)
async def test_no_detour_leads_to_another_resource(api: Caller, target: str) -> None:
    assert (await api.get(target)).status in (400, 404)


async def test_expand_replaces_ids_by_objects_where_they_may_be_seen(api: Caller) -> None:
    plain = (await api.get(f"/courses/{COURSE}")).json()
    full = (await api.get(f"/courses/{COURSE}?expand=programs,organization")).json()
    assert full["organization"] == sample("Organization", 1).value
    assert full["programs"] == [sample("Program", 1).value, id_of("Program", 2), id_of("Program", 3)]
    assert {**full, "organization": 0, "programs": 0} == {**plain, "organization": 0, "programs": 0}
    assert list(full) == list(plain)


async def test_expand_goes_one_level_deep(api: Caller) -> None:
    offering = (await api.get(f"/offerings/{id_of('CourseOffering', 2)}?expand=course,academicSession")).json()
    assert offering["course"]["organization"] == ORGANIZATION
    assert offering["organization"] == ORGANIZATION
    assert "academicSession" not in offering


async def test_timeline_overrides_come_only_when_asked_for(api: Caller) -> None:
    assert "timelineOverrides" not in (await api.get(f"/courses/{COURSE}")).json()
    assert "timelineOverrides" not in (await api.get(f"/courses/{COURSE}?returnTimelineOverrides=false")).json()
    both = (await api.get(f"/courses/{COURSE}?returnTimelineOverrides=true&expand=organization")).json()
    assert both["timelineOverrides"] == TIMELINE
    assert both["organization"]["organizationId"] == ORGANIZATION
    none = (await api.get(f"/courses/{id_of('Course', 2)}?returnTimelineOverrides=true")).json()
    assert none["timelineOverrides"] == []
    assert "timelineOverrides" not in (await api.get("/courses?primaryCode=Course-1")).json()["items"][0]


@pytest.mark.parametrize(
    "query",
    ["expand=offerings", "expand=programs.parent", "returnTimelineOverrides=1", "sort=name", "q=x", "a=b"],
)
async def test_an_instance_refuses_what_it_does_not_know(api: Caller, query: str) -> None:
    assert (await api.get(f"/courses/{COURSE}?{query}")).status == 400


async def test_the_service_names_its_contact_and_its_specification(api: Caller) -> None:
    expected = {
        "contactEmail": "beheer@gateway.example",
        "specification": "http://gateway.example/ooapi/v5/openapi.json",
        "documentation": "http://gateway.example/docs",
    }
    for target in ("", "/"):
        assert (await api.get(target)).json() == expected
    assert (await api.get("?pageSize=10")).status == 400


async def test_the_document_is_served_with_a_tag(api: Caller) -> None:
    first = await api.get("/openapi.json")
    assert first.json()["openapi"].startswith("3.")
    again = await api.get("/openapi.json", if_none_match=first.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert (await api.get("/openapi.json", method="POST")).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "operation", [item for item in OPERATIONS if not item.catalogue], ids=lambda item: f"{item.method} {item.path}"
)
async def test_what_is_not_served_yet_asks_who_is_calling(api: Caller, operation: object) -> None:
    path: str = operation.path  # type: ignore[attr-defined]
    target = "/".join("no-uuid" if part.startswith("{") else part for part in path.split("/"))
    reply = await api.get(f"{target}?whatever=1", method=operation.method.upper())  # type: ignore[attr-defined]
    assert reply.status == 401
    assert reply.headers["www-authenticate"] == "Bearer"
    assert reply.json()["code"] == "not-authenticated"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_the_catalogue_cannot_be_written(api: Caller, method: str) -> None:
    for target in ("/courses", f"/courses/{COURSE}", ""):
        reply = await api.get(target, method=method)
        assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD")


async def test_before_a_configuration_was_applied_the_answer_says_so(database: Database) -> None:
    application = build_app(Settings(), database=database)
    await application.start()
    try:
        reply = await Caller(application).get("/courses", accept_language="nl")
        assert (reply.status, reply.json()["code"]) == (503, "not-configured")
        assert "ooapi-gateway apply" in reply.json()["nextStep"]
    finally:
        await application.stop()


async def test_outside_the_faces_there_is_nothing(gateway: Gateway) -> None:
    outside = Caller(gateway, "")
    for target in (
        "/nope",
        "/ooapi",
        "/ooapi/v4/courses",
        "/ooapi/v5x",
        "/OOAPI/v5",
        "/members/roc-a",
        "/members/roc-a/ooapi/v6",
    ):
        reply = await outside.get(target)
        assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json"), target
