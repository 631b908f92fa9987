"""A server process under many clients at once: while the catalogue changes, while its database is away, under abuse."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import random
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

from gateway.storage import Database, EmbeddedServer

PROGRAM = """
from gateway.app import run
from gateway.settings import Settings
run(Settings.from_environment(), lambda url: print(url, flush=True))
"""
COURSES = "/ooapi/v5/courses"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def page(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(self.body)
        return found


@dataclass
class Client:
    """One connection that is kept alive; it is opened again when the server closed it."""

    port: int
    _streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = field(default=None, init=False)

    async def get(self, target: str, *headers: str, seconds: float = 30) -> Answer:
        async with asyncio.timeout(seconds):
            if self._streams is None:
                self._streams = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = self._streams
            lines = (f"GET {target} HTTP/1.1", "Host: gateway.example", *headers, "", "")
            writer.write("\r\n".join(lines).encode("utf-8", "surrogateescape"))
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            found = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await reader.readexactly(int(found.get("content-length", "0")))
            if found.get("connection") == "close":
                await self.close()
            return Answer(int(head[0].split(" ")[1]), found, body)

    async def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            with contextlib.suppress(OSError):
                await self._streams[1].wait_closed()
            self._streams = None


@contextlib.asynccontextmanager
async def server(database_url: str, folder: Path) -> AsyncIterator[int]:
    """A server process on this database; yields its port."""
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "GATEWAY_DATA_DIR": str(folder),
        "GATEWAY_PORT": "0",
        "GATEWAY_DATABASE_POOL": "5",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(30):
            port = int((await process.stdout.readline()).decode().rsplit(":", 1)[1])
        yield port
    finally:
        process.terminate()
        async with asyncio.timeout(30):
            await process.communicate()


def deliver(school: Any, version: int) -> None:
    """Another number of courses in every version, all with its mark in their names."""
    rows = [(f"M{n}", f"v{version} Module {n}", f"Over v{version}", "3", "240", "O1") for n in range(200 + 7 * version)]
    school.courses(rows)


def check_page(answer: Answer, number: int) -> int:
    """The version that a page of courses is of, after proving that it holds one version only and counts right."""
    page = answer.page
    versions = {item["name"][0]["value"].split(" ")[0] for item in page["items"]}
    versions |= {item["description"][0]["value"].split(" ")[1] for item in page["items"]}
    assert len(versions) == 1, versions
    version = int(versions.pop()[1:])
    total = 200 + 7 * version
    pages = -(-total // 50)
    assert page["totalPages"] == pages
    assert len(page["items"]) == (50 if number < pages else total - 50 * (pages - 1))
    assert page["hasNextPage"] == (number < pages)
    return version


async def test_two_hundred_clients_while_syncs_publish_see_one_version_each_time(
    gateway: Any, school: Any, database_url: str, tmp_path: Path
) -> None:
    file = school.folder / "members" / "roc-a.toml"
    wide = "[limits]\ndelete_share = 1.0\nchange_share = 1.0\n[[sources]]"
    file.write_text(file.read_text().replace("[[sources]]", wide, 1))
    await gateway.apply()
    deliver(school, 0)
    await gateway.sync()
    stop = asyncio.Event()
    seen: list[tuple[int, int]] = []  # client, version

    async def visit(number: int, port: int) -> None:
        client, chance = Client(port), random.Random(number)
        try:
            while not stop.is_set():
                wanted = chance.randint(1, 4)
                odd = f"&q=module{'' if number % 2 else '%20'}" if number % 5 == 0 else ""
                answer = await client.get(f"{COURSES}?pageSize=50&pageNumber={wanted}{odd}")
                assert answer.status == 200, answer.body
                seen.append((number, check_page(answer, wanted)))
                await asyncio.sleep(chance.random())
        finally:
            await client.close()

    async with server(database_url, tmp_path) as port:
        clients = [asyncio.create_task(visit(number, port)) for number in range(200)]
        for version in range(1, 5):
            deliver(school, version)
            assert (await gateway.sync()).state == "published"
            await asyncio.sleep(1.5)
        stop.set()
        await asyncio.gather(*clients)

    assert len(seen) > 400
    assert {version for _, version in seen} >= {1, 2, 3, 4}
    for number in range(200):
        own = [version for client, version in seen if client == number]
        assert own == sorted(own), "a client went back in time"


async def test_a_member_that_left_the_configuration_is_not_served_any_more(
    gateway: Any, school: Any, another_school: Any, database_url: str, tmp_path: Path
) -> None:
    another_school(tmp_path, "roc-b", "99BB", 2)
    await gateway.apply()
    await gateway.sync("roc-a")
    await gateway.sync("roc-b")
    one = (await gateway.rows("SELECT id FROM catalogue_resources WHERE member = 'roc-b' AND resource = 'Course'"))[0]

    async with server(database_url, tmp_path) as port:
        client = Client(port)
        before = await client.get(f"{COURSES}?pageSize=50")
        assert (await client.get(f"{COURSES}/{one.id}")).status == 200
        (school.folder / "members" / "roc-b.toml").unlink()
        await gateway.apply()
        await asyncio.sleep(2.5)
        after = await client.get(f"{COURSES}?pageSize=50")
        gone = [
            (await client.get(target)).status
            for target in (
                f"{COURSES}/{one.id}",
                "/members/roc-b/ooapi/v5/courses",
                f"{COURSES}/{one.id}?expand=offerings",
            )
        ]
        routed = await client.get(COURSES, "X-Route: endpoint=roc-b")
        await client.close()

    assert (len(before.page["items"]), len(after.page["items"])) == (40, 20)
    assert gone[:2] == [404, 404]
    assert gone[2] in (400, 404)
    assert routed.status == 400


async def test_while_the_database_is_away_ready_pages_go_on_and_the_rest_says_503(
    own_server: EmbeddedServer, gateway: Any, school: Any, tmp_path: Path
) -> None:
    from_here = Database(own_server.url())
    gateway.deps = dataclasses.replace(gateway.deps, database=from_here)
    await gateway.apply()
    assert (await gateway.sync()).state == "published"
    try:
        async with server(own_server.url(), tmp_path) as port:
            client = Client(port)
            assert (await client.get(f"{COURSES}?pageSize=10")).status == 200
            await from_here.dispose()
            await asyncio.to_thread(own_server.close)
            async with asyncio.timeout(30):
                others = [Client(port) for _ in range(30)]
                kept = [await client.get(f"{COURSES}?pageSize=10") for _ in range(5)]
                fresh = await asyncio.gather(
                    *(one.get(f"{COURSES}?pageSize=20&pageNumber={number}") for number, one in enumerate(others, 1))
                )
            for one in others:
                await one.close()
            assert {answer.status for answer in kept} == {200}
            assert {answer.status for answer in fresh} == {503}
            assert all(answer.headers["content-type"].startswith("application/problem+json") for answer in fresh)
            assert not any(b"psycopg" in answer.body or b"socket" in answer.body for answer in fresh)
            await asyncio.to_thread(own_server.open)
            async with asyncio.timeout(30):
                while (await client.get(f"{COURSES}?pageSize=20")).status != 200:  # noqa: ASYNC110 - recovers by itself
                    await asyncio.sleep(0.2)
            school.courses(school.some_courses(21))
            assert (await gateway.sync()).state == "published"
            async with asyncio.timeout(10):
                while len((await client.get(f"{COURSES}?pageSize=50")).page["items"]) != 21:  # noqa: ASYNC110
                    await asyncio.sleep(0.2)
            await client.close()
    finally:
        await from_here.dispose()


PATHS = (
    "/ooapi/v5/../v5/courses",
    "/ooapi/v5/%2e%2e/courses",
    "/ooapi/v5//courses",
    "/ooapi/v5/courses/",
    "//ooapi/v5/courses",
    "/ooapi/v5/courses%2f",
    "/ooapi/v5/courses%00",
    "/ooapi/v5/courses;x=1",
    "/OOAPI/V5/courses",
    "/ooapi/v5/%63ourses",
    "/ooapi/v5/courses/%00",
    "/ooapi/v5/courses/..%2f..%2fetc%2fpasswd",
    "/ooapi/v5/courses/" + "a" * 7000,
    "/ooapi/v5/courses/{id}",
    "/ooapi/v5/courses/00000000-0000-0000-0000-000000000000",
    "/ooapi/v5/courses/%f0%28%8c%28",
    "/members/../ooapi/v5/courses",
    "/members/%2e/ooapi/v5/",
    "/members//ooapi/v5/courses",
    "/members/roc-a%00/ooapi/v5/courses",
    "/.git/config",
    "/docs/../../etc/passwd",
    "/docs/%2e%2e%2f%2e%2e%2fetc/passwd",
    "/static/..%5c..%5cwindows",
    "/operate",
    "/operate/",
    "/health",
    "/metrics",
    "/ooapi/v5/persons",
    "/ooapi/v5/persons/me",
    "/ooapi/v6/courses",
    "*",
    "?",
    "http://evil.example/ooapi/v5/courses",
    "/ooapi/v5/courses#x",
    "/ooapi/v5/courses?",
    "/ooapi/v5/openapi.json?x=1",
)
NAMES = (
    "pageSize",
    "pageNumber",
    "q",
    "sort",
    "filter",
    "consumer",
    "level",
    "modeOfDelivery",
    "teachingLanguage",
    "since",
    "until",
    "primaryCode",
    "expand",
    "returnTimelineOverrides",
    "x",
    "",
    "pageSize[]",
    "PAGESIZE",
    "courseType",
)
VALUES = (
    "",
    "0",
    "-1",
    "1",
    "10",
    "9" * 30,
    "1e3",
    "٣",
    "NaN",
    "null",
    "true",
    "a" * 3000,
    "'; DROP TABLE changes; --",
    "%00",
    "%ff",
    "%ed%a0%80",
    "name",
    "-name",
    "name,-name,name",
    "{}",
    "[]",
    "../..",
    "\\",
    "%25",
    "%",
    "_",
    "(((((",
    "!!!&&&|||",
    ":*",
    "'a' <->",
    "%F0%9F%A7%AA",
    "%E2%80%AE",
    "2027-02-30",
    "0001-01-01",
    "9999-12-31",
    "2027-02-01T00:00:00%2B99:99",
    "+",
    "%0d%0aSet-Cookie:x",
    "level==3",
    "course,organization,offerings",
    ",",
    ",".join(["organization"] * 200),
)
HEADERS = (
    "Accept: application/json;version=99999999999999999999",
    "Accept: " + "*/*;q=0.1," * 500,
    "Accept: ;;;===",
    "Accept: application/xml",
    "Accept-Language: " + "nl;q=9," * 300,
    "X-Route: endpoint=",
    "X-Route: endpoint=roc-a,roc-a",
    "X-Route: endpoint=../x",
    "X-Route: \xff\xfe",
    "If-None-Match: *",
    'If-None-Match: "' + "a" * 5000 + '"',
    "If-None-Match: W/",
    "Range: bytes=0-0,1-1,2-2",
    "Accept-Encoding: gzip;q=0,*;q=0",
    "Accept-Encoding: " + "gzip," * 1000,
    "Host: evil.example",
    "X-Forwarded-Host: evil.example",
    "X-HTTP-Method-Override: DELETE",
    "Authorization: Bearer " + "x" * 4000,
    "Expect: 100-continue",
    "Upgrade: websocket",
    "Connection: upgrade, keep-alive",
    "Cookie: " + "a=b; " * 500,
    "Content-Length: 0",
    "TE: trailers",
)


async def test_thousands_of_abusive_requests_get_refusals_and_never_a_fault(
    gateway: Any, database_url: str, tmp_path: Path
) -> None:
    await gateway.sync()
    chance = random.Random(404)
    course = (await gateway.rows("SELECT id FROM catalogue_resources WHERE resource = 'Course' LIMIT 1"))[0].id
    places = (COURSES, f"{COURSES}/{course}", f"{COURSES}/{course}/offerings", "/ooapi/v5/organizations", "/ooapi/v5/")
    statuses: dict[int, int] = {}

    async def bother(port: int, targets: list[tuple[str, tuple[str, ...]]]) -> None:
        client = Client(port)
        for target, headers in targets:
            try:
                answer = await client.get(target, *headers)
            except (asyncio.IncompleteReadError, ConnectionError):
                await client.close()  # closed without an answer: refused as no HTTP at all
                continue
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            assert answer.status < 500, (target, headers, answer.body)
            assert "set-cookie" not in answer.headers
            if answer.status >= 400 and answer.headers.get("content-type", "").startswith("application/problem"):
                assert (
                    orjson.loads(answer.body)["status"] == str(answer.status) or answer.page["status"] == answer.status
                )
            if answer.status == 200:
                assert b"evil.example" not in answer.body
        await client.close()

    targets: list[tuple[str, tuple[str, ...]]] = [(path, ()) for path in PATHS]
    for name in NAMES:
        targets += [(f"{chance.choice(places)}?{name}={value}".replace(" ", "%20"), ()) for value in VALUES]
    for header in HEADERS:
        targets += [(f"{place}?pageSize=10", (header,)) for place in (COURSES, "/", "/ooapi/v5/")]
    for _ in range(300):
        pairs = "&".join(f"{chance.choice(NAMES)}={quote(chance.choice(VALUES))}" for _ in range(chance.randint(1, 6)))
        targets.append((f"{chance.choice(places)}?{pairs}", (chance.choice(HEADERS),)))
    async with server(database_url, tmp_path) as port:
        await asyncio.gather(*(bother(port, targets[start::8]) for start in range(8)))
        well = await Client(port).get(f"{COURSES}?pageSize=10")

    assert well.status == 200
    assert sum(statuses.values()) > 900
    assert statuses[200] > 0
    assert statuses[400] > 0


async def test_many_slow_heads_keep_nobody_else_waiting(gateway: Any, database_url: str, tmp_path: Path) -> None:
    await gateway.sync()
    async with server(database_url, tmp_path) as port:
        slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(300)]
        for turn in range(10):
            for _, writer in slow:
                writer.write(b"GET /ooapi/v5/courses HTTP/1.1\r\nX-A: " if not turn else b"b")
            client = Client(port)
            assert (await client.get(f"{COURSES}?pageSize=10", seconds=5)).status == 200
            await client.close()
            await asyncio.sleep(0.1)
        async with asyncio.timeout(40):  # each is sent away in the end, however busily it drips
            heads = [await reader.readline() for reader, _ in slow]
        for _, writer in slow:
            writer.close()

    assert set(heads) == {b"HTTP/1.1 408 Request Timeout\r\n"}
