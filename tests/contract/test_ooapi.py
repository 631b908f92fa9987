"""The contract of adapters on an endpoint of OOAPI v5, and what endpoints do wrong.

The endpoint is a scriptable server on a real socket in a thread of its own: right, slow, half, looping, or gone.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import NAMESPACE_URL, uuid5

import pytest

from adapters.contract import Capability, CheckItem, Fault, Item, Record
from adapters.errors import (
    AdapterError,
    ColumnForbidden,
    ConfigurationInvalid,
    SourceBroke,
    SourceMalformed,
    SourceRefused,
    SourceTimeout,
    SourceTooLarge,
    SourceUnreachable,
    StreamMissing,
)
from adapters.ooapi import OoapiAdapter, OoapiConfig
from adapters.testkit import AdapterCase, AdapterContract, adapter_context

SECRET = "zeer-geheim-9"
BSN = "123456782"


# -- the endpoint -------------------------------------------------------------------------------------------------


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, default))


@dataclass
class Reply:
    """``cut``: close the connection half way the body. ``delay``: seconds before anything is sent."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    cut: bool = False
    content_type: str = "application/json"

    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Script = Callable[[Request], Reply]


class Endpoint:
    """Answers by ``collections`` (path -> objects), unless a script for the path says otherwise."""

    def __init__(self) -> None:
        self.collections: dict[str, list[dict[str, Any]]] = {}
        self.instances: dict[str, dict[str, Any]] = {}
        self.scripts: dict[str, Script] = {}
        self.guard: Callable[[Request], Reply | None] = lambda request: None
        self.requests: list[Request] = []
        self.connections = 0
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                endpoint.connections += 1

            def finish(self) -> None:
                endpoint.connections -= 1
                super().finish()

            def do_GET(self) -> None:
                self._answer()

            def do_POST(self) -> None:
                self._answer()

            def _answer(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = endpoint.answer(Request(self.command, parts.path, query, headers, body))
                content = reply.bytes()
                time.sleep(reply.delay)
                try:
                    self.send_response(reply.status)
                    self.send_header("Content-Type", reply.content_type)
                    self.send_header("Content-Length", str(len(content)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content[: len(content) // 2] if reply.cut else content)
                except OSError:
                    self.close_connection = True
                if reply.cut:
                    self.close_connection = True

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/ooapi/v5"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        path = request.path.removeprefix("/ooapi/v5")
        refused = self.guard(request)
        if refused is not None:
            return refused
        if path in self.scripts:
            return self.scripts[path](request)
        if path == "/":
            return Reply(
                {"contactEmail": "a@example.org", "specification": "https://example.org", "documentation": "x"}
            )
        if path in self.collections:
            return Reply(page(self.collections[path], request))
        if path in self.instances:
            return Reply(self.instances[path])
        return Reply({"status": "404", "title": "Not Found"}, 404, content_type="application/problem+json")

    def paths(self) -> list[str]:
        return [request.path.removeprefix("/ooapi/v5") for request in self.requests]


def page(items: list[dict[str, Any]], request: Request) -> dict[str, Any]:
    size, number = request.number("pageSize", 10), request.number("pageNumber", 1)
    code = request.query.get("primaryCode")
    if code is not None:  # loosely, as some servers do
        items = [item for item in items if code.lower() in item["primaryCode"]["code"].lower()]
    part = items[(number - 1) * size : number * size]
    more = number * size < len(items)
    return {
        "pageSize": size,
        "pageNumber": number,
        "hasPreviousPage": number > 1,
        "hasNextPage": more,
        "totalPages": 1,  # wrong on purpose: nobody may trust it
        "items": part,
    }


def identity(name: object) -> str:
    return str(uuid5(NAMESPACE_URL, str(name)))


def course(number: int, **more: Any) -> dict[str, Any]:
    return {"courseId": identity(number), "primaryCode": {"codeType": "identifier", "code": f"{number:05d}"}, **more}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.close()


# -- the contract -------------------------------------------------------------------------------------------------


class OoapiCase(AdapterCase):
    stream, text_column, tabular = "courses", "abbreviation", False
    capabilities = frozenset({Capability.SNAPSHOT})
    personal_stream, personal_text_column = "persons", "givenName"
    has_credentials = True
    secrets: tuple[str, ...] = (SECRET, "token-1", "token-2")

    def __init__(self, endpoint: Endpoint, folder: Path) -> None:
        self.endpoint = endpoint
        self._folder = folder
        self._courses: dict[str, dict[str, Any]] = {}
        self._tokens = 0
        self._valid: set[str] = set()
        self.accepted = True
        endpoint.collections["/courses"] = []
        endpoint.collections["/persons"] = []
        endpoint.guard = self.guard

    def auth(self) -> dict[str, Any]:
        return {
            "kind": "client_credentials",
            "token_url": f"http://127.0.0.1:{self.endpoint.port}/token",
            "client_id": "gateway",
            "client_secret": "env:SECRET",
            "scope": "read",
        }

    def guard(self, request: Request) -> Reply | None:
        if request.path == "/token":
            known = base64.b64encode(f"gateway:{SECRET}".encode()).decode()
            if not self.accepted or request.headers["authorization"] != f"Basic {known}":
                return Reply({"error": "invalid_client"}, 401)
            self._tokens += 1
            self._valid.add(f"Bearer token-{self._tokens}")
            return Reply({"access_token": f"token-{self._tokens}", "token_type": "Bearer", "expires_in": 600})
        allowed = self.accepted and request.headers.get("authorization") in self._valid
        return None if allowed else Reply({"status": "401", "title": "Unauthorized"}, 401)

    def adapter(self) -> OoapiAdapter:
        settings = {"base_url": self.endpoint.url, "auth": self.auth(), "streams": {"courses": {}, "persons": {}}}
        context = adapter_context(self._folder, secrets={"env:SECRET": SECRET})
        return OoapiAdapter(OoapiConfig.model_validate(settings), context)

    def key(self, number: int) -> str:
        return f"00000000-0000-4000-8000-{number:012d}"

    async def put(self, rows: Mapping[str, str]) -> None:
        for key, text in rows.items():
            self._courses[key] = {"courseId": key, "abbreviation": text}
        self.endpoint.collections["/courses"] = list(self._courses.values())

    async def remove(self, key: str) -> None:
        del self._courses[key]
        self.endpoint.collections["/courses"] = list(self._courses.values())

    async def put_personal(self, rows: Mapping[str, str]) -> None:
        for key, text in rows.items():
            person = {
                "personId": key,
                "primaryCode": {"codeType": "studentNumber", "code": f"s{key}"},
                "otherCodes": [{"codeType": "nationalIdentityNumber", "code": BSN}],
                "givenName": text,
                "bsn": BSN,
                "gender": "F",
                "address": {"street": "Dorpsstraat"},
            }
            self.endpoint.collections["/persons"].append(person)
            self.endpoint.instances[f"/persons/{key}"] = person

    def personal_lookup(self, key: str) -> dict[str, str]:
        return {"primaryCode": f"s{key}"}

    async def break_place(self) -> None:
        self.endpoint.close()

    async def break_credentials(self) -> None:
        self.accepted = False

    def open_resources(self) -> int:
        for _ in range(100):  # the other side needs a moment to see that a connection ended
            if self.endpoint.connections == 0:
                return 0
            time.sleep(0.02)
        return self.endpoint.connections


class ApiKeyCase(OoapiCase):
    secrets = (SECRET,)

    def auth(self) -> dict[str, Any]:
        return {"kind": "api_key", "header": "X-Sleutel", "value": "env:SECRET"}

    def guard(self, request: Request) -> Reply | None:
        allowed = self.accepted and request.headers.get("x-sleutel") == SECRET
        return None if allowed else Reply({"status": "403", "title": "Forbidden"}, 403)

    def personal_lookup(self, key: str) -> dict[str, str]:
        return {"personId": key}


class TestClientCredentials(AdapterContract):
    @pytest.fixture
    def case(self, endpoint: Endpoint, tmp_path: Path) -> AdapterCase:
        return OoapiCase(endpoint, tmp_path)


class TestApiKey(AdapterContract):
    @pytest.fixture
    def case(self, endpoint: Endpoint, tmp_path: Path) -> AdapterCase:
        return ApiKeyCase(endpoint, tmp_path)


# -- what endpoints do --------------------------------------------------------------------------------------------


@pytest.fixture
def open_adapter(endpoint: Endpoint, tmp_path: Path) -> Callable[..., OoapiAdapter]:
    """``open_adapter(streams, **settings)``: an adapter on the endpoint, without credentials."""

    def make(streams: dict[str, Any] | None = None, max_bytes: int = 1 << 30, **settings: Any) -> OoapiAdapter:
        config = {"base_url": endpoint.url, **({"streams": streams} if streams else {}), **settings}
        return OoapiAdapter(OoapiConfig.model_validate(config), adapter_context(tmp_path, max_bytes=max_bytes))

    return make


Open = Callable[..., OoapiAdapter]


async def _read(adapter: OoapiAdapter, stream: str = "courses", **options: Any) -> list[Item]:
    async with adapter:
        return [item async for item in adapter.read(stream, **options)]


def _keys(items: list[Item]) -> list[str]:
    return [item.key for item in items if isinstance(item, Record)]


async def _found(adapter: OoapiAdapter, stream: str, key: dict[str, str], *columns: str) -> list[Record]:
    async with adapter:
        return [record async for record in adapter.lookup(stream, key, columns=columns)]


async def test_without_streams_every_catalogue_stream_is_there(open_adapter: Open) -> None:
    specs = open_adapter().streams()
    assert len(specs) == 13
    assert not any(spec.personal for spec in specs)
    assert {spec.name for spec in specs} >= {"organizations", "component-offerings", "coordinators"}


async def test_totals_are_not_trusted_and_short_pages_are_not_the_end(endpoint: Endpoint, open_adapter: Open) -> None:
    courses = [course(number) for number in range(25)]

    def short(request: Request) -> Reply:
        number = request.number("pageNumber", 1)
        return Reply({"items": courses[(number - 1) * 10 : number * 10], "hasNextPage": number < 3, "totalPages": 1})

    endpoint.scripts["/courses"] = short
    assert len(_keys(await _read(open_adapter()))) == 25


async def test_an_envelope_without_has_next_page_ends_at_an_empty_page_or_404(
    endpoint: Endpoint, open_adapter: Open
) -> None:
    courses = [course(number) for number in range(12)]

    def bare(request: Request) -> Reply:
        number = request.number("pageNumber", 1)
        return Reply({"items": courses[(number - 1) * 10 : number * 10]})

    endpoint.scripts["/courses"] = bare
    assert len(_keys(await _read(open_adapter()))) == 12
    endpoint.scripts["/courses"] = lambda request: (
        bare(request) if request.number("pageNumber", 1) < 3 else Reply({}, 404)
    )
    assert len(_keys(await _read(open_adapter()))) == 12
    endpoint.scripts["/courses"] = lambda request: Reply(courses)
    assert len(_keys(await _read(open_adapter()))) == 12


async def test_an_empty_page_in_the_middle_does_not_lose_the_rest(endpoint: Endpoint, open_adapter: Open) -> None:
    pages = {1: [course(1)], 2: [], 3: [course(2)]}
    endpoint.scripts["/courses"] = lambda request: Reply(
        {"items": pages.get(request.number("pageNumber", 1), []), "hasNextPage": request.number("pageNumber", 1) < 3}
    )
    assert len(_keys(await _read(open_adapter()))) == 2
    endpoint.scripts["/courses"] = lambda request: Reply({"items": [], "hasNextPage": True})
    assert _keys(await _read(open_adapter())) == []


@pytest.mark.parametrize("period", [1, 2, 3])
async def test_pages_that_go_round_are_refused(endpoint: Endpoint, open_adapter: Open, period: int) -> None:
    def looping(request: Request) -> Reply:
        number = request.number("pageNumber", 1) % period
        return Reply({"items": [course(number * 10 + n) for n in range(10)], "hasNextPage": True})

    endpoint.scripts["/courses"] = looping
    with pytest.raises(SourceMalformed, match="repeats"):
        await _read(open_adapter())
    assert len(endpoint.requests) == period + 1


async def test_pages_that_only_shuffle_the_same_objects_are_refused(endpoint: Endpoint, open_adapter: Open) -> None:
    def shuffled(request: Request) -> Reply:
        start = request.number("pageNumber", 1)
        return Reply({"items": [course((start + n) % 10) for n in range(10)], "hasNextPage": True})

    endpoint.scripts["/courses"] = shuffled
    with pytest.raises(SourceMalformed, match="repeats"):
        await _read(open_adapter())


async def test_objects_that_move_to_a_later_page_while_reading_count_once(
    endpoint: Endpoint, open_adapter: Open
) -> None:
    courses = [course(number) for number in range(20)]

    def moving(request: Request) -> Reply:
        number = request.number("pageNumber", 1)
        if number == 2 and len(courses) == 20:
            courses.insert(0, course(99))
        return Reply({"items": courses[(number - 1) * 10 : number * 10], "hasNextPage": number * 10 < len(courses)})

    endpoint.scripts["/courses"] = moving
    keys = _keys(await _read(open_adapter()))
    assert len(keys) == len(set(keys)) == 20


async def test_a_refused_page_size_leads_to_a_smaller_one_that_is_kept(endpoint: Endpoint, open_adapter: Open) -> None:
    courses = [course(number) for number in range(45)]

    def picky(request: Request) -> Reply:
        if request.number("pageSize", 10) > 20:
            return Reply({"status": "400", "title": "pageSize"}, 400)
        return Reply(page(courses, request))

    endpoint.scripts["/courses"] = picky
    assert len(_keys(await _read(open_adapter()))) == 45
    assert [request.query["pageSize"] for request in endpoint.requests] == ["250", "100", "50", "20", "20", "20"]
    endpoint.scripts["/courses"] = lambda request: Reply({"status": "400", "title": "no"}, 400)
    with pytest.raises(SourceMalformed):
        await _read(open_adapter())


async def test_offerings_are_read_below_organizations_and_sorted_out_by_type(
    endpoint: Endpoint, open_adapter: Open
) -> None:
    first, second = identity("o1"), identity("o2")
    endpoint.collections["/organizations"] = [{"organizationId": first}, {"organizationId": second}]
    mixed = [
        {"offeringId": identity("a"), "offeringType": "course"},
        {"offeringId": identity("b"), "offeringType": "program"},
        {"offeringId": identity("c"), "course": identity(1)},
        {"offeringId": identity("d"), "component": identity(1), "courseOffering": identity("a")},
    ]
    endpoint.collections[f"/organizations/{first}/offerings"] = mixed
    endpoint.collections[f"/organizations/{second}/offerings"] = mixed[:1]  # the same once more
    items = await _read(open_adapter(), "course-offerings")
    assert _keys(items) == [identity("a"), identity("c")]
    assert {request.query.get("offeringType") for request in endpoint.requests if "offerings" in request.path} == {
        "course"
    }
    assert str(items[0].source) == f"/organizations/{first}/offerings" if isinstance(items[0], Record) else False


async def test_offerings_below_components_below_courses(endpoint: Endpoint, open_adapter: Open) -> None:
    one, part = identity(1), identity("part")
    endpoint.collections["/courses"] = [course(1), course(2)]
    endpoint.collections[f"/courses/{one}/components"] = [{"componentId": part}]
    endpoint.collections[f"/components/{part}/offerings"] = [{"offeringId": identity("x")}]
    streams = {"components": {"per": "courses"}, "component-offerings": {"per": "components"}}
    assert _keys(await _read(open_adapter(streams), "component-offerings")) == [identity("x")]


async def test_a_sub_collection_that_no_object_has_is_missing(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/courses"] = [course(1), course(2)]
    with pytest.raises(StreamMissing):
        await _read(open_adapter({"course-offerings": {"per": "courses"}}), "course-offerings")


async def test_a_root_collection_may_be_named(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/offerings"] = [{"offeringId": identity("a"), "offeringType": "course"}]
    adapter = open_adapter({"course-offerings": {"path": "/offerings", "parameters": {"consumer": "test"}}})
    assert _keys(await _read(adapter, "course-offerings")) == [identity("a")]
    assert endpoint.requests[0].query["consumer"] == "test"


async def test_the_timeline_comes_from_each_object_in_order(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/courses"] = [course(number) for number in range(12)]

    def instance(number: int) -> Script:
        def script(request: Request) -> Reply:
            assert request.query == {"returnTimelineOverrides": "true"}
            return Reply(course(number, timelineOverrides=[]), delay=0.02 * (number % 3))

        return script

    for number in range(11):  # the twelfth is gone by now
        endpoint.scripts[f"/courses/{identity(number)}"] = instance(number)
    items = await _read(open_adapter({"courses": {"timeline": True}}))
    assert _keys(items) == [identity(number) for number in range(11)]
    assert all("timelineOverrides" in item.data for item in items if isinstance(item, Record))


async def test_an_error_in_one_of_several_instances_is_raised_as_itself(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/courses"] = [course(number) for number in range(6)]
    for number in range(6):
        reply = Reply(b"<html>", content_type="text/html") if number == 4 else Reply(course(number))
        endpoint.scripts[f"/courses/{identity(number)}"] = lambda request, reply=reply: reply  # type: ignore[misc]
    with pytest.raises(SourceMalformed):
        await _read(open_adapter({"courses": {"timeline": True}}))


async def test_coordinators_are_those_whom_the_catalogue_names(endpoint: Endpoint, open_adapter: Open) -> None:
    named, expanded = identity("p1"), identity("p2")
    endpoint.collections["/programs"] = [{"programId": identity(1), "coordinators": [named]}]
    endpoint.collections["/courses"] = [course(1, coordinators=[{"personId": expanded}, named, 5])]
    endpoint.collections["/persons"] = [{"personId": identity("student")}]
    for person in (named, expanded):
        endpoint.instances[f"/persons/{person}"] = {
            "personId": person, "displayName": "Ans", "dateOfBirth": "1980-01-01", "gender": "F",
            "otherCodes": [{"codeType": "nationalIdentityNumber", "code": BSN}],
        }  # fmt: skip
    items = await _read(open_adapter(), "coordinators")
    assert _keys(items) == [named, expanded]
    assert all(set(item.data) == {"personId", "displayName"} for item in items if isinstance(item, Record))


async def test_objects_without_id_are_faults_and_the_rest_is_read(endpoint: Endpoint, open_adapter: Open) -> None:
    odd: list[Any] = [course(1), {"name": "no id"}, "text", None, {"courseId": 7}, {"courseId": " "}, course(2)]
    endpoint.scripts["/courses"] = lambda request: Reply({"items": odd, "hasNextPage": False})
    items = await _read(open_adapter())
    assert _keys(items) == [identity(1), identity(2)]
    assert [item.code for item in items if isinstance(item, Fault)] == ["ROW002"] * 5


async def test_a_bsn_never_gets_through_however_deep(endpoint: Endpoint, open_adapter: Open) -> None:
    deep = {"ext": {"a": [{"burgerservicenummer": BSN, "b": {"codeType": "national-identity-number", "code": BSN}}]}}
    endpoint.collections["/courses"] = [
        course(1, otherCodes=[{"codeType": "nationalIdentityNumber", "code": BSN}], **deep)
    ]
    items = await _read(open_adapter())
    assert BSN not in repr(items)
    assert "ext" in next(item.data for item in items if isinstance(item, Record))


# -- persons ------------------------------------------------------------------------------------------------------


def _person(name: str, code: str) -> dict[str, Any]:
    return {
        "personId": identity(name),
        "primaryCode": {"codeType": "studentNumber", "code": code},
        "givenName": name,
    }


PERSONAL: dict[str, Any] = {"persons": {}, "program-offering-associations": {}, "course-offering-associations": {}}


async def test_codes_are_compared_exactly_although_the_server_matches_loosely(
    endpoint: Endpoint, open_adapter: Open
) -> None:
    endpoint.collections["/persons"] = [_person("Ada", "1234"), _person("Bo", "12345"), _person("Cy", "a1234")]
    found = await _found(open_adapter(PERSONAL), "persons", {"primaryCode": "1234"}, "givenName")
    assert [record.data for record in found] == [{"personId": identity("Ada"), "givenName": "Ada"}]
    assert await _found(open_adapter(PERSONAL), "persons", {"primaryCode": "A1234"}, "givenName") == []
    assert await _found(open_adapter(PERSONAL), "persons", {"primaryCode": " "}, "givenName") == []


@pytest.mark.parametrize("identifier", ["../persons", "..", "a/b", "", "x?y=1", "é"])
async def test_an_id_that_would_change_the_path_finds_nobody(
    endpoint: Endpoint, open_adapter: Open, identifier: str
) -> None:
    assert await _found(open_adapter(PERSONAL), "persons", {"personId": identifier}, "givenName") == []
    assert endpoint.requests == []


async def test_associations_of_one_person_by_code(endpoint: Endpoint, open_adapter: Open) -> None:
    ada = identity("Ada")
    endpoint.collections["/persons"] = [_person("Ada", "1234"), _person("Bo", "12345")]
    endpoint.collections[f"/persons/{ada}/associations"] = [
        {"associationId": identity("p"), "associationType": "programOfferingAssociation", "state": "associated"},
        {"associationId": identity("c"), "associationType": "courseOfferingAssociation", "state": "associated"},
        {"associationId": identity("o"), "associationType": "programOfferingAssociation", "person": identity("Bo")},
        {
            "associationId": identity("q"),
            "associationType": "programOfferingAssociation",
            "person": {"personId": ada.upper(), "gender": "F", "nationality": "NL"},
        },
    ]
    stream = "program-offering-associations"
    found = await _found(open_adapter(PERSONAL), stream, {"primaryCode": "1234"}, "state", "person")
    assert [record.key for record in found] == [identity("p"), identity("q")]
    assert found[1].data["person"] == {"personId": ada.upper()}
    assert endpoint.requests[-1].query["associationType"] == "programOffering"
    assert str(found[0].source) == "/persons/{personId}/associations"


async def test_a_code_of_two_persons_gives_no_associations(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/persons"] = [_person("Ada", "1234"), _person("Bo", "1234")]
    with pytest.raises(SourceMalformed, match="more than one"):
        await _found(open_adapter(PERSONAL), "course-offering-associations", {"primaryCode": "1234"}, "state")


async def test_errors_of_lookups_name_no_person(endpoint: Endpoint, open_adapter: Open) -> None:
    ada = identity("Ada")
    endpoint.scripts[f"/persons/{ada}"] = lambda request: Reply({}, 500)
    with pytest.raises(SourceBroke) as caught:
        await _found(open_adapter(PERSONAL), "persons", {"personId": ada}, "givenName")
    endpoint.scripts["/persons"] = lambda request: Reply(b"{", 200)
    with pytest.raises(SourceMalformed) as other:
        await _found(open_adapter(PERSONAL), "persons", {"primaryCode": "123456"}, "givenName")
    for error in (caught.value, other.value):
        told = repr((error, error.text, error.values, error.diagnostic))
        assert ada not in told
        assert "123456" not in told


@pytest.mark.parametrize("column", ["gender", "nationality", "address", "dateOfNationality", "cityOfBirth", "ICEName"])
async def test_sensitive_properties_may_not_be_asked_for(open_adapter: Open, column: str) -> None:
    with pytest.raises(ColumnForbidden):
        await _found(open_adapter(PERSONAL), "persons", {"primaryCode": "1"}, column)


# -- failing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply({}, 500), SourceBroke),
        (Reply({}, 503), SourceBroke),
        (Reply({}, 429, {"Retry-After": "3"}), SourceBroke),
        (Reply({}, 401), SourceRefused),
        (Reply({}, 403), SourceRefused),
        (Reply({}, 404), StreamMissing),
        (Reply({}, 302, {"Location": "http://127.0.0.1:1/elsewhere"}), SourceMalformed),
        (Reply(b"<html>Log in</html>", content_type="text/html"), SourceMalformed),
        (Reply(b" <html>Log in</html>"), SourceMalformed),
        (Reply(b'{"items": ['), SourceMalformed),
        (Reply(b"a;b", content_type="text/csv"), SourceMalformed),
        (Reply({"courses": []}), SourceMalformed),
        (Reply("items"), SourceMalformed),
        (Reply({"items": [course(1)]}, cut=True), SourceBroke),
        (Reply({"items": []}, delay=0.6), SourceTimeout),
        (Reply({"items": ["x" * 100_000]}), SourceTooLarge),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Reply) else "",
)
async def test_what_goes_wrong_has_a_name(
    endpoint: Endpoint, open_adapter: Open, reply: Reply, error: type[AdapterError]
) -> None:
    endpoint.scripts["/courses"] = lambda request: reply
    adapter = open_adapter({"courses": {}}, max_bytes=50_000, deadline_seconds=0.3, attempts=2)
    with pytest.raises(error) as caught:
        await _read(adapter)
    assert type(caught.value) is error
    async with adapter:
        report = await adapter.check()
    assert [(item.name, item.ok) for item in report.items if item.name != "clock"] == [
        ("connect", True),
        ("courses", False),
    ]


async def test_what_fails_once_is_tried_again(endpoint: Endpoint, open_adapter: Open) -> None:
    replies = iter(
        [Reply({}, 503), Reply({"items": [1]}, cut=True), Reply({"items": [course(1)], "hasNextPage": False})]
    )
    endpoint.scripts["/courses"] = lambda request: next(replies)
    assert _keys(await _read(open_adapter())) == [identity(1)]


async def test_a_school_that_goes_away_half_way_leaves_no_checkpoint(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/courses"] = [course(number) for number in range(30)]
    items: list[Item] = []

    async def consume(adapter: OoapiAdapter) -> None:
        async for item in adapter.read("courses"):
            items.append(item)
            if len(items) == 5:
                endpoint.guard = lambda request: Reply({}, 500)
                endpoint.close()

    async with open_adapter({"courses": {}}, page_size=10) as adapter:
        with pytest.raises((SourceUnreachable, SourceBroke)):
            await consume(adapter)
    assert len(_keys(items)) == len(items) == 10


async def test_the_check_tells_which_streams_are_refused(endpoint: Endpoint, open_adapter: Open) -> None:
    endpoint.collections["/courses"] = [course(1)]
    endpoint.scripts["/programs"] = lambda request: Reply({}, 403)
    endpoint.collections["/organizations"] = []
    person = "/persons/00000000-0000-0000-0000-000000000000"
    endpoint.scripts[f"{person}/associations"] = lambda request: Reply({}, 401)
    streams = {"courses": {}, "programs": {}, "course-offerings": {}, **PERSONAL}
    async with open_adapter(streams) as adapter:
        report = await adapter.check()
    told = {item.name: item.ok for item in report.items if item.name != "clock"}
    assert told == {
        "connect": True,
        "courses": True,
        "programs": False,
        "course-offerings": True,
        "persons": True,
        "program-offering-associations": False,
        "course-offering-associations": False,
    }
    assert endpoint.requests[1].query["pageSize"] == "10"
    assert "/persons" not in endpoint.paths()


async def test_the_check_tells_that_the_clock_is_wrong_and_that_the_service_is_missing(
    endpoint: Endpoint, open_adapter: Open
) -> None:
    endpoint.collections["/courses"] = [course(1)]
    endpoint.scripts["/"] = lambda request: Reply({}, 404)
    async with open_adapter({"courses": {}}) as adapter:
        report = await adapter.check()
    items: dict[str, CheckItem] = {item.name: item for item in report.items}
    assert report.ok
    assert items["connect"].hint is not None
    assert items["clock"].hint is not None  # the clock of the test stands still in 2026


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "ftp://example.org"},
        {"base_url": "https://user:secret@example.org/"},
        {"base_url": "https://example.org/?x=1"},
        {"base_url": "https://example.org", "page_size": 33},
        {"base_url": "https://example.org", "streams": {"lessons": {}}},
        {"base_url": "https://example.org", "streams": {"courses": {"per": "programs"}}},
        {"base_url": "https://example.org", "streams": {"rooms": {"timeline": True}}},
        {"base_url": "https://example.org", "streams": {"courses": {"path": "courses"}}},
        {"base_url": "https://example.org", "streams": {"courses": {"path": "/../x"}}},
        {"base_url": "https://example.org", "streams": {"courses": {"parameters": {"pageSize": "1"}}}},
        {"base_url": "https://example.org", "auth": {"kind": "basic", "username": "a", "password": "plain"}},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as caught:
        OoapiConfig.model_validate(settings)
    assert "secret@" not in str(caught.value)


async def test_a_state_is_refused(open_adapter: Open) -> None:
    with pytest.raises(ConfigurationInvalid):
        await _read(open_adapter(), state={"page": 3})
