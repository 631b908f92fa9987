"""Excel workbooks: what a person sees is what is read."""

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from adapters.csv_drop.workbook import as_text
from adapters.errors import SourceIncomplete, SourceMalformed, SourceTooLarge, StreamMissing


def book(rows: list[list[Any]], **formats: str) -> bytes:
    """A workbook with one sheet ``Modules``; ``formats``: number format by cell, such as ``A2="00000"``."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Modules"
    for row in rows:
        sheet.append(row)
    for cell, number_format in formats.items():
        sheet[cell].number_format = number_format
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def changed(content: bytes, member: str, old: str, new: str) -> bytes:
    """The same workbook with one part changed as Excel, and not openpyxl, may write it."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for name in source.namelist():
            part = source.read(name)
            if name == member:
                assert old.encode() in part
                part = part.replace(old.encode(), new.encode())
            target.writestr(name, part, zipfile.ZIP_DEFLATED)
    return result.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


async def test_cells_read_as_a_person_sees_them(drop: Any) -> None:
    half_past_nine = dt.datetime(2026, 8, 31, 9, 30)  # noqa: DTZ001 - Excel knows no zones
    row = ["00123", 25190, 6.5, dt.date(2026, 8, 31), half_past_nine, dt.time(9, 0), True, None]
    drop.write(book([["code", "crebo", "last", "start", "begin", "tijd", "ja", "leeg"], row]), "modules.xlsx")
    assert await drop.records() == [
        {
            "code": "00123",
            "crebo": "25190",
            "last": "6.5",
            "start": "2026-08-31",
            "begin": "2026-08-31T09:30:00",
            "tijd": "09:00",
            "ja": "true",
            "leeg": None,
        }
    ]


async def test_numbers_shown_with_zeros_keep_them(drop: Any) -> None:
    rows = [["code", "crebo", "gewoon"], [7, 5190, 5190], [8, 25190, 1]]
    drop.write(book(rows, A2="000", B2="00000", B3="00000"), "modules.xlsx")
    assert await drop.records() == [
        {"code": "007", "crebo": "05190", "gewoon": "5190"},
        {"code": "8", "crebo": "25190", "gewoon": "1"},
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        (1e20, "100000000000000000000"),
        (123456789012.0, "123456789012"),
        (1.5e-7, "0.00000015"),
        (-3.0, "-3"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        (dt.time(9, 0, 5), "09:00:05"),
        (False, "false"),
        (7, "7"),
        ("x", "x"),
    ],
)
def test_values_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text


async def test_the_table_may_stand_lower_and_further_right(drop: Any) -> None:
    drop.stream["header_row"] = 3
    rows = [[None], [None, "Export"], [None, "code", "titel"], [None, "1", "a"], [None, None, None], [None, "2", "b"]]
    drop.write(book(rows), "modules.xlsx")
    items = await drop.items()
    assert [(item.source.row, item.key) for item in items[:-1]] == [(4, "1"), (6, "2")]


async def test_a_formula_without_a_result_is_told(drop: Any) -> None:
    drop.write(book([["code", "titel"], ["1", "=1+1"], ["2", "b"]]), "modules.xlsx")
    assert [(f.code, f.source.row, f.key, f.column) for f in await drop.faults()] == [("ROW004", 2, "1", "titel")]
    assert await drop.records() == [{"code": "1", "titel": None}, {"code": "2", "titel": "b"}]


async def test_a_formula_with_a_result_gives_the_result(drop: Any) -> None:
    content = book([["code", "titel"], ["1", "=1+1"]])
    drop.write(changed(content, SHEET, "<f>1+1</f><v />", "<f>1+1</f><v>2</v>"), "modules.xlsx")
    assert await drop.faults() == []
    assert await drop.records() == [{"code": "1", "titel": "2"}]


async def test_a_formula_with_an_empty_text_is_a_blank(drop: Any) -> None:
    content = book([["code", "titel"], ["1", "=1+1"]])
    old = '<c r="B2"><f>1+1</f><v />'
    drop.write(changed(content, SHEET, old, '<c r="B2" t="str"><f>1+1</f><v></v>'), "modules.xlsx")
    assert await drop.faults() == []
    assert await drop.records() == [{"code": "1", "titel": None}]


