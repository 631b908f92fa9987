"""What a warm page costs: CPU of a real server process under load, the last page against the first."""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.catalogue.serve.testkit import configure, publish, sample
from gateway.clock import FakeClock
from gateway.storage import Database

MEMBERS, COURSES = 57, 500
PROGRAM = """
from gateway.app import run
from gateway.settings import Settings
run(Settings.from_environment(), lambda url: print(url, flush=True))
"""
# The load: one connection, one request after the other, in a process of its own.
LOAD = """
import socket, sys
port, target, number = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
connection = socket.create_connection(("127.0.0.1", port))
request = (f"GET {target} HTTP/1.1\\r\\nHost: gateway.example\\r\\nUser-Agent: bench/1.0\\r\\n"
           "Accept: application/json\\r\\nAccept-Encoding: gzip, deflate\\r\\n\\r\\n").encode()
for _ in range(number):
    connection.sendall(request)
    received = b""
    while b"\\r\\n\\r\\n" not in received:
        received += connection.recv(1 << 16)
    head, _, body = received.partition(b"\\r\\n\\r\\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(head.lower().split(b"content-length: ")[1].split(b"\\r\\n")[0])
    while len(body) < length:
        body += connection.recv(1 << 16)
"""

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


async def fill(url: str) -> None:
    database = Database(url)
    members = [f"roc-{number}" for number in range(MEMBERS)]
    shuffled = random.Random(5)
    async with database.transaction() as session:
        await configure(session, dict.fromkeys(members, True), FakeClock(datetime(2026, 11, 23, tzinfo=UTC)))
    for place, member in enumerate(members):
        numbers = range(place * COURSES, (place + 1) * COURSES)
        courses = [
            sample("Course", number, f"Module {shuffled.randint(1, 10**6)}", ext={"omschrijving": "x" * 500})
            for number in numbers
        ]
        async with database.transaction() as session:
            await publish(session, member, courses)
    await database.dispose()


@pytest.fixture(scope="module")
def served(_databases: Any) -> Iterator[tuple[subprocess.Popen[str], int, int]]:
    """Process, port and metrics port of a server over 57 members with 500 courses each."""
    name = _databases.create(_databases.template())
    url = _databases.url(name)
    asyncio.run(fill(url))
    environment = {**os.environ, "DATABASE_URL": url, "GATEWAY_PORT": "0", "GATEWAY_METRICS_PORT": "0"}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    ports: dict[bool, int] = {}
    while len(ports) < 2:
        line = process.stdout.readline()
        assert line, "the server ended"
        if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
            ports["metrics" in line] = int(found[1])
    yield process, ports[False], ports[True]
    process.kill()
    process.wait(10)
    _databases.drop(name)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def figure(port: int, name: str) -> float:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        line = re.search(rf"^{name} (\S+)$", answer.read().decode(), re.MULTILINE)
    assert line is not None
    return float(line[1])


def load(port: int, target: str, number: int) -> None:
    subprocess.run([sys.executable, "-c", LOAD, str(port), target, str(number)], check=True, timeout=110)


def test_warm_pages(served: tuple[subprocess.Popen[str], int, int], bench: Callable[..., None]) -> None:
    process, port, metrics = served
    pages = MEMBERS * COURSES // 20
    figures = {}
    for name, number in (("first", 1), ("last", pages)):
        target = f"/ooapi/v5/courses?pageSize=20&pageNumber={number}"
        load(port, target, 500)
        reads = figure(metrics, "gateway_catalogue_snapshots_total")
        before = cpu_seconds(process.pid)
        load(port, target, 10_000)
        figures[f"{name}_cpu_s_per_1000"] = (cpu_seconds(process.pid) - before) / 10
        assert figure(metrics, "gateway_catalogue_snapshots_total") == reads, "a warm page read the database"
    bench("warm page of 20 out of 28,500", **figures)


def test_cold_pages(served: tuple[subprocess.Popen[str], int, int], bench: Callable[..., None]) -> None:
    """The first look at a query orders all ids; another page of it fetches 20 bodies."""
    _, port, _ = served
    pages = MEMBERS * COURSES // 20
    seconds = {}
    for name, number in (("first_ever_ms", 2), ("last_ms", pages - 1), ("middle_ms", pages // 2)):
        started = time.perf_counter()
        target = f"http://127.0.0.1:{port}/ooapi/v5/courses?pageSize=20&sort=-name&pageNumber={number}"
        with urllib.request.urlopen(target, timeout=20) as answer:
            assert len(json.load(answer)["items"]) == 20
        seconds[name] = (time.perf_counter() - started) * 1000
    bench("cold page of 20 out of 28,500", **seconds)


def test_idle_connections_cost_nothing(
    served: tuple[subprocess.Popen[str], int, int], bench: Callable[..., None]
) -> None:
    process, port, _ = served
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(200)]
    before = cpu_seconds(process.pid)
    time.sleep(3)
    bench("200 idle connections", cpu_ms_per_s=(cpu_seconds(process.pid) - before) / 3 * 1000)
    for connection in connections:
        connection.close()
