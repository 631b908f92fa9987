"""Sync of a large CSV drop to a published snapshot: rows per CPU-second of our process, and its peak memory.

``BENCH_SCALE`` (default 1) multiplies the 100,000 rows. PostgreSQL's own CPU time is not counted; the wall time is
printed beside it.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROWS = max(1000, int(100_000 * float(os.environ.get("BENCH_SCALE", "1"))))

MEASURED = """
import asyncio, json, sys, time
from pathlib import Path
from gateway.catalogue.sync.service import Deps, synchronise
from gateway.clock import SystemClock
from gateway.ids import RandomIds
from gateway.members import service as members
from gateway.settings import Settings
from gateway.storage import Database

def peak_kb():
    # not getrusage: its figure starts with that of the process that started this one
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))

async def main(url, folder):
    clock = SystemClock()
    deps = Deps(Database(url), Settings(), clock, RandomIds())
    document = members.check(Path(folder), deps.settings, clock)
    async with deps.database.transaction() as session:
        await members.apply(session, document, by="bench", clock=clock)
    cpu, wall = time.process_time(), time.perf_counter()
    result = await synchronise(deps, "roc-a", reason="command")
    figures = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "state": result.state,
               "staged": result.counts["staged"], "peak_kb": peak_kb()}
    print(json.dumps(figures))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""

OFFERINGS = """
stream = "aanbod"
resource = "CourseOffering"
[fields]
primaryCode = "code('offeringCode', code)"
name = "language(titel, title)"
abbreviation = "text(code)"
description = "language(omschrijving)"
teachingLanguage = "'nld'"
modeOfDelivery = "split(vorm, ',')"
maxNumberStudents = "integer(maximum)"
enrolledNumberStudents = "integer(ingeschreven)"
resultExpected = "boolean(resultaat)"
course = "reference('Course', module)"
organization = "reference('Organization', organisatie)"
startDate = "date(begin)"
endDate = "date(eind)"
enrollStartDate = "date(inschrijven_van)"
enrollEndDate = "date(inschrijven_tot)"
[[fields.priceInformation]]
costType = "'total costs'"
amount = "text(prijs)"
currency = "'EUR'"
"""
HEADER = (
    "code", "titel", "title", "omschrijving", "vorm", "maximum", "ingeschreven", "resultaat", "module", "organisatie",
    "begin", "eind", "inschrijven_van", "inschrijven_tot", "prijs",
)  # fmt: skip


@pytest.fixture
def large_school(school: object, tmp_path: Path) -> Path:
    """The school of the federation tests with a large file of offerings."""
    folder: Path = school.folder  # type: ignore[attr-defined]
    (folder / "members" / "roc-a" / "offerings.toml").write_text(OFFERINGS)
    with (folder / "drop" / "roc-a" / "aanbod.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for n in range(ROWS):
            writer.writerow((
                f"A{n}", f"Verpleegkunde in de wijk, groep {n}", f"Community nursing, group {n}",
                "Je leert plannen, zorg verlenen en samenwerken met andere zorgverleners in de wijk. " * 2,
                "online,on campus", "24", str(n % 24), "J", f"M{n % 20}", "O1", "01-02-2027", "16-04-2027",
                "01-11-2026", "15-01-2027", f"{n % 400}.50",
            ))  # fmt: skip
    (folder / "drop" / "roc-a" / "drop.done").touch()
    return folder


@pytest.mark.bench
@pytest.mark.timeout(900)
def test_sync_of_a_large_file(database_url: str, large_school: Path, bench: Callable[..., None]) -> None:
    command = [sys.executable, "-c", MEASURED, database_url, str(large_school)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=850)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])

    assert figures["state"] == "published"
    assert figures["staged"] == ROWS + 21
    bench(
        "sync",
        rows=ROWS,
        file_mb=(large_school / "drop" / "roc-a" / "aanbod.csv").stat().st_size / 1e6,
        rows_per_cpu_second=ROWS / figures["cpu"],
        cpu_s=figures["cpu"],
        wall_s=figures["wall"],
        peak_mb=figures["peak_kb"] / 1024,
    )
