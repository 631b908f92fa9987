"""Files that could do harm: with numbers like a BSN, far too large, packed, computed, in strange characters."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

BSN = "123456782"  # passes the eleven-test, belongs to nobody
LOOK_ALIKES = (BSN, "123.456.782", "123 456 782", "1234-56-782", f"bsn:{BSN}", f"geb. 01-02-1990, {BSN}.")
HEADER = ("code", "titel", "omschrijving", "niveau", "sbu", "organisatie")


def digits_of_bsn(stored: str) -> list[str]:
    """The places where the digits stand, whatever stands between them."""
    flat = stored.replace(".", "").replace(" ", "").replace("-", "").replace("_", "")
    return [flat[max(0, at - 80) : at + 20] for at in range(len(flat)) if flat.startswith(BSN, at)]


def workbook(school: Any, rows: Sequence[Sequence[Any]], name: str = "modules.xlsx") -> Path:
    """Let the stream of courses come from a workbook, and write it."""
    file = school.folder / "members" / f"{school.id}.toml"
    file.write_text(file.read_text().replace('"modules.csv"', '"modules*.xlsx"'))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    for row in rows:
        sheet.append(list(row))
    path: Path = school.drop / name
    book.save(path)
    school.deliver()
    return path


async def cli(database_url: str, *arguments: str) -> tuple[int, str]:
    """A command in a process of its own: its status, and all that it said on both outputs."""
    environment = {**os.environ, "DATABASE_URL": database_url, "GATEWAY_LOG_LEVEL": "debug"}
    command = [sys.executable, "-m", "gateway.cli", *arguments]
    ended = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, timeout=60)
    return ended.returncode, (ended.stdout + ended.stderr).decode()


# -- numbers that look like a BSN ----------------------------------------------------------------------------------
@pytest.mark.parametrize("place", range(6), ids=HEADER)
@pytest.mark.parametrize("value", LOOK_ALIKES)
async def test_a_number_like_a_bsn_reaches_no_table_whatever_column_it_stands_in(
    gateway: Any, school: Any, place: int, value: str
) -> None:
    rows = [list(row) for row in school.some_courses(20)]
    rows[3][place] = value
    school.courses(rows)

    result = await gateway.sync()

    assert gateway.codes(result)["PRIV001"] == 1
    assert "M3" not in await gateway.published("Course")
    assert digits_of_bsn(await gateway.everything_stored()) == []


async def test_a_number_like_a_bsn_in_every_row_of_every_file_and_beside_them(gateway: Any, school: Any) -> None:
    school.organizations([(BSN, "99AA", "ROC", BSN), ("O1", "99AA", "ROC", "")])
    school.write("modules", (*HEADER, "bsn", BSN), [[*row, BSN, BSN] for row in school.some_courses(20)])
    school.offerings([(f"A{n}", "Aanbod", BSN, "01-02-2027", BSN) for n in range(20)])

    await gateway.sync()

    assert len(await gateway.published("Course")) == 20  # columns that nobody maps are not read
    assert digits_of_bsn(await gateway.everything_stored()) == []


async def test_a_number_like_a_bsn_is_in_no_output_of_the_commands(
    gateway: Any, school: Any, database_url: str, tmp_path: Path
) -> None:
    rows = [list(row) for row in school.some_courses(20)]
    for place in range(6):
        rows[place + 1][place] = BSN
    school.courses(rows)
    page = tmp_path / "report.html"

    said = []
    for command in (
        ("sync", "roc-a", "--json"),
        ("sync", "roc-a"),
        ("report", "roc-a", "--json"),
        ("report", "roc-a", "--html", str(page)),
        ("report", "roc-a", "--workbook", str(tmp_path / "terug.xlsx")),
        ("runs", "roc-a", "--json"),
        ("diff", "roc-a", "--json"),
        ("preview", "roc-a", "--stream", "modules", "--json"),
    ):
        status, output = await cli(database_url, *command)
        assert status == 0, (command, output)
        said.append(output)

    assert digits_of_bsn("\n".join(said)) == []
    assert digits_of_bsn(page.read_text()) == []
    with zipfile.ZipFile(tmp_path / "terug.xlsx") as parts:
        assert digits_of_bsn("".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())) == []


async def test_a_row_with_a_bsn_as_key_and_a_formula_without_result_is_not_kept_by_its_key(
    gateway: Any, school: Any
) -> None:
    rows = [list(row) for row in school.some_courses(20)]
    rows[3][0], rows[3][1] = BSN, '=A2&" formule"'
    workbook(school, rows)
    await gateway.apply()

    await gateway.sync()

    assert digits_of_bsn(await gateway.everything_stored()) == []


async def test_a_file_without_header_does_not_tell_its_first_row(gateway: Any, school: Any) -> None:
    school.write("modules", (BSN, BSN, "x", "3", "240", "O1"), school.some_courses(5))

    result = await gateway.sync()

    assert gateway.failed(result) == [("modules", "source-malformed")]
    assert digits_of_bsn(await gateway.everything_stored()) == []


# -- large, packed, computed -------------------------------------------------------------------------------------
async def test_a_file_above_the_limit_of_the_member_is_refused_before_it_is_read(gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.limit(20_000)
    await gateway.apply()
    school.courses(school.some_courses(2000))

    result = await gateway.sync()

    assert gateway.failed(result) == [("modules", "source-too-large")]
    assert len(await gateway.published("Course")) == 20


def bomb(path: Path, *, sheet: bytes) -> None:
    """A workbook whose sheet unpacks to as much as is given."""
    with zipfile.ZipFile(path) as original:
        parts = {name: original.read(name) for name in original.namelist()}
    parts["xl/worksheets/sheet1.xml"] = sheet
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


_SHEET = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%b</sheetData></worksheet>'


@pytest.mark.parametrize(
    "content",
    [
        _SHEET % (b" " * (80 << 20)),
        _SHEET % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
        + _SHEET[21:]
        % b'<row r="1"><c r="A1" t="str"><v>&c;</v></c></row>',
        _SHEET[:40],
        b"",
        b"\x00" * 1000,
    ],
    ids=["80 MB of blanks", "one cell at the end", "entities", "half", "empty", "zeros"],
)
async def test_a_hostile_workbook_is_refused_and_what_is_published_stays(
    gateway: Any, school: Any, content: bytes
) -> None:
    await gateway.sync()
    path = workbook(school, school.some_courses(20, "Anders"))
    await gateway.apply()
    bomb(path, sheet=content)

    result = await gateway.sync()

    assert [stream for stream, _ in gateway.failed(result)] == ["modules"]
    assert len(await gateway.published("Course")) == 20
    assert (await gateway.body("Course", "M3"))["name"][0]["value"] == "Module 3"


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"\xd0\xcf\x11\xe0" * 200, b"<html>"]
)
async def test_what_is_no_workbook_is_refused(gateway: Any, school: Any, content: bytes) -> None:
    path = workbook(school, [])
    await gateway.apply()
    path.write_bytes(content)

    result = await gateway.sync()

    assert [stream for stream, _ in gateway.failed(result)] == ["modules"]


async def test_formulas_without_result_are_said_and_text_that_looks_like_one_stays_text(
    gateway: Any, school: Any
) -> None:
    rows = [list(row) for row in school.some_courses(20)]
    rows[2][4] = "=A1+1"
    workbook(school, rows)
    await gateway.apply()
    school.organizations([("O1", "99AA", "=cmd|' /C calc'!A0", "")])

    result = await gateway.sync()

    assert gateway.codes(result)["ROW004"] == 1
    assert "studyLoad" not in await gateway.body("Course", "M2")
    assert (await gateway.body("Organization", "O1"))["name"][0]["value"] == "=cmd|' /C calc'!A0"


@pytest.mark.bench
@pytest.mark.timeout(600)
async def test_a_file_of_100_mb_through_the_whole_sync(gateway: Any, school: Any, bench: Any) -> None:
    number = 100_000
    about = "Beroepsgerichte omschrijving van deze module in gewone woorden. " * 16
    with (school.drop / "modules.csv").open("w") as file:
        file.write(";".join(HEADER) + "\r\n")
        for row in range(number):
            file.write(f"M{row};Module {row};{row} {about};3;240;O1\r\n")
    school.deliver()
    size = (school.drop / "modules.csv").stat().st_size

    loop = asyncio.get_running_loop()
    started = loop.time()
    result = await gateway.sync()
    seconds = loop.time() - started

    assert result.state == "published"
    assert len(await gateway.published("Course")) == number
    bench("sync of one file", megabytes=size / 1e6, rows=number, seconds=seconds, rows_per_second=number / seconds)


# -- characters ----------------------------------------------------------------------------------------------------
STRANGE = {
    "controls": "a\x01b\x07c\x1bd\x7fe\x85f",
    "emoji": "👩🏽‍🎓 module 🧪\U0010ffff",
    "directions": "abc\u202egnp.exe\u2066x\u2069",
    "combining": "Z" + "\u0335\u0301\u0489" * 500,
    "html": "<script>alert(1)</script><b onclick=x>vet</b>&amp;&#0;",
    "sql": "'; DROP TABLE catalogue_resources; --",
    "backslashes": "C:\\temp\\u0000\\n\\x00 \\",
    "braces": "{0} {field} %s %(x)s ${HOME} {{7*7}}",
    "noncharacters": "a\ufffe\uffff\ufdd0b",
    "line separators": "a\u2028b\u2029c\x0bd\x0ce",
    "tsvector": "a:1A & b | !c <-> 'd''e",
}


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE.keys())
async def test_strange_characters_travel_as_they_are_or_are_said(gateway: Any, school: Any, text: str) -> None:
    school.courses([*school.some_courses(19), (f"K{text}", text, text, text, text, text)])
    school.offerings([("A1", text, f"K{text}", "01-02-2027", "12-04-2027")])

    result = await gateway.sync()

    assert result.state == "published"
    keys = await gateway.published("Course")
    assert len(keys) >= 19
    kept = [key for key in keys if key.startswith("K")]
    for key in kept:
        assert (await gateway.body("Course", key))["name"][0]["value"].strip() == text.strip()
    assert len(kept) == 1 or result.counts["refused"] >= 1


async def test_a_nul_in_a_cell_never_stops_the_sync(gateway: Any, school: Any) -> None:
    (school.drop / "modules.csv").write_bytes(
        b"code;titel;omschrijving;niveau;sbu;organisatie\r\nM0;Goed;;3;1;O1\r\n"
        + b"M1;Slecht;"
        + b"x" * 100
        + b"a\x00b;3;1;O1\r\nM\x002;Sleutel;;3;1;O1\r\n"
    )
    school.deliver()
    school.offerings(
        [
            ("A0", "Aanbod", "M0", "01-02-2027", "12-04-2027"),
            ("A\x001", "Aa\x00nbod", "M\x002", "01-02-2027", "12-04-2027"),
        ]
    )

    result = await gateway.sync()

    assert result.state in ("published", "failed")
    assert "\x00" not in await gateway.everything_stored()
    for key in await gateway.published("Course"):
        assert "\x00" not in str(await gateway.body("Course", key))


async def test_a_description_of_900_kb_of_different_words_does_not_stop_the_sync(gateway: Any, school: Any) -> None:
    words = " ".join(f"woord{number:x}" for number in range(90_000))[:900_000]
    school.courses([*school.some_courses(19), ("GROOT", "Groot", words, "3", "240", "O1")])

    result = await gateway.sync()

    assert result.state == "published"
    assert len(await gateway.published("CourseOffering")) == 19
    assert len(await gateway.published("Course")) in (19, 20)


# Without repetition: what compresses well fits in an index entry after all.
LONG = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(33_000))


@pytest.mark.parametrize("column", [0, 1], ids=["key", "name"])
async def test_a_key_or_name_of_100_kb_does_not_stop_the_sync(gateway: Any, school: Any, column: int) -> None:
    row = ["LANG", "Lang", "", "3", "240", "O1"]
    row[column] = LONG
    school.courses([*school.some_courses(19), row])

    result = await gateway.sync()

    assert result.state == "published"
    assert len(await gateway.published("CourseOffering")) == 19


@pytest.mark.parametrize("length", [1000, 33_000])
async def test_a_long_key_that_is_no_code_does_not_stop_the_sync(gateway: Any, school: Any, length: int) -> None:
    school.organizations([("O1", "99AA", "ROC", ""), (LONG[:length], "99AA", "Lang", "O1")])

    result = await gateway.sync()

    assert result.state == "published"
    assert len(await gateway.published("CourseOffering")) == 20
    assert gateway.codes(result)["MAP009"] == 1


async def test_ten_thousand_columns_are_read_for_the_six_that_count(gateway: Any, school: Any) -> None:
    extra = [f"kolom{number}" for number in range(10_000)]
    rows = [[*row, *["x"] * 10_000] for row in school.some_courses(20)]
    school.write("modules", (*HEADER, *extra), rows)

    result = await gateway.sync()

    assert result.state == "published"
    assert len(await gateway.published("Course")) == 20


@pytest.mark.parametrize("day", ["01-01-0001", "31-12-9999", "1900-01-01", "01-01-10000", "00-01-2026", "99999", "0"])
async def test_dates_at_the_edge_of_time_never_stop_the_sync(gateway: Any, school: Any, day: str) -> None:
    rows = [[f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027"] for n in range(20)]
    rows[1][3] = day
    rows[2][4] = day
    school.offerings(rows)

    result = await gateway.sync()

    assert result.state == "published"
    assert set(await gateway.published("CourseOffering")) >= {f"A{n}" for n in range(3, 20)}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "9" * 400, "-1", "0x10", "1e-400", "٣", "1_000"])
async def test_numbers_that_json_does_not_know_never_reach_a_body(gateway: Any, school: Any, number: str) -> None:
    rows = [list(row) for row in school.some_courses(20)]
    rows[1][4] = number
    school.courses(rows)

    result = await gateway.sync()

    assert result.state == "published"
    body = await gateway.body("Course", "M1")
    load = body.get("studyLoad")
    assert load is None or -1e300 < float(load["value"]) < 1e300
