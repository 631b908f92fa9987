"""The document of the OOAPI endpoint, its paths, and how it fails."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from demo.data.generate import federation
from demo.data.model import School
from demo.schools import ooapi_document
from demo.schools.misbehaviour import Behaviour, Misbehaving, Mode
from demo.schools.ooapi_server import Endpoint
from ooapi_specs.v5 import parse

RESOURCES = {
    "organizations": "Organization",
    "academic-sessions": "AcademicSession",
    "education-specifications": "EducationSpecification",
    "programs": "Program",
    "courses": "Course",
    "components": "Component",
    "buildings": "Building",
    "rooms": "Room",
    "groups": "Group",
    "persons": "Person",
}
OFFERINGS = {"program": "ProgramOffering", "course": "CourseOffering", "component": "ComponentOffering"}


@pytest.fixture(scope="module")
def school() -> School:
    return federation(random.Random(7))[2]


@pytest.fixture(scope="module")
def document(school: School) -> dict[str, list[dict[str, Any]]]:
    return ooapi_document.build(school)


class _Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> _Time:
    return _Time()


@pytest.fixture
def app(document: dict[str, list[dict[str, Any]]], time: _Time) -> Misbehaving:
    endpoint = Endpoint(document, client_id="gateway", secret="geheim", token=lambda: "token-1", clock=time)
    return Misbehaving(endpoint.app())


@pytest.fixture
async def client(app: Misbehaving) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://school/ooapi/v5", timeout=5) as made:
        yield made


async def _token(client: httpx2.AsyncClient) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "geheim"}
    answer = await client.post("http://school/oauth/token", data=form)
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def test_only_planted_resources_differ_from_the_standard(document: dict[str, list[dict[str, Any]]]) -> None:
    wrong = []
    for collection, resource in RESOURCES.items():
        for item in document[collection]:
            if parse(resource, item).problems:
                wrong.append(item["primaryCode"]["code"])
    for item in document["offerings"]:
        if parse(OFFERINGS[item["offeringType"]], item).problems:
            wrong.append(item["primaryCode"]["code"])
    assert sorted(wrong) == ["EVE-09", "EXC-09", "KD-K0788"]


async def test_pages_hold_every_item_once(client: httpx2.AsyncClient, school: School) -> None:
    seen: list[str] = []
    number, more = 1, True
    while more:
        page = (await client.get("/courses", params={"pageSize": "50", "pageNumber": str(number)})).json()
        seen += [item["courseId"] for item in page["items"]]
        number, more = number + 1, page["hasNextPage"]
    assert len(seen) == len(set(seen)) == len(school.modules) + 2  # and two extra rows with a mistake


async def test_a_page_past_the_end_is_empty(client: httpx2.AsyncClient) -> None:
    page = (await client.get("/courses", params={"pageNumber": "99"})).json()
    assert (page["items"], page["hasNextPage"], page["hasPreviousPage"]) == ([], False, True)


@pytest.mark.parametrize("query", [{"pageSize": "0"}, {"pageSize": "11"}, {"pageNumber": "0"}, {"pageNumber": "één"}])
async def test_a_page_that_cannot_be_is_refused(client: httpx2.AsyncClient, query: dict[str, str]) -> None:
    answer = await client.get("/courses", params=query)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == "400"


async def test_offerings_stand_below_what_they_offer(client: httpx2.AsyncClient, school: School) -> None:
    module = school.modules[0]
    identity = ooapi_document.identifier(school.id, "courses", module.code)
    page = (await client.get(f"/courses/{identity}/offerings", params={"pageSize": "250"})).json()
    assert {item["course"] for item in page["items"]} == {identity}
    assert len(page["items"]) == sum(offer.module == module.code for offer in school.module_offers)


async def test_expand_puts_the_object_in_place_of_its_id(client: httpx2.AsyncClient, school: School) -> None:
    identity = ooapi_document.identifier(school.id, "courses", "ETH-300")
    answer = (await client.get(f"/courses/{identity}", params={"expand": "organization,programs"})).json()
    assert answer["organization"]["organizationType"] == "department"
    assert all("programId" in program for program in answer["programs"])


async def test_what_is_not_there_is_a_problem(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/courses/00000000-0000-4000-8000-000000000000/offerings")
    assert (answer.status_code, answer.json()["status"]) == (404, "404")


async def test_a_student_is_found_by_number_with_a_token(client: httpx2.AsyncClient, school: School) -> None:
    student = school.students[0]
    number = {"primaryCode": student.number}
    assert (await client.get("/persons", params=number)).status_code == 401
    headers = await _token(client)
    (person,) = (await client.get("/persons", params=number, headers=headers)).json()["items"]
    path = f"/persons/{person['personId']}/associations"
    only = {"associationType": "programOffering", "pageSize": "250"}
    items = (await client.get(path, params=only, headers=headers)).json()["items"]
    assert {item["associationType"] for item in items} == {"programOfferingAssociation"}
    assert all(item["offering"]["offeringType"] == "program" for item in items)


async def test_a_token_ends(client: httpx2.AsyncClient, time: _Time) -> None:
    headers = await _token(client)
    assert (await client.get("/persons", headers=headers)).status_code == 200
    time.now = 601.0
    assert (await client.get("/persons", headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"grant_type": "client_credentials", "client_id": "gateway", "client_secret": "raad"}, 401),
        ({"grant_type": "client_credentials", "client_id": "iemand", "client_secret": "geheim"}, 401),
        ({"grant_type": "password", "client_id": "gateway", "client_secret": "geheim"}, 400),
        ({}, 400),
    ],
)
async def test_a_wrong_client_gets_no_token(client: httpx2.AsyncClient, form: dict[str, str], status: int) -> None:
    assert (await client.post("http://school/oauth/token", data=form)).status_code == status


async def test_basic_credentials_work_and_nonsense_does_not(client: httpx2.AsyncClient) -> None:
    form = {"grant_type": "client_credentials"}
    good = await client.post("http://school/oauth/token", data=form, auth=("gateway", "geheim"))
    bad = await client.post("http://school/oauth/token", data=form, headers={"Authorization": "Basic ###"})
    assert (good.status_code, bad.status_code) == (200, 401)


# -- failing --------------------------------------------------------------------------------------------------------


async def test_an_error_lasts_as_often_as_asked(client: httpx2.AsyncClient, app: Misbehaving) -> None:
    app.behaviour = Behaviour.of({"mode": "error", "times": 2})
    assert [(await client.get("/courses")).status_code for _ in range(3)] == [500, 500, 200]


async def test_only_the_chosen_path_fails(client: httpx2.AsyncClient, app: Misbehaving) -> None:
    app.behaviour = Behaviour.of({"mode": "html", "path": "/rooms"})
    assert (await client.get("/rooms")).headers["content-type"].startswith("text/html")
    assert (await client.get("/courses")).headers["content-type"] == "application/json"


async def test_half_an_answer_is_shorter_than_it_says(client: httpx2.AsyncClient, app: Misbehaving) -> None:
    app.behaviour = Behaviour.of({"mode": "half"})
    answer = await client.get("/courses")
    assert len(answer.content) < int(answer.headers["content-length"])


async def test_slow_is_the_right_answer_later(client: httpx2.AsyncClient, app: Misbehaving) -> None:
    app.behaviour = Behaviour.of({"mode": "slow", "seconds": 0.01})
    assert (await client.get("/courses")).status_code == 200


@pytest.mark.parametrize(
    "wish",
    [
        [],
        None,
        {"mode": "sad"},
        {"mode": "slow", "seconds": -1},
        {"mode": "slow", "seconds": "long"},
        {"mode": "error", "times": 0},
        {"mode": "error", "times": True},
        {"mode": "error", "path": 5},
        {"mode": "error", "extra": 1},
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(wish: object) -> None:
    with pytest.raises(ValueError):
        Behaviour.of(wish)


def test_nothing_asked_is_normal() -> None:
    assert Behaviour.of({}).mode is Mode.NORMAL