async def test_line_breaks_in_cells_are_unified(drop: Any) -> None:
    drop.write(book([["code", "titel"], ["1", "een\r\ntwee"], ["2", "een\ntwee"]]), "modules.xlsx")
    assert {row["titel"] for row in await drop.records()} == {"een\ntwee"}


async def test_a_sheet_is_chosen_by_name_without_case(drop: Any) -> None:
    drop.stream["sheet"] = " MODULES"
    drop.write(book([["code"], ["1"]]), "modules.xlsx")
    (record,) = [item for item in await drop.items() if hasattr(item, "data")]
    assert record.source.place == "modules.xlsx# MODULES"


async def test_a_missing_sheet_is_told_with_those_there_are(drop: Any) -> None:
    drop.stream["sheet"] = "Opleidingen"
    drop.write(book([["code"], ["1"]]), "modules.xlsx")
    with pytest.raises(StreamMissing) as caught:
        await drop.items()
    assert "Modules" in caught.value.hint.nl


async def test_cells_outside_the_header_are_a_fault(drop: Any) -> None:
    drop.write(book([["code", "titel"], ["1", "a", "los"], ["2", "b"]]), "modules.xlsx")
    assert [(f.code, f.source.row) for f in await drop.faults()] == [("ROW001", 2)]


@pytest.mark.parametrize("content", [[], [["code", "titel"]], [["code", "titel"], ["", " "]]])
async def test_an_empty_sheet_is_incomplete(drop: Any, content: list[list[Any]]) -> None:
    drop.write(book(content), "modules.xlsx")
    with pytest.raises(SourceIncomplete):
        await drop.items()


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            target.writestr(name, part)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"code;titel\n1;a\n",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),  # the old format, and files with a password
        zipped(readme=b"hello"),
        zipped(**{"xl/workbook.xml": b"<workbook", "xl/_rels/workbook.xml.rels": b"<x/>"}),
        zipped(**{"xl/workbook.xml": b"<workbook/>", "xl/_rels/workbook.xml.rels": b"<x/>"}),
        book([["code"], ["1"]])[:-40],
    ],
)
async def test_what_is_no_workbook_is_refused(drop: Any, content: bytes) -> None:
    drop.write(content, "modules.xlsx")
    with pytest.raises(SourceMalformed) as caught:
        await drop.items()
    assert caught.value.text.nl


async def test_a_damaged_sheet_is_refused(drop: Any) -> None:
    content = book([["code", "titel"], ["1", "a"]])
    drop.write(changed(content, SHEET, "</row>", "<f></row>"), "modules.xlsx")
    with pytest.raises(SourceMalformed):
        await drop.items()


async def test_a_zip_bomb_is_not_opened(drop: Any) -> None:
    content = book([["code"], ["1"]])
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as target:
        target.writestr("xl/media/bomb.bin", bytes(64 << 20))
    drop.write(stream.getvalue(), "modules.xlsx")
    with pytest.raises(SourceTooLarge):
        await drop.items()


async def test_a_workbook_that_unpacks_beyond_the_limit_is_not_opened(drop: Any) -> None:
    content = book([["code", "titel"], *([str(n), "zelfde tekst"] for n in range(2000))])
    drop.write(content, "modules.xlsx")
    drop.context["max_bytes"] = len(content) + 1000
    with pytest.raises(SourceTooLarge):
        await drop.items()


async def test_a_directory_that_lies_about_sizes_is_found_out(drop: Any) -> None:
    rows = [["code", "titel"], *([str(n), "zelfde tekst"] for n in range(2000))]
    content = bytearray(book(rows))
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as parts:
        size = parts.getinfo(SHEET).file_size
    lied = bytes(content).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lied != bytes(content)
    drop.write(lied, "modules.xlsx")
    with pytest.raises(SourceMalformed):
        await drop.items()


async def test_one_cell_at_the_far_end_does_not_fill_the_memory(drop: Any) -> None:
    content = book([["code", "titel"], ["1", "a"]])
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    drop.write(changed(content, SHEET, "</sheetData>", far), "modules.xlsx")
    with pytest.raises(SourceMalformed, match="1048576"):
        await drop.items()
