"""The template workbook: written, filled in, read and mapped."""

import io
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from adapters.contract import Fault, Record
from adapters.csv_drop import CsvDropAdapter, CsvDropConfig
from adapters.csv_drop.template import README_SHEET, builtin_mappings, template_settings, write_template
from adapters.csv_drop.template_sheets import EXAMPLE_WORD, SHEETS, Sheet
from adapters.findings import Severity
from adapters.mapping import Mapped, Mapper, load_mapping
from adapters.testkit import adapter_context
from ooapi_specs.identity import derive_id

STREAMS = [sheet.stream for sheet in SHEETS]
MEMBER = "roc-test"


@cache
def template() -> bytes:
    stream = io.BytesIO()
    write_template(stream)
    return stream.getvalue()


def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(template()))


@pytest.fixture(scope="module")
def shown() -> openpyxl.Workbook:
    """The template as it is opened; not to be changed."""
    return book()


def fill(workbook: openpyxl.Workbook, stream: str, **values: Any) -> None:
    """Add a row to the sheet of a stream, by the names of its columns."""
    sheet = next(sheet for sheet in SHEETS if sheet.stream == stream)
    page = workbook[sheet.title]
    head = {cell.value: cell.column for cell in page[1]}
    row = page.max_row + 1
    for name, value in values.items():
        page.cell(row, head[name], value)


def rows_of(sheet: Sheet, kind: str) -> list[dict[str, str]]:
    """``examples``: the example typed over; ``required``: only what must be; ``choices``: a row for each choice."""
    required = {column.name: column.example for column in sheet.columns if column.required}
    if kind == "examples":
        return [{column.name: column.example for column in sheet.columns if column.example}]
    if kind == "required":
        return [required]
    chosen = [(column.name, choice) for column in sheet.columns for choice in column.choices]
    return [{**required, sheet.key: str(10000 + number), name: choice} for number, (name, choice) in enumerate(chosen)]


@pytest.fixture(scope="module", params=["examples", "required", "choices"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A filled in workbook, and what its rows are."""
    workbook = book()
    for sheet in SHEETS:
        for row in rows_of(sheet, request.param):
            fill(workbook, sheet.stream, **row)
    folder = tmp_path_factory.mktemp(request.param)
    workbook.save(folder / "catalogus.xlsx")
    return request.param, folder


def adapter(base: Path, **settings: Any) -> CsvDropAdapter:
    config = CsvDropConfig.model_validate({**template_settings(), "stable_seconds": 1e-6, **settings})
    return CsvDropAdapter(config, adapter_context(base, now=adapter_context(base).now().replace(year=2200)))


async def records(base: Path, stream: str) -> list[Record]:
    async with adapter(base) as source:
        items = [item async for item in source.read(stream)]
    assert not [item for item in items if isinstance(item, Fault)]
    return [item for item in items if isinstance(item, Record)]


def mapped(stream: str, rows: list[Record]) -> list[Mapped]:
    name = f"{stream}.toml"
    mapper = Mapper(
        load_mapping(builtin_mappings()[name], name=name),
        identify=lambda resource, key: derive_id(MEMBER, resource, key),
        today=date(2026, 9, 1),
    )
    return [result for result in map(mapper.map, rows) if result is not None]


def test_there_is_a_sheet_for_each_stream_and_one_to_read_first() -> None:
    assert book().sheetnames == [README_SHEET, *(sheet.title for sheet in SHEETS)]
    assert set(builtin_mappings()) == {f"{stream}.toml" for stream in STREAMS}


@pytest.mark.parametrize("sheet", SHEETS, ids=STREAMS)
def test_each_sheet_explains_and_protects_its_columns(shown: openpyxl.Workbook, sheet: Sheet) -> None:
    page = shown[sheet.title]
    assert page.freeze_panes == "C2"
    assert page["A2"].value == EXAMPLE_WORD
    assert page["A2"].font.italic
    for cell, column in zip(page[1][1:], sheet.columns, strict=True):
        assert cell.value == column.name
        comment = cell.comment.text
        assert column.help.nl in comment
        assert column.help.en in comment
        assert ("Niet verplicht" in comment) is not column.required
        assert page.column_dimensions[cell.column_letter].number_format == "@"
    lists = {rule.formula1 for rule in page.data_validations.dataValidation}
    assert lists == {f'"{",".join(column.choices)}"' for column in sheet.columns if column.choices}
    assert all(len(formula) <= 255 for formula in lists)  # the most that Excel takes


@pytest.mark.parametrize("sheet", SHEETS, ids=STREAMS)
def test_the_example_fits_the_choices_and_the_required_columns(sheet: Sheet) -> None:
    assert sheet.key == sheet.columns[0].name
    for column in sheet.columns:
        assert column.example or not column.required
        assert not column.choices or not column.example or column.example in column.choices


@pytest.mark.parametrize("sheet", SHEETS, ids=STREAMS)
def test_the_mapping_reads_columns_that_the_sheet_has(sheet: Sheet) -> None:
    name = f"{sheet.stream}.toml"
    mapping = load_mapping(builtin_mappings()[name], name=name)
    assert mapping.stream == sheet.stream
    assert mapping.columns is not None
    assert mapping.columns == {column.name for column in sheet.columns}


async def test_an_empty_template_gives_no_records_and_a_good_check(tmp_path: Path) -> None:
    write_template(tmp_path / "catalogus.xlsx")
    for stream in STREAMS:
        assert await records(tmp_path, stream) == []
    async with adapter(tmp_path) as source:
        report = await source.check()
    assert report.ok


@pytest.mark.parametrize("sheet", SHEETS, ids=STREAMS)
async def test_filled_in_rows_become_valid_resources(filled: tuple[str, Path], sheet: Sheet) -> None:
    kind, folder = filled
    results = mapped(sheet.stream, await records(folder, sheet.stream))
    assert len(results) == len(rows_of(sheet, kind))
    for result in results:
        assert [finding for finding in result.findings if finding.severity is not Severity.NOTE] == []
        assert result.body is not None


async def test_values_typed_as_dates_and_numbers_are_understood_too(tmp_path: Path) -> None:
    workbook = book()
    fill(
        workbook,
        "course-offerings",
        code=7,
        module=100,
        naam="Module",
        startdatum=date(2026, 9, 1),
        einddatum=date(2026, 11, 15),
        maximum_deelnemers=24,
        prijs=1250.5,
        resultaat="J",
    )
    workbook.save(tmp_path / "catalogus.xlsx")
    (result,) = mapped("course-offerings", await records(tmp_path, "course-offerings"))
    assert result.value["startDate"] == "2026-09-01"
    assert result.value["maxNumberStudents"] == 24
    assert result.value["resultExpected"] is True
    assert result.value["priceInformation"][0]["amount"] == "1250.5"


def test_one_line_in_the_settings_stands_for_all_sheets() -> None:
    short = CsvDropConfig.model_validate({"workbook": "catalogus.xlsx", "complete": "stable", "template": True})
    assert short.streams == CsvDropConfig.model_validate(template_settings()).streams


def test_one_sheet_of_the_template_may_be_set_otherwise() -> None:
    own = {"sheet": "Lokalen", "key": ["code"]}
    config = CsvDropConfig.model_validate({"workbook": "x.xlsx", "template": True, "streams": {"rooms": own}})
    assert config.streams["rooms"].sheet == "Lokalen"
    assert len(config.streams) == len(SHEETS)
