"""Endpoints that fail, lie, wait or wander off while they are read: what is published stays whole."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import gzip
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from gateway.settings import Settings

SPACE = uuid.UUID("5f0d7a52-7c1e-4a53-9d55-0f6f1c6a0b11")
BSN = "123456782"  # passes the eleven-test, belongs to nobody
NEVER = b""  # the script's word for: no answer at all


def own_id(name: str) -> str:
    return str(uuid.uuid5(SPACE, name))


def text_of(value: str) -> list[dict[str, str]]:
    return [{"language": "nl-NL", "value": value}]


def organization(name: str = "O1") -> dict[str, Any]:
    return {
        "organizationId": own_id(name),
        "primaryCode": {"codeType": "identifier", "code": name},
        "organizationType": "root",
        "name": text_of(name),
        "shortName": name,
    }


def course(number: int, **more: Any) -> dict[str, Any]:
    return {
        "courseId": own_id(f"M{number}"),
        "primaryCode": {"codeType": "identifier", "code": f"M{number}"},
        "name": text_of(f"Module {number}"),
        "abbreviation": f"M{number}",
        "description": text_of(f"Over module {number}"),
        "teachingLanguage": "nld",
        "level": "secondary vocational education 3",
        "organization": own_id("O1"),
        **more,
    }


def offering(number: int) -> dict[str, Any]:
    return {
        "offeringId": own_id(f"A{number}"),
        "primaryCode": {"codeType": "identifier", "code": f"A{number}"},
        "offeringType": "course",
        "name": text_of(f"Aanbod {number}"),
        "description": text_of("Uitvoering"),
        "teachingLanguage": "nld",
        "resultExpected": True,
        "startDate": "2027-02-01",
        "endDate": "2027-04-12",
        "course": own_id(f"M{number}"),
    }


@dataclasses.dataclass
class Request:
    path: str
    page: int
    size: int
    count: int  # of this path and page, from 1


Script = Callable[[Request], bytes | None]


def http(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def page(items: list[Any], more: bool = False, number: int = 1, size: int = 10) -> bytes:
    body = {
        "pageSize": size,
        "pageNumber": number,
        "hasPreviousPage": number > 1,
        "hasNextPage": more,
        "totalPages": 1,
        "items": items,
    }
    return http("200 OK", orjson.dumps(body))


class Endpoint:
    """An honest endpoint on a real socket, until a script says otherwise: bytes to send, NEVER, or None for honest."""

    def __init__(self) -> None:
        self.collections: dict[str, list[dict[str, Any]]] = {
            "/organizations": [organization()],
            "/courses": [course(number) for number in range(20)],
            "/offerings": [offering(number) for number in range(20)],
        }
        self.script: Script = lambda request: None
        self.pause = 0.0  # seconds before every 200 bytes
        self.asked: list[Request] = []
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            target = urlsplit(head.split(" ")[1])
            query = parse_qs(target.query)
            number, size = (int(query.get(name, ["1"])[0]) for name in ("pageNumber", "pageSize"))
            same = [one for one in self.asked if (one.path, one.page) == (target.path, number)]
            request = Request(target.path, number, size, len(same) + 1)
            self.asked.append(request)
            scripted = self.script(request)
            if scripted == NEVER:
                await asyncio.sleep(30)
            content = self.honest(request) if scripted is None else scripted
            step = 200 if self.pause else len(content)
            for start in range(0, len(content), step):
                await asyncio.sleep(self.pause)
                writer.write(content[start : start + step])
                await writer.drain()
        writer.close()

    def honest(self, request: Request) -> bytes:
        items = self.collections.get(request.path)
        if items is None:
            return http("404 Not Found", b"{}")
        start = (request.page - 1) * request.size
        chosen = items[start : start + request.size]
        return page(chosen, start + request.size < len(items), request.page, request.size)


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    made = Endpoint()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


OOAPI = """
base_url = "{url}"
page_size = 10
deadline_seconds = 0.4
total_seconds = 60
attempts = 2
[sources.settings.streams.organizations]
[sources.settings.streams.courses]
[sources.settings.streams.course-offerings]
path = "/offerings"
"""
COPIED = 'stream = "{stream}"\nresource = "{resource}"\ncopy = true\n'
MAPPINGS = {
    "organizations": COPIED.format(stream="organizations", resource="Organization"),
    "courses": COPIED.format(stream="courses", resource="Course"),
    "offerings": COPIED.format(stream="course-offerings", resource="CourseOffering"),
}


def configure(school: Any, endpoint: Endpoint) -> None:
    """Let the endpoint be the source of the school."""
    school.source("ooapi", OOAPI.format(url=endpoint.url), MAPPINGS)


@pytest.fixture
async def peer(gateway: Any, school: Any, endpoint: Endpoint) -> Any:
    """A gateway whose member has the endpoint as its source; the first sync is done."""
    gateway.deps = dataclasses.replace(gateway.deps, settings=Settings(allow_private_addresses=True))
    configure(school, endpoint)
    await gateway.apply()
    assert (await gateway.sync()).state == "published"
    assert len(await gateway.published("CourseOffering")) == 20
    endpoint.asked.clear()
    return gateway


def streams_failed(result: Any) -> list[str]:
    return [failure["stream"] for failure in result.failures]


def only(path: str, answer: Callable[[Request], bytes | None]) -> Script:
    return lambda request: answer(request) if request.path == path else None


HTML = b"<!DOCTYPE html><html><body><h1>Onderhoud</h1></body></html>"
ENDLESS = b"1f4\r\n" + b" " * 500 + b"\r\n"
BAD_ANSWERS: dict[str, bytes] = {
    "500": http("500 Internal Server Error", b"{}"),
    "503 with a day to wait": http("503 Service Unavailable", b"", "Retry-After: 86400"),
    "429 with a date": http("429 Too Many Requests", b"", "Retry-After: Mon, 99 Foo 99999 99:99:99 GMT"),
    "429 with a huge date": http("429 Too Many Requests", b"", "Retry-After: Fri, 31 Dec 999999999999 23:59:59 +9999"),
    "401": http("401 Unauthorized", b"{}"),
    "403": http("403 Forbidden", b"{}"),
    "404": http("404 Not Found", b"{}"),
    "html": http("200 OK", HTML),
    "empty body": http("200 OK", b""),
    "204": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    "half a body": http("200 OK", orjson.dumps({"items": [course(1)], "hasNextPage": False})[:-40], length=5000),
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Type: applic",
    "not http": b"SSH-2.0-OpenSSH_9.2\r\n",
    "closed at once": b"\r\n",
    "redirect elsewhere": http("302 Found", b"", "Location: http://169.254.169.254/latest/meta-data"),
    "redirect to itself": http("308 Permanent Redirect", b"", "Location: /courses"),
    "items null": http("200 OK", b'{"items":null,"hasNextPage":false}'),
    "a number": http("200 OK", b"42"),
    "a text": http("200 OK", b'"items"'),
    "NaN": http("200 OK", b'{"items":[NaN],"hasNextPage":false}'),
    "deep": http("200 OK", b'{"items":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "latin-1": http("200 OK", b'{"items":[{"courseId":"caf\xe9"}]}'),
    "half a surrogate": http("200 OK", b'{"items":[{"courseId":"\\ud800"}],"hasNextPage":false}'),
    "bad gzip": http("200 OK", b"\x1f\x8b\x08\x00garbage", "Content-Encoding: gzip"),
    "doubled length": http("200 OK", b"{}", "Content-Length: 5"),
    "negative length": http("200 OK", b"{}", length=-1),
    "long length": http("200 OK", b"{}", length=10**30),
    "chunks without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + ENDLESS * 5,
    "bad chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n",
    "a header of 1 MB": http("200 OK", b"{}", "X-Long: " + "x" * (1 << 20)),
}


@pytest.mark.parametrize("answer", BAD_ANSWERS.values(), ids=BAD_ANSWERS.keys())
async def test_a_bad_answer_in_the_middle_keeps_the_stream_as_it_was(
    peer: Any, endpoint: Endpoint, answer: bytes
) -> None:
    before = await peer.everything_published()
    endpoint.collections["/courses"] = [course(number, abbreviation="NIEUW") for number in range(20)]
    endpoint.script = only("/courses", lambda request: answer if request.page == 2 else None)

    result = await peer.sync()

    assert streams_failed(result) == ["courses"]
    assert await peer.everything_published() == before
    assert await peer.rows("SELECT 1 FROM staged_resources") == []
    endpoint.script = lambda request: None
    endpoint.collections["/courses"] = [course(number) for number in range(20)]
    assert (await peer.sync()).state == "unchanged"


async def test_an_endpoint_that_never_answers_or_drips_ends_by_the_deadline(peer: Any, endpoint: Endpoint) -> None:
    before = await peer.everything_published()
    endpoint.script = lambda request: NEVER
    async with asyncio.timeout(20):
        never = await peer.sync()
    endpoint.script = lambda request: None
    endpoint.pause = 0.15
    async with asyncio.timeout(20):
        drips = await peer.sync()

    assert never.state == "failed"
    assert never.failures[0]["code"] == "source-timeout"
    assert "courses" in streams_failed(drips)
    assert await peer.everything_published() == before


async def test_an_answer_that_unpacks_to_more_than_the_limit_is_refused(
    peer: Any, endpoint: Endpoint, school: Any
) -> None:
    school.limit(200_000)
    await peer.apply()
    packed = gzip.compress(b'{"items":[' + b" " * 50_000_000 + b'],"hasNextPage":false}')
    endpoint.script = only("/courses", lambda request: http("200 OK", packed, "Content-Encoding: gzip"))

    result = await peer.sync()

    assert peer.failed(result) == [("courses", "source-too-large")]
    assert len(await peer.published("Course")) == 20


async def test_a_second_page_equal_to_the_first_stops_the_stream(peer: Any, endpoint: Endpoint) -> None:
    first = [course(number) for number in range(10)]
    endpoint.script = only("/courses", lambda request: page(first, True, request.page))

    result = await peer.sync()

    assert streams_failed(result) == ["courses"]
    assert len(await peer.published("Course")) == 20
    assert len(endpoint.asked) < 20


async def test_pages_without_end_stop_at_the_total_deadline(peer: Any, endpoint: Endpoint) -> None:
    def endless(request: Request) -> bytes:
        peer.clock.move(1)  # each page takes a second
        return page([course(request.page * 10 + number) for number in range(10)], True, request.page)

    endpoint.script = only("/courses", endless)

    result = await peer.sync()

    assert streams_failed(result) == ["courses"]
    assert len(await peer.published("Course")) == 20
    assert len(endpoint.asked) < 100


async def test_an_empty_collection_never_wipes_the_school(peer: Any, endpoint: Endpoint) -> None:
    for path in endpoint.collections:
        endpoint.collections[path] = []

    result = await peer.sync()

    assert result.state in ("held", "failed")
    assert len(await peer.published("Course")) == 20
    assert len(await peer.published("CourseOffering")) == 20


async def test_doubled_ids_with_different_contents_give_one_resource(peer: Any, endpoint: Endpoint) -> None:
    endpoint.collections["/courses"] += [course(3, abbreviation="ANDERS"), course(4, abbreviation="ANDERS")]

    result = await peer.sync()

    assert result.failures == ()
    keys = await peer.published("Course")
    assert len(keys) == len(set(keys)) == 20


async def test_ids_of_another_member_stay_his(peer: Any, endpoint: Endpoint, another_school: Any, school: Any) -> None:
    configure(another_school(school.folder, "roc-b", "99BB", 2), endpoint)
    await peer.apply()
    before = await peer.everything_published()
    endpoint.collections["/courses"] = [course(number, abbreviation="GESTOLEN") for number in range(20)]

    first = await peer.sync("roc-b")
    again = await peer.sync("roc-b")

    assert (first.state, again.state) == ("published", "unchanged")
    owners = await peer.rows("SELECT member, count(*) AS number FROM catalogue_resources GROUP BY member ORDER BY 1")
    assert [(row.member, row.number) for row in owners] == [("roc-a", 41), ("roc-b", 41)]
    mine = [row for row in await peer.everything_published() if row.id in {old.id for old in before}]
    assert mine == before
    theirs = await peer.rows("SELECT id, refs FROM catalogue_resources WHERE member = 'roc-b'")
    ids = {str(row.id) for row in theirs}
    assert all(target in ids for row in theirs for targets in row.refs.values() for target in targets)


async def test_one_uuid_for_a_course_and_its_offering_gives_two_resources(peer: Any, endpoint: Endpoint) -> None:
    shared_id = own_id("GEDEELD")
    endpoint.collections["/courses"].append(course(90, courseId=shared_id))
    endpoint.collections["/offerings"].append({**offering(90), "offeringId": shared_id, "course": shared_id})

    first = await peer.sync()
    again = await peer.sync()

    assert (first.state, again.state) == ("published", "unchanged")
    rows = await peer.rows(
        "SELECT resource, id, refs FROM catalogue_resources WHERE source_key = :key ORDER BY resource", key=shared_id
    )
    assert [(row.resource, str(row.id) == shared_id) for row in rows] == [("Course", True), ("CourseOffering", False)]
    assert rows[1].refs["course"] == [shared_id]


async def test_a_wrong_reference_by_the_id_of_something_else_takes_that_id_from_nobody(
    peer: Any, endpoint: Endpoint
) -> None:
    endpoint.collections["/organizations"].append({**organization("O2"), "parent": own_id("M3")})
    endpoint.collections["/courses"].append(course(91, organization=own_id("M92")))
    endpoint.collections["/courses"].append(course(92))

    result = await peer.sync()

    assert result.failures == ()
    ids = await peer.rows("SELECT source_key, id FROM catalogue_resources WHERE resource = 'Course'")
    known = {row.source_key: str(row.id) for row in ids}
    assert known[own_id("M3")] == own_id("M3")
    assert len(known) == 22


async def test_objects_that_are_no_objects_are_said_and_the_rest_is_published(peer: Any, endpoint: Endpoint) -> None:
    strange: list[Any] = [
        None,
        1,
        "tekst",
        [],
        {},
        {"courseId": None},
        {"courseId": {"$ne": 1}},
        {"courseId": own_id("X1")},
        course(93, name="geen lijst"),
        course(94, name=[{"language": "nl-NL", "value": "a\x00b"}]),
        course(95, courseId="a\x00b"),
        course(96, ext={"diep": [[[[[[[[[[{"x": 1}]]]]]]]]]]}),
        course(97, organization={"organizationId": own_id("O1"), "name": None}),
        course(98, validFrom="0001-01-01", validTo="9999-12-31"),
        course(99, organization="\x00"),
        course(100, studyLoad={"studyLoadUnit": "sbu", "value": 1e308}),
        course(101, otherCodes=[{"codeType": "crohoCreboCode", "code": 25480}] * 100),
        course(102, level=["secondary vocational education 3"]),
        course(103, primaryCode={"codeType": "identifier", "code": "x" * 100_000}),
        course(104, abbreviation=None, name=text_of("n" * 300_000)),
    ]
    body = b",".join(orjson.dumps(one) for one in strange)
    endpoint.script = only(
        "/courses", lambda request: _page_with(endpoint, request, body) if request.page == 1 else None
    )

    result = await peer.sync()

    assert result.failures == ()
    assert set(await peer.published("Course")) >= {own_id(f"M{number}") for number in range(20)}
    assert "\x00" not in await peer.everything_stored()


def _page_with(endpoint: Endpoint, request: Request, more: bytes) -> bytes:
    """Page 1 with other objects before its own."""
    own = orjson.dumps(endpoint.collections["/courses"][:10])[1:]
    return http("200 OK", b'{"hasNextPage":true,"items":[' + more + b"," + own + b"}")


async def test_a_number_like_a_bsn_anywhere_in_an_object_is_kept_nowhere(peer: Any, endpoint: Endpoint) -> None:
    endpoint.collections["/organizations"].append({**organization("O9"), "organizationId": BSN})
    endpoint.collections["/courses"] += [
        course(93, ext={"contact": {"telefoon": [f"nr {BSN}"]}}),
        course(94, ext={BSN: "als naam"}),
        course(95, courseId=BSN),
        course(96, organization=BSN),
        course(97, otherCodes=[{"codeType": "nationalIdentityNumber", "code": BSN}]),
        course(98, ext={"n": int(BSN)}),
        course(99, level=BSN),
        {"courseId": BSN, "rest": 1},
    ]
    endpoint.collections["/offerings"].append({**offering(1), "offeringId": own_id("A91"), "course": BSN})

    result = await peer.sync()

    assert result.failures == ()
    flat = (await peer.everything_stored()).replace(".", "").replace(" ", "")
    assert [flat[max(0, at - 60) : at + 20] for at in range(len(flat)) if flat.startswith(BSN, at)] == []
    assert own_id("M3") in await peer.published("Course")


async def test_a_number_like_a_bsn_as_the_id_of_a_parent_is_in_no_address_that_is_kept(
    peer: Any, endpoint: Endpoint, school: Any
) -> None:
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace('path = "/offerings"', 'per = "organizations"'))
    await peer.apply()
    endpoint.collections["/organizations"].append({**organization("O9"), "organizationId": BSN})
    endpoint.collections[f"/organizations/{own_id('O1')}/offerings"] = endpoint.collections["/offerings"]
    endpoint.collections[f"/organizations/{BSN}/offerings"] = [
        {**offering(1), "offeringId": own_id("A91"), "course": own_id("X")}
    ]

    await peer.sync()

    assert BSN not in await peer.everything_stored()


async def test_a_login_that_ends_halfway_fails_the_streams_after_it_only(peer: Any, endpoint: Endpoint) -> None:
    def expiring(request: Request) -> bytes | None:
        return http("401 Unauthorized", b"{}") if len(endpoint.asked) > 3 else None

    endpoint.script = expiring
    endpoint.collections["/organizations"][0]["shortName"] = "Nieuw"

    result = await peer.sync()

    assert result.state == "published"
    assert streams_failed(result) == ["course-offerings"]
    assert len(await peer.published("CourseOffering")) == 20


async def test_a_source_that_comes_and_goes_never_loses_or_doubles_anything(peer: Any, endpoint: Endpoint) -> None:
    before = await peer.everything_published()
    for turn in range(6):
        endpoint.script = lambda request, turn=turn: (  # type: ignore[misc]
            http("500 Internal Server Error", b"") if (len(endpoint.asked) + turn) % 3 == 0 else None
        )
        await peer.sync()
        assert await peer.everything_published() == before
    endpoint.script = lambda request: None
    assert (await peer.sync()).state == "unchanged"
