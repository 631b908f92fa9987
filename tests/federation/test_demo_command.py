"""``ooapi-gateway demo`` as a newcomer starts it: one command, three schools, and nothing left when it ends.

One demonstration serves most tests; the last one stops it and starts it again. The folders stand where the user of
the embedded PostgreSQL can come, also when the tests run as root.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: reads /proc to see what is left behind"),
    pytest.mark.timeout(240),
]

COMMAND = [sys.executable, "-m", "gateway.cli"]
ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 120
END_SECONDS = 60


class Demonstration:
    """One folder in which a demonstration may run."""

    def __init__(self, compiled: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ooapi-gateway-demo-test-"))
        self.folder.chmod(0o755)
        self.said = self.folder.with_suffix(".stderr")
        self.ready: dict[str, Any] = {}
        self.later = ""  # standard output after the ready line, once it ended
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": str(compiled),
        }
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Start it and wait until it is ready. Returns the seconds that took."""
        begun = time.monotonic()
        with self.said.open("w") as said:
            self._process = subprocess.Popen(
                [*COMMAND, "demo", "--port", "0", "--data", str(self.folder), "--json"],
                env=self.environment,
                cwd=tempfile.gettempdir(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                start_new_session=True,
            )
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._process.stdout, selectors.EVENT_READ)
            assert waiting.select(START_SECONDS), f"not ready in {START_SECONDS} s: {self.said.read_text()}"
        line = self._process.stdout.readline()
        assert line, f"ended before it was ready: {self.said.read_text()}"
        self.ready = json.loads(line)
        return time.monotonic() - begun

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def end(self, number: signal.Signals) -> int:
        """Send the signal to the command alone and wait. Returns its status."""
        assert self._process is not None
        self._process.send_signal(number)
        self.later, _ = self._process.communicate(timeout=END_SECONDS)
        return self._process.returncode

    def remove(self) -> None:
        if self.running:
            self.end(signal.SIGTERM)
        for pid in processes_of(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.said.unlink(missing_ok=True)

    def run(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        """A command on the folder of this demonstration, as its own closing words advise."""
        ran = subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment | {"GATEWAY_DATA_DIR": str(self.folder)},
            cwd=tempfile.gettempdir(),
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert ran.returncode == status, ran
        assert "Traceback" not in ran.stderr
        return ran

    def get(self, path: str, accept: str = "application/json") -> httpx2.Response:
        return httpx2.get(self.ready["base_url"] + path, headers={"accept": accept}, timeout=20)

    def courses(self, q: str, member: str | None = None) -> list[dict[str, Any]]:
        face = f"/members/{member}/ooapi/v5" if member else "/ooapi/v5"
        answer = self.get(f"{face}/courses?q={q}&pageSize=250")
        assert answer.status_code == 200, answer.text
        items: list[dict[str, Any]] = answer.json()["items"]
        return items


def processes_of(folder: Path) -> set[int]:
    """Living processes that name the folder in their command, environment or place: also ones of other users."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
            place = str((process / "cwd").readlink())
            if str(folder).encode() in told or place.startswith(str(folder)):
                found.add(int(process.name))
    return found - {os.getpid()}


def gone(folder: Path, seconds: float = 10) -> set[int]:
    """What is left of the processes of a folder after at most so long."""
    until = time.monotonic() + seconds
    while (left := processes_of(folder)) and time.monotonic() < until:
        time.sleep(0.1)
    return left


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled modules are kept from process to process: it halves the time of each."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="module")
def demonstration(compiled: Path) -> Iterator[Demonstration]:
    made = Demonstration(compiled)
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture
def demo(demonstration: Demonstration) -> Demonstration:
    """The demonstration, running, whatever an earlier test did."""
    if not demonstration.running:
        demonstration.start()
    return demonstration


def test_the_ready_line_says_where_and_who(demo: Demonstration) -> None:
    assert set(demo.ready) == {"base_url", "members"}
    assert demo.ready["base_url"].startswith("http://127.0.0.1:")
    assert demo.ready["members"] == ["klaverkust", "wilgenstroom", "zandermeer"]
    start = demo.get("/", accept="text/html")
    assert start.status_code == 200
    for name in ("Klaverkust College", "Wilgenstroom College", "Zandermeer College"):
        assert name in start.text
    said = demo.said.read_text()
    assert f"{demo.ready['base_url']}/docs" in said
    assert "sync wilgenstroom" in said


def test_one_question_is_answered_by_more_than_one_school(demo: Demonstration) -> None:
    together = {course["courseId"] for course in demo.courses("verpleegkunde")}
    each = {
        member: {one["courseId"] for one in demo.courses("verpleegkunde", member)} for member in demo.ready["members"]
    }
    assert sum(bool(found) for found in each.values()) > 1
    assert together == set().union(*each.values())
    assert len(together) == sum(map(len, each.values()))  # each belongs to one school


def test_an_edited_row_is_in_the_answer_after_a_sync(demo: Demonstration) -> None:
    (file,) = (demo.folder / "schools" / "wilgenstroom").glob("Onderwijsproduct_*.csv")
    lines = file.read_text("cp1252").splitlines(keepends=True)
    header, first = lines[0].rstrip("\n").split(";"), lines[1].split(";")
    first[header.index("titel")] = "Xylofonistiek"
    file.write_text("".join([lines[0], ";".join(first), *lines[2:]]), "cp1252")
    assert demo.courses("xylofonistiek") == []

    synced = demo.run("sync", "wilgenstroom", "--json")

    (run,) = json.loads(synced.stdout)
    assert (run["state"], run["counts"]["changed"]) == ("published", 1)
    (found,) = demo.courses("xylofonistiek")
    assert found["primaryCode"]["code"] == first[0]
    assert [one["courseId"] for one in demo.courses("xylofonistiek", "wilgenstroom")] == [found["courseId"]]
    page = demo.get("/search?q=xylofonistiek", accept="text/html")
    assert "Xylofonistiek" in page.text


def test_the_mistakes_of_the_schools_are_in_their_reports(demo: Demonstration) -> None:
    for member in demo.ready["members"]:
        lines = [json.loads(line) for line in demo.run("report", member, "--json").stdout.splitlines()]
        assert {line["kind"] for line in lines} >= {"run", "finding"}
        assert demo.get(f"/operate/members/{member}/report", accept="text/html").status_code == 200


def test_a_second_one_in_the_same_folder_is_refused(demo: Demonstration) -> None:
    refused = demo.run("demo", "--port", "0", "--data", str(demo.folder), "--json", status=1)
    assert refused.stdout == ""
    assert refused.stderr == f"A demonstration is running in {demo.folder}. Choose another folder with --data.\n"
    assert demo.courses("verpleegkunde")


def test_a_port_that_is_taken_is_said_at_once(demo: Demonstration, tmp_path: Path) -> None:
    port = demo.ready["base_url"].rpartition(":")[2]
    refused = demo.run("demo", "--port", port, "--data", str(tmp_path / "other"), "--json", status=1)
    assert refused.stdout == ""
    assert refused.stderr == f"Port {port} is in use. Choose another with --port, or --port 0 for any.\n"
    assert gone(tmp_path / "other", 0) == set()
    assert "'--port'" in demo.run("demo", "--port", "65536", status=2).stderr


def test_two_at_once_in_two_folders_and_an_interrupt_leaves_nothing(demo: Demonstration, compiled: Path) -> None:
    other = Demonstration(compiled)
    try:
        other.start()
        assert other.ready["base_url"] != demo.ready["base_url"]
        assert {one["courseId"] for one in other.courses("duits")} == {one["courseId"] for one in demo.courses("duits")}
        assert len(processes_of(other.folder)) >= 4  # the command, a school's endpoint, the worker, PostgreSQL

        assert other.end(signal.SIGINT) == 0

        assert other.later == ""
        assert "Traceback" not in other.said.read_text()
        assert gone(other.folder) == set()
        assert demo.courses("verpleegkunde")  # the first one did not notice
    finally:
        other.remove()


def test_stopped_and_started_again_it_is_quick_and_keeps_what_was_edited(demo: Demonstration) -> None:
    (file,) = (demo.folder / "schools" / "wilgenstroom").glob("Onderwijsproduct_*.csv")
    file.write_text(file.read_text("cp1252").replace("Farmaceutische kennis", "Loketgesprekken"), "cp1252")

    assert demo.end(signal.SIGTERM) == 0
    assert demo.later == ""  # nothing but the ready line on standard output
    assert "Traceback" not in demo.said.read_text()
    assert gone(demo.folder) == set()

    seconds = demo.start()
    assert seconds < 60
    assert "Writing the systems" not in demo.said.read_text()
    names = {one["name"][0]["value"] for one in demo.courses("loketgesprekken", "wilgenstroom")}
    assert any(name.startswith("Loketgesprekken") for name in names)
    assert demo.end(signal.SIGTERM) == 0
    assert gone(demo.folder) == set()
