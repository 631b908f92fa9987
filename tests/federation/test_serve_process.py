"""A real server process: hostile requests over raw sockets, compression, ending on a signal, the operator's port."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.catalogue.serve.testkit import configure, publish, sample
from gateway.clock import FakeClock
from gateway.storage import Database

PROGRAM = """
import sys
from gateway.app import run
from gateway.errors import GatewayError
from gateway.settings import Settings
try:
    run(Settings.from_environment(), lambda url: print(url, flush=True))
except GatewayError as error:
    sys.exit(str(error))
"""


@dataclass(frozen=True)
class Served:
    process: subprocess.Popen[str]
    port: int
    metrics_port: int

    def raw(self, data: bytes, *, port: int | None = None, seconds: float = 10.0) -> bytes:
        """Everything the server says to these bytes, until it closes or falls silent."""
        with socket.create_connection(("127.0.0.1", port or self.port), timeout=seconds) as connection:
            sender = threading.Thread(target=self._send, args=(connection, data), daemon=True)
            sender.start()
            received = b""
            try:
                while chunk := connection.recv(1 << 16):
                    received += chunk
                    if _complete(received):
                        break
            except (ConnectionResetError, TimeoutError):
                pass
            return received

    @staticmethod
    def _send(connection: socket.socket, data: bytes) -> None:
        with contextlib.suppress(OSError):  # the server may close before it has everything
            connection.sendall(data)

    def get(
        self, target: str, *headers: str, method: str = "GET", port: int | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        lines = [f"{method} {target} HTTP/1.1", "Host: gateway.example", *headers, "Connection: close", "", ""]
        head, _, body = self.raw("\r\n".join(lines).encode("latin-1"), port=port).partition(b"\r\n\r\n")
        status, *rest = head.decode("latin-1").split("\r\n")
        found = dict(line.split(": ", 1) for line in rest)
        return int(status.split()[1]), found, body


def _complete(received: bytes) -> bool:
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator or b"connection: close" in head.lower():
        return False
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(lengths) and len(body) >= int(lengths[0].split(b":")[1])


def start(database_url: str) -> Served:
    environment = {**os.environ, "DATABASE_URL": database_url, "GATEWAY_PORT": "0", "GATEWAY_METRICS_PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    ports: dict[bool, int] = {}
    while len(ports) < 2:
        line = process.stdout.readline()
        assert line, f"the server ended with {process.poll()}"
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            ports["metrics" in line] = int(found[1])
    return Served(process, ports[False], ports[True])


async def fill(database_url: str) -> None:
    database = Database(database_url)
    async with database.transaction() as session:
        await configure(session, {"roc-a": True}, FakeClock(datetime(2026, 11, 23, tzinfo=UTC)))
        await publish(session, "roc-a", [sample("Course", number) for number in range(30)])
    await database.dispose()


@pytest.fixture(scope="module")
def served(_databases: Any) -> Iterator[Served]:
    """One server for the tests that leave it as it is."""
    name = _databases.create(_databases.template())
    asyncio.run(fill(_databases.url(name)))
    started = start(_databases.url(name))
    yield started
    started.process.kill()
    started.process.wait(10)
    _databases.drop(name)


@pytest.fixture
def own_server(database_url: str) -> Iterator[Served]:
    """A server that the test may end."""
    asyncio.run(fill(database_url))
    started = start(database_url)
    yield started
    started.process.kill()
    started.process.wait(10)


def _status(answer: bytes) -> int:
    assert answer.startswith(b"HTTP/1.1 "), answer[:200]
    return int(answer[9:12])


def test_what_a_browser_or_portal_asks(served: Served) -> None:
    status, headers, body = served.get("/ooapi/v5/courses?pageSize=20", "Accept-Encoding: gzip")
    assert (status, headers["content-encoding"], headers["content-type"]) == (200, "gzip", "application/json")
    page = json.loads(gzip.decompress(body))
    assert len(page["items"]) == 20
    assert headers["vary"] == "Accept-Encoding, X-Route"
    assert (
        served.get("/ooapi/v5/courses?pageSize=20", "Accept-Encoding: gzip", f"If-None-Match: {headers['etag']}")[0]
        == 304
    )
    assert served.get("/ooapi/v5/courses?pageSize=20", f"If-None-Match: {headers['etag']}")[0] == 200
    plain, got, nothing = served.get("/ooapi/v5/courses?pageSize=20", method="HEAD")
    assert (plain, nothing) == (200, b"")
    assert int(got["content-length"]) > 1024
    status, headers, body = served.get("/ooapi/v5/courses", "Accept: text/html")
    assert (status, json.loads(body)["code"]) == (406, "not-acceptable")
    status, headers, body = served.get("/ooapi/v5/courses?pageSize=7", "Accept-Language: nl-NL,en;q=0.5")
    assert (status, headers["content-language"], json.loads(body)["title"]) == (400, "nl", "Ongeldige waarde")
    assert "server" not in headers


HOME = b"GET /ooapi/v5/courses HTTP/1.1\r\nHost: x\r\n"
HOSTILE = {
    "two lengths": HOME + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "two equal lengths": HOME + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "length and chunked": HOME + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked body": HOME + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    "twice chunked": HOME + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "negative length": HOME + b"Content-Length: -1\r\n\r\n",
    "large body": HOME + b"Content-Length: 9000\r\n\r\n" + b"x" * 9000,
    "NUL in the path": b"GET /ooapi/v5/courses\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "encoded NUL": b"GET /ooapi/v5/courses?q=%00 HTTP/1.1\r\nHost: x\r\n\r\n",
    "overlong UTF-8": b"GET /ooapi/v5/courses?q=%c0%af HTTP/1.1\r\nHost: x\r\n\r\n",
    "overlong UTF-8 in the path": b"GET /ooapi/v5/courses/%c0%ae%c0%ae HTTP/1.1\r\nHost: x\r\n\r\n",
    "raw bytes in the path": b"GET /ooapi/v5/\xc0\xaf HTTP/1.1\r\nHost: x\r\n\r\n",
    "raw bytes in the query": b"GET /ooapi/v5/courses?q=\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    "half percent": b"GET /ooapi/v5/courses?q=%4 HTTP/1.1\r\nHost: x\r\n\r\n",
    "NUL in a header": HOME + b"X-Route: a\x00b\r\n\r\n",
    "wrong version": b"GET /ooapi/v5/courses HTTP/9.9\r\nHost: x\r\n\r\n",
    "no slash": b"GET ooapi/v5/courses HTTP/1.1\r\nHost: x\r\n\r\n",
    "blank in the path": b"GET /ooapi/v5/courses /x HTTP/1.1\r\nHost: x\r\n\r\n",
    "header without name": b"GET /ooapi/v5/courses HTTP/1.1\r\n: x\r\n\r\n",
    "blank before the colon": b"GET /ooapi/v5/courses HTTP/1.1\r\nHost : x\r\n\r\n",
    "folded header": HOME + b"X-Route: a\r\n b\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40,
    "connect": b"CONNECT example.org:443 HTTP/1.1\r\nHost: x\r\n\r\n",
}  # fmt: skip
HARMLESS = {
    "small body": (b"GET /ooapi/v5/courses HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 200),
    "asks for a websocket": (
        b"GET /ooapi/v5/courses HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", 200,
    ),
    "whole address": (b"GET http://evil.example/ooapi/v5/courses HTTP/1.1\r\nHost: x\r\n\r\n", 200),
    "no version": (b"GET /ooapi/v5/courses\r\n\r\n", 200),
    "old version": (b"GET /ooapi/v5/courses HTTP/1.0\r\n\r\n", 200),
    "star": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", None),
    "dots": (b"GET /ooapi/v5/courses/../../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "encoded dots": (b"GET /ooapi/v5/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "encoded slash": (b"GET /ooapi/v5%2fcourses HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "parameters of a segment": (b"GET /ooapi/v5/courses;jsessionid=1 HTTP/1.1\r\nHost: x\r\n\r\n", 404),
    "two slashes": (b"GET /ooapi//v5/courses HTTP/1.1\r\nHost: x\r\n\r\n", 404),
}  # fmt: skip


def test_hostile_requests_get_a_refusal_and_never_a_500(served: Served) -> None:
    for name, request in HOSTILE.items():
        answer = served.raw(request, seconds=5)
        if name == "no HTTP at all" and not answer:
            continue
        assert 400 <= _status(answer) < 500, (name, answer[:200])
    for name, (request, expected) in HARMLESS.items():
        status = _status(served.raw(request, seconds=5))
        assert status == expected if expected else 400 <= status < 500, name
    assert served.get("/ooapi/v5/courses")[0] == 200
    assert served.process.poll() is None


def test_a_second_request_hidden_in_a_body_is_not_answered(served: Served) -> None:
    hidden = b"GET /ooapi/v5/rooms HTTP/1.1\r\nHost: x\r\n\r\n"
    for head in (
        HOME + b"Content-Length: %d\r\n\r\n" % len(hidden),
        HOME + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % len(hidden),
    ):
        answer = served.raw(head + hidden, seconds=3)
        assert answer.count(b"HTTP/1.1 ") == 1


def test_heads_that_are_too_large(served: Served) -> None:
    line = b"GET /ooapi/v5/courses HTTP/1.1\r\nHost: x\r\n"
    just = served.raw(line + b"X-Filler: " + b"a" * (15 << 10) + b"\r\n\r\n")
    assert _status(just) == 200
    for filler in (b"X-Filler: " + b"a" * (16 << 10) + b"\r\n", b"X-Filler: a\r\n" * 1400):
        answer = served.raw(line + filler + b"\r\n")
        assert _status(answer) == 431
        assert b'"status":"431"' in answer
    long = served.raw(b"GET /ooapi/v5/courses?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert _status(long) == 414
    endless = served.raw(line + b"X-Filler: " + b"a" * (1 << 20))
    assert _status(endless) == 431
    assert served.get("/ooapi/v5/courses")[0] == 200


def test_pipelined_requests_are_answered_in_order(served: Served) -> None:
    one = b"GET /ooapi/v5/courses HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /ooapi/v5/nope HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as connection:
        connection.sendall(one + one + last)
        received = b""
        while chunk := connection.recv(1 << 16):
            received += chunk
    assert [int(part[:3]) for part in received.split(b"HTTP/1.1 ")[1:]] == [200, 200, 404]


def test_the_operator_has_a_port_of_its_own(served: Served) -> None:
    served.get("/ooapi/v5/courses")
    status, _, body = served.get("/health", port=served.metrics_port)
    assert (status, body) == (200, b'{"status":"ok"}')
    status, headers, body = served.get("/metrics", port=served.metrics_port)
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
    assert b'gateway_requests_total{operation="GET /courses",status="200"}' in body
    assert served.get("/ooapi/v5/courses", port=served.metrics_port)[0] == 404
    assert served.get("/metrics", method="POST", port=served.metrics_port)[0] == 405
    assert served.get("/metrics")[0] == 404
    assert served.get("/health")[0] == 404


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_process_cleanly(own_server: Served, name: signal.Signals) -> None:
    with socket.create_connection(("127.0.0.1", own_server.port), timeout=10):
        own_server.process.send_signal(name)
        assert own_server.process.wait(20) == 0


def test_a_port_that_is_taken_ends_the_process_with_an_error(served: Served, database_url: str) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "GATEWAY_PORT": str(served.port)}
    second = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 1
    assert "http://" not in second.stdout
    assert "cannot-listen" in second.stderr
    assert "Traceback" not in second.stderr


def test_without_a_database_the_process_says_so_and_ends() -> None:
    environment = {**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "GATEWAY_PORT": "0"}
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "store-unavailable" in ended.stderr
    assert "Traceback" not in ended.stderr
