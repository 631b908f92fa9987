"""The export folder: form of the files, their time, and that a second export replaces the first."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from demo.data.generate import federation
from demo.data.model import School
from demo.data.years import TODAY
from demo.schools import csv_school


@pytest.fixture(scope="module")
def school() -> School:
    return federation(random.Random(7))[0]


@pytest.fixture(scope="module")
def folder(school: School, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    csv_school.write(folder, school)
    return folder


def _rows(folder: Path, name: str) -> list[list[str]]:
    (path,) = folder.glob(f"{name}_*.csv")
    with path.open(encoding="cp1252", newline="") as file:
        return list(csv.reader(file, delimiter=";"))


def test_there_is_one_file_for_each_stream_with_the_time_of_the_export(folder: Path) -> None:
    files = list(folder.iterdir())
    assert len(files) == len(csv_school.FILES)
    assert {datetime.fromtimestamp(path.stat().st_mtime, UTC).date() for path in files} == {TODAY}


def test_dates_numbers_and_yes_are_written_the_dutch_way(folder: Path) -> None:
    header, first, *_ = _rows(folder, "OnderwijsproductAanbodPeriode")
    row = dict(zip(header, first, strict=True))
    assert row["begindatumLesperiode"] == "16-11-2026"
    assert row["typeLocatie"] == "locatie"
    header, first, *_ = _rows(folder, "Onderwijsproduct")
    row = dict(zip(header, first, strict=True))
    assert (row["belasting"], row["vrijeKeuze"]) == ("240,0", "J")


def test_letters_outside_ascii_are_single_bytes(folder: Path) -> None:
    (path,) = folder.glob("Medewerker_*.csv")
    assert "Çelikoglu-Ëverts".encode("cp1252") in path.read_bytes()


def test_one_row_has_a_cell_too_many(folder: Path) -> None:
    header, *rows = _rows(folder, "Onderwijsproduct")
    assert [row[0] for row in rows if len(row) != len(header)] == ["SOC-09"]


def test_the_workbook_keeps_codes_as_text(folder: Path) -> None:
    (path,) = folder.glob("TaxonomieElement_*.xlsx")
    header, *rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)  # type: ignore[union-attr]
    assert header[0] == "code"
    assert all(isinstance(row[0], str) for row in rows)


def test_a_second_export_of_the_same_day_replaces_the_first(school: School, tmp_path: Path) -> None:
    once = csv_school.write(tmp_path, school)
    before = {path: path.read_bytes() for path in once if path.suffix == ".csv"}
    assert csv_school.write(tmp_path, school) == once
    assert {path: path.read_bytes() for path in before} == before


def test_the_personal_file_has_the_columns_that_real_ones_have(folder: Path) -> None:
    header, *rows = _rows(folder, "Deelnemer")
    assert {"bsn", "geslacht", "nationaliteit1", "straat", "postcode"} <= set(header)
    assert len(rows) == 30
