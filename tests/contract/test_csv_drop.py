"""The kind csv_drop passes the contract in each of its forms."""

import csv
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import openpyxl
import pytest

from adapters.contract import Capability
from adapters.csv_drop import CsvDropAdapter, CsvDropConfig
from adapters.testkit import AdapterCase, AdapterContract, adapter_context

BSN = "123456782"


def open_files_below(folder: Path) -> int:
    """Files of this process below a folder, by the kernel's own list."""
    count = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{name}").startswith(f"{folder}/")
        except FileNotFoundError:
            continue
    return count


class DropCase(AdapterCase):
    stream = "modules"
    text_column = "titel"
    capabilities = frozenset({Capability.SNAPSHOT})
    personal_stream = "deelnemers"
    personal_text_column = "roepnaam"
    options: ClassVar[Mapping[str, object]] = {}
    encoding = "utf-8"

    def __init__(self, base: Path) -> None:
        self.base = base
        self.folder = base / "drop"
        self.folder.mkdir()
        self.rows: dict[str, str] = {}
        self.people: dict[str, str] = {}
        self.columns = ["code", "titel", "verwijderd"]

    def settings(self) -> dict[str, object]:
        return {
            "folder": "drop",
            **self.options,
            "streams": {
                "modules": {"file": "modules*.csv*", "key": ["code"]},
                "deelnemers": {
                    "file": "deelnemers.csv",
                    "key": ["nummer"],
                    "personal": True,
                    "lookup_by": ["nummer"],
                },
            },
        }

    def adapter(self) -> CsvDropAdapter:
        return CsvDropAdapter(CsvDropConfig.model_validate(self.settings()), adapter_context(self.base))

    async def put(self, rows: Mapping[str, str]) -> None:
        self.rows.update(rows)
        self.write()

    async def remove(self, key: str) -> None:
        del self.rows[key]
        self.write()

    async def put_personal(self, rows: Mapping[str, str]) -> None:
        self.people.update(rows)
        self.write()

    async def drop_column(self) -> None:
        self.columns.remove("titel")
        self.write()

    async def break_place(self) -> None:
        shutil.rmtree(self.folder)

    def personal_lookup(self, key: str) -> dict[str, str]:
        return {"nummer": key}

    def open_resources(self) -> int:
        return open_files_below(self.folder)

    def write(self) -> None:
        self.write_table("modules.csv", self.columns, [{"code": k, "titel": t} for k, t in self.rows.items()])
        people = [{"nummer": k, "roepnaam": t, "bsn": BSN} for k, t in self.people.items()]
        self.write_table("deelnemers.csv", ["nummer", "roepnaam", "bsn"], people or [{"nummer": "0"}])

    def write_table(self, name: str, columns: list[str], rows: list[dict[str, str]]) -> None:
        with (self.folder / name).open("w", encoding=self.encoding, newline="") as file:
            writer = csv.DictWriter(file, columns, delimiter=";", extrasaction="ignore", restval="")
            writer.writeheader()
            writer.writerows(rows)
        (self.folder / "levering.done").touch()


class Cp1252Case(DropCase):
    options: ClassVar[Mapping[str, object]] = {"encoding": "cp1252"}
    encoding = "cp1252"


class DeltaCase(DropCase):
    """Each change is a file of its own; a row with J in ``verwijderd`` is gone."""

    capabilities = frozenset({Capability.DELTA, Capability.TOMBSTONES})
    options: ClassVar[Mapping[str, object]] = {"mode": "delta"}
    deliveries = 0

    def settings(self) -> dict[str, object]:
        settings = super().settings()
        settings["streams"]["modules"]["tombstone"] = {"column": "verwijderd", "values": ["J"]}  # type: ignore[index]
        return settings

    async def put(self, rows: Mapping[str, str]) -> None:
        self.rows.update(rows)
        self.deliver([{"code": key, "titel": text} for key, text in rows.items()])

    async def remove(self, key: str) -> None:
        del self.rows[key]
        self.deliver([{"code": key, "verwijderd": "J"}])

    async def drop_column(self) -> None:
        self.columns.remove("titel")
        self.deliver([{"code": "1"}])

    def deliver(self, rows: list[dict[str, str]]) -> None:
        self.deliveries += 1
        self.write_table(f"modules-{self.deliveries:03}.csv", self.columns, rows)

    def write(self) -> None:
        people = [{"nummer": k, "roepnaam": t, "bsn": BSN} for k, t in self.people.items()]
        self.write_table("deelnemers.csv", ["nummer", "roepnaam", "bsn"], people)

    def adapter(self) -> CsvDropAdapter:
        if not self.people and self.folder.is_dir():
            self.write_table("deelnemers.csv", ["nummer", "roepnaam", "bsn"], [{"nummer": "0"}])
        return super().adapter()


class WorkbookCase(DropCase):
    """One workbook with a sheet per stream."""

    bulk = 5_000  # writing a workbook is slow; its reading is measured by tests/bench

    def settings(self) -> dict[str, object]:
        return {
            "workbook": "drop/catalogus.xlsx",
            "streams": {
                "modules": {"sheet": "Modules", "key": ["code"]},
                "deelnemers": {"key": ["nummer"], "personal": True, "lookup_by": ["nummer"]},
            },
        }

    def write(self) -> None:
        book = openpyxl.Workbook(write_only=True)
        modules = book.create_sheet("Modules")
        modules.append(self.columns)
        for key, text in self.rows.items():
            values = {"code": key, "titel": text}
            modules.append([_as_text(modules, values.get(column, "")) for column in self.columns])
        people = book.create_sheet("deelnemers")
        people.append(["nummer", "roepnaam", "bsn"])
        for key, text in (self.people or {"0": ""}).items():
            people.append([key, text, BSN])
        book.save(self.folder / "catalogus.xlsx")
        (self.folder / "levering.done").touch()


def _as_text(sheet: object, value: str) -> object:
    cell = openpyxl.cell.WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
    cell.data_type = "s"  # also for =1+1: a text, no formula
    return cell


@pytest.mark.parametrize("case", [DropCase, Cp1252Case], ids=["utf-8", "cp1252"], indirect=True)
class TestFolder(AdapterContract):
    @pytest.fixture
    def case(self, request: pytest.FixtureRequest, tmp_path: Path) -> AdapterCase:
        case: AdapterCase = request.param(tmp_path)
        return case


class TestDelta(AdapterContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> AdapterCase:
        return DeltaCase(tmp_path)


class TestWorkbook(AdapterContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> AdapterCase:
        return WorkbookCase(tmp_path)
