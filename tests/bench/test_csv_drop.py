"""What reading costs. Prints figures; asserts only that everything was read and that memory stays flat."""

import csv
import gc
import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import openpyxl
import pytest

from adapters.contract import Record
from adapters.csv_drop import CsvDropAdapter, CsvDropConfig
from adapters.testkit import adapter_context

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

COLUMNS = [
    "code",
    "titel",
    "internationale_titel",
    "omschrijving",
    "soort",
    "niveau",
    "belasting",
    "begin",
    "eind",
    "x",
]
ROWS = 100_000


def write(path: Path, rows: int) -> None:
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows(
            [f"{n:07}", f"Zorg & cliënt {n}", "Care", "Een module over zorg; met praktijk. " * 3, "keuzedeel",
             "3", "240,0", "31-08-2026", "15-11-2026", ""]
            for n in range(rows)
        )  # fmt: skip
    path.with_name(path.name + ".done").touch()


def adapter(folder: Path) -> CsvDropAdapter:
    streams = {"modules": {"file": "modules.*", "key": ["code"]}}
    settings = {"folder": ".", "encoding": "cp1252", "streams": streams}
    return CsvDropAdapter(CsvDropConfig.model_validate(settings), adapter_context(folder))


async def count(folder: Path) -> int:
    found = 0
    async with adapter(folder) as source:
        async for item in source.read("modules"):
            found += isinstance(item, Record)
    return found


async def test_a_hundred_thousand_rows(tmp_path: Path) -> None:
    write(tmp_path / "modules.csv", ROWS)
    size = (tmp_path / "modules.csv").stat().st_size
    started = time.process_time()
    assert await count(tmp_path) == ROWS
    seconds = time.process_time() - started
    gc.collect()
    tracemalloc.start()
    assert await count(tmp_path) == ROWS
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(f"\ncsv: {ROWS} rows, {size / 1e6:.0f} MB: {seconds:.2f} s CPU, {seconds / ROWS * 1e6:.1f} µs/row; ", end="")
    print(f"peak {peak / 1e6:.1f} MB")


async def test_a_lookup_in_a_hundred_thousand_rows(tmp_path: Path) -> None:
    write(tmp_path / "modules.csv", ROWS)
    streams = {"modules": {"file": "modules.csv", "key": ["code"], "lookup_by": ["code"]}}
    config = CsvDropConfig.model_validate({"folder": ".", "encoding": "cp1252", "streams": streams})
    started = time.process_time()
    async with CsvDropAdapter(config, adapter_context(tmp_path)) as source:
        found = [record async for record in source.lookup("modules", {"code": "0099999"}, columns={"titel"})]
    assert len(found) == 1
    print(f"\nlookup in {ROWS} rows: {time.process_time() - started:.2f} s CPU")


# The high-water mark of a process of its own: tracemalloc does not see what calamine keeps outside Python.
_PROGRAM = """
import asyncio, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_csv_drop import count
def resident():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))
before, started = resident(), time.process_time()
rows = asyncio.run(count(Path(sys.argv[1])))
print(rows, f"{time.process_time() - started:.2f}", resident() - before)
"""


def measured(folder: Path) -> tuple[int, float, int]:
    """Rows, seconds of CPU, megabytes by which the resident memory grew at its highest."""
    command = [sys.executable, "-c", _PROGRAM, str(folder), os.path.dirname(__file__)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=240).stdout.split()
    return int(told[0]), float(told[1]), int(told[2])


def test_a_workbook_of_a_hundred_thousand_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Modules")
    sheet.append(COLUMNS)
    for n in range(ROWS):
        sheet.append(
            [f"{n:07}", f"Zorg & cliënt {n}", "Care", "Een module over zorg", "keuzedeel", 3, 240, "", "", None]
        )
    book.save(tmp_path / "modules.xlsx")
    (tmp_path / "modules.xlsx.done").touch()
    rows, seconds, megabytes = measured(tmp_path)
    assert rows == ROWS
    print(f"\nworkbook: {ROWS} rows: {seconds} s CPU, resident memory +{megabytes} MB")


def test_memory_stays_flat_with_200_megabytes(tmp_path: Path) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    for folder, rows in ((small, 10_000), (large, 1_100_000)):
        folder.mkdir()
        write(folder / "modules.csv", rows)
    assert (large / "modules.csv").stat().st_size > 200_000_000
    growth = [measured(folder)[2] for folder in (small, large)]
    print(f"\nresident memory: +{growth[0]} MB for 2 MB, +{growth[1]} MB for 200 MB")
    assert growth[1] - growth[0] < 20
