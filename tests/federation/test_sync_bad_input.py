"""Files as schools really deliver them: wrong, doubled, cut off, hostile. What of it is published, what is said."""

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
import orjson
import pytest

from gateway.errors import ConfigurationRefused

BSN = "123456782"  # passes the eleven-test, belongs to nobody
LOOK_ALIKES = (BSN, "123.456.782", "123 456 782", "1234-56-782", f"bsn:{BSN}", f"geb. 01-02-1990, {BSN}.")
HEADER = ("code", "titel", "omschrijving", "niveau", "sbu", "organisatie")


def codes(result: Any) -> dict[str, int]:
    """How often each code was said, the notes about defaults aside."""
    found: dict[str, int] = result.counts["codes"]
    return {code: number for code, number in found.items() if code != "REQ002"}


def failed(result: Any) -> list[tuple[str, str]]:
    return [(failure["stream"], failure["code"]) for failure in result.failures]


async def body_of(gateway: Any, resource: str, key: str) -> dict[str, Any]:
    rows = await gateway.rows(
        "SELECT body FROM catalogue_bodies b JOIN catalogue_resources c USING (id)"
        " WHERE c.resource = :resource AND c.source_key = :key",
        resource=resource,
        key=key,
    )
    assert len(rows) == 1, (resource, key)
    body: dict[str, Any] = orjson.loads(rows[0].body)
    return body


async def everything_stored(gateway: Any) -> str:
    """Every row of every table of the database as one text, bytes decoded."""
    tables = await gateway.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    )
    found = []
    for table in tables:
        for row in await gateway.rows(f'SELECT * FROM "{table.table_name}"'):
            for name, value in row._mapping.items():
                if name == "digest":
                    continue  # bytes of chance
                readable = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value
                found.append(f"{table.table_name}: {readable!s}")
    return "\n".join(found)


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


def with_limit(school: Any, limit: int) -> None:
    file = school.folder / "members" / f"{school.id}.toml"
    file.write_text(file.read_text().replace("[[sources]]", f"[limits]\nmax_bytes = {limit}\n[[sources]]", 1))


async def cli(database_url: str, *arguments: str) -> tuple[int, str]:
    """A command in a process of its own: its status, and all that it said on both outputs."""
    environment = {**os.environ, "DATABASE_URL": database_url, "GATEWAY_LOG_LEVEL": "debug"}
    command = [sys.executable, "-m", "gateway.cli", *arguments]
    ended = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, timeout=60)
    return ended.returncode, (ended.stdout + ended.stderr).decode()


# -- tables that are not what they should be ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("code", "naam", "omschrijving", "niveau", "sbu", "organisatie"), "source-columns-missing"),
        (("titel", "titel", "omschrijving", "niveau", "sbu", "organisatie"), "source-malformed"),
        (("code", "titel", "titel", "niveau", "sbu", "organisatie"), "source-malformed"),
        (("Titel", "code", "omschrijving", "niveau", "sbu", "organisatie"), "source-columns-missing"),
        (("", "", "", "", "", ""), "source-malformed"),
    ],
    ids=["missing", "key doubled away", "doubled", "other case", "no names"],
)
async def test_wrong_columns_stop_the_stream_and_leave_what_is_published(
    gateway: Any, school: Any, header: Sequence[str], code: str
) -> None:
    await gateway.sync()
    school.write("modules", header, school.some_courses(20, "Anders"))

    result = await gateway.sync()

    assert failed(result) == [("modules", code)]
    assert (await body_of(gateway, "Course", "M3"))["name"][0]["value"] == "Module 3"
    assert len(await gateway.published("CourseOffering")) == 20


async def test_columns_in_another_order_with_extra_ones_are_the_same_table(gateway: Any, school: Any) -> None:
    await gateway.sync()
    rows = [[*reversed(row), "los"] for row in school.some_courses(20)]
    school.write("modules", (*reversed(HEADER), "opmerking"), rows)

    assert (await gateway.sync()).state == "unchanged"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig", "cp500"])
async def test_another_encoding_is_read_right_or_refused_never_garbled(
    gateway: Any, school: Any, encoding: str
) -> None:
    rows = school.some_courses(20, "Patiënt voorlichten: één café")
    text = "\r\n".join(";".join(row) for row in [HEADER, *rows]) + "\r\n"
    (school.drop / "modules.csv").write_bytes(text.encode(encoding))
    school.deliver()

    result = await gateway.sync()

    if encoding == "utf-8-sig":
        assert (await body_of(gateway, "Course", "M3"))["name"][0]["value"] == "Patiënt voorlichten: één café 3"
    else:
        assert [stream for stream, _ in failed(result)] == ["modules"]
        assert await gateway.published("Course") == []
        assert await gateway.published("CourseOffering") == []  # their courses are nowhere


async def test_rows_with_too_few_or_many_cells_and_a_lost_line_break_are_said(gateway: Any, school: Any) -> None:
    lines = [";".join(HEADER), *(";".join(row) for row in school.some_courses(20))]
    lines[3] = "M2;Module 2"  # cut off
    lines[4] = lines[4] + ";te;veel"
    lines[5:7] = [lines[5] + lines[6]]
    (school.drop / "modules.csv").write_text("\r\n".join(lines) + "\r\n")
    school.deliver()

    result = await gateway.sync()

    assert codes(result)["ROW001"] == 3
    assert codes(result)["REF001"] == 4  # the offerings of the four courses
    assert len(await gateway.published("Course")) == 16
    assert result.counts["refused"] == 7


async def test_values_that_a_spreadsheet_damaged_are_said_and_never_guessed(gateway: Any, school: Any) -> None:
    school.organizations([("O1", "5LX", "ROC A", ""), ("O2", "99AA", "Locatie", "O1")])
    rows = [list(row) for row in school.some_courses(20)]
    rows[1][4], rows[2][4], rows[3][4], rows[4][4], rows[5][4] = "6,0", "1.600", "2,4E+02", "#DEEL/0!", "#N/B"
    school.courses(rows)
    offerings = [[f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027"] for n in range(20)]
    offerings[0][3], offerings[1][3], offerings[2][3] = "31-02-2026", "29-02-2027", "46054"
    offerings[3][4] = "00-00-0000"
    school.offerings(offerings)

    result = await gateway.sync()

    assert codes(result)["MAP005"] == 1
    assert (await body_of(gateway, "Organization", "O1"))["primaryCode"] != {"codeType": "brin", "code": "05LX"}
    assert "5LX" not in str(await body_of(gateway, "Organization", "O1"))
    assert (await body_of(gateway, "Course", "M1"))["studyLoad"]["value"] == 6
    assert (await body_of(gateway, "Course", "M2"))["studyLoad"]["value"] == 1600
    assert codes(result)["MAP001"] == 3
    published = await gateway.published("CourseOffering")
    assert {"A0", "A1"}.isdisjoint(published)
    assert (await body_of(gateway, "CourseOffering", "A2"))["startDate"] == "2026-02-01"
    assert "A3" not in published


async def test_a_crebo_that_lost_its_zero_never_reaches_a_body(gateway: Any, school: Any) -> None:
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text().replace("code('identifier', code)", "code('crohoCreboCode', code)"))
    await gateway.apply()
    rows = [
        ("2548", "Kort", "", "3", "1", "O1"),
        ("25480", "Goed", "", "3", "1", "O1"),
        ("25480.0", "Los", "", "3", "1", "O1"),
    ]
    school.courses(rows)
    school.offerings([("A1", "Aanbod", "25480", "01-02-2027", "12-04-2027")])

    result = await gateway.sync()

    assert codes(result)["MAP005"] >= 1
    facets = await gateway.rows("SELECT source_key, facets FROM catalogue_resources WHERE resource = 'Course'")
    found = {row.source_key: row.facets.get("crohoCreboCode", []) for row in facets}
    assert found["25480"] == ["25480"]
    assert all(len(code) == 5 for codes_ in found.values() for code in codes_)


async def test_the_first_of_doubled_keys_counts_also_when_they_stand_far_apart(gateway: Any, school: Any) -> None:
    rows = school.some_courses(2500)
    school.courses([*rows, *[(key, "Dubbel", *rest) for key, _, *rest in rows[:50]]])

    result = await gateway.sync()

    assert codes(result)["ROW003"] == 50
    assert (await body_of(gateway, "Course", "M0"))["name"][0]["value"] == "Module 0"
    assert len(await gateway.published("Course")) == 2500


async def test_blanks_and_case_around_keys_never_make_two_of_one(gateway: Any, school: Any) -> None:
    school.courses(
        [("M1", "Een", "", "3", "1", "O1"), (" M1 ", "Twee", "", "3", "1", "O1"), ("m1", "Drie", "", "3", "1", "O1")]
    )
    school.offerings([("A1", "Aanbod", " M1", "01-02-2027", "12-04-2027")])

    result = await gateway.sync()

    assert codes(result)["ROW003"] == 1
    assert await gateway.published("Course") == ["M1", "m1"]  # keys of systems differ by case
    assert await gateway.published("CourseOffering") == ["A1"]


# -- references ----------------------------------------------------------------------------------------------------
async def test_everything_refers_to_nothing(gateway: Any, school: Any) -> None:
    school.organizations([("O1", "99AA", "ROC", "O404")])
    school.courses([(*row[:5], f"O{number}404") for number, row in enumerate(school.some_courses(600))])
    school.offerings([(f"A{n}", f"Aanbod {n}", f"X{n}", "01-02-2027", "12-04-2027") for n in range(1200)])

    result = await gateway.sync()

    assert codes(result)["REF001"] == 1200
    assert codes(result)["REF002"] == 601
    assert await gateway.published("CourseOffering") == []
    bodies = await gateway.rows("SELECT convert_from(body, 'UTF8') AS body FROM catalogue_bodies")
    assert not any('"organization"' in row.body or '"parent"' in row.body for row in bodies)


async def test_circles_of_every_length_are_broken_and_the_rest_of_the_tree_stays(gateway: Any, school: Any) -> None:
    alone = [("E0", "", "Alleen", "E0")]
    long = [(f"L{n}", "", f"Lang {n}", f"L{(n + 1) % 1500}") for n in range(1500)]
    deep = [(f"D{n}", "", f"Diep {n}", f"D{n - 1}" if n else "O1") for n in range(1500)]
    hanging = [("H0", "", "Hangt aan de kring", "L7")]
    school.organizations([("O1", "99AA", "ROC", ""), *alone, *long, *deep, *hanging])

    result = await gateway.sync()

    assert codes(result)["REF003"] == 1501
    rows = await gateway.rows("SELECT source_key, refs FROM catalogue_resources WHERE resource = 'Organization'")
    with_parent = {row.source_key for row in rows if "parent" in row.refs}
    assert with_parent == {f"D{n}" for n in range(1500)} | {"H0"}


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

    assert codes(result)["PRIV001"] == 1
    assert "M3" not in await gateway.published("Course")
    assert digits_of_bsn(await everything_stored(gateway)) == []


async def test_a_number_like_a_bsn_in_every_row_of_every_file_and_beside_them(gateway: Any, school: Any) -> None:
    school.organizations([(BSN, "99AA", "ROC", BSN), ("O1", "99AA", "ROC", "")])
    school.write("modules", (*HEADER, "bsn", BSN), [[*row, BSN, BSN] for row in school.some_courses(20)])
    school.offerings([(f"A{n}", "Aanbod", BSN, "01-02-2027", BSN) for n in range(20)])

    await gateway.sync()

    assert len(await gateway.published("Course")) == 20  # columns that nobody maps are not read
    assert digits_of_bsn(await everything_stored(gateway)) == []


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

    assert digits_of_bsn(await everything_stored(gateway)) == []


# -- large, packed, computed -------------------------------------------------------------------------------------
async def test_a_file_above_the_limit_of_the_member_is_refused_before_it_is_read(gateway: Any, school: Any) -> None:
    await gateway.sync()
    with_limit(school, 20_000)
    await gateway.apply()
    school.courses(school.some_courses(2000))

    result = await gateway.sync()

    assert failed(result) == [("modules", "source-too-large")]
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

    assert [stream for stream, _ in failed(result)] == ["modules"]
    assert len(await gateway.published("Course")) == 20
    assert (await body_of(gateway, "Course", "M3"))["name"][0]["value"] == "Module 3"


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, b"\xd0\xcf\x11\xe0" * 200, b"<html>"]
)
async def test_what_is_no_workbook_is_refused(gateway: Any, school: Any, content: bytes) -> None:
    path = workbook(school, [])
    await gateway.apply()
    path.write_bytes(content)

    result = await gateway.sync()

    assert [stream for stream, _ in failed(result)] == ["modules"]


async def test_formulas_without_result_are_said_and_text_that_looks_like_one_stays_text(
    gateway: Any, school: Any
) -> None:
    rows = [list(row) for row in school.some_courses(20)]
    rows[2][4] = "=A1+1"
    workbook(school, rows)
    await gateway.apply()
    school.organizations([("O1", "99AA", "=cmd|' /C calc'!A0", "")])

    result = await gateway.sync()

    assert codes(result)["ROW004"] == 1
    assert "studyLoad" not in await body_of(gateway, "Course", "M2")
    assert (await body_of(gateway, "Organization", "O1"))["name"][0]["value"] == "=cmd|' /C calc'!A0"


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
        assert (await body_of(gateway, "Course", key))["name"][0]["value"].strip() == text.strip()
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
    assert "\x00" not in await everything_stored(gateway)
    for key in await gateway.published("Course"):
        assert "\x00" not in str(await body_of(gateway, "Course", key))


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
    assert codes(result)["MAP009"] == 1


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
    body = await body_of(gateway, "Course", "M1")
    load = body.get("studyLoad")
    assert load is None or -1e300 < float(load["value"]) < 1e300


# -- configuration ---------------------------------------------------------------------------------------------------
async def test_a_renamed_stream_that_a_mapping_still_names_is_refused_at_once(gateway: Any, school: Any) -> None:
    await gateway.sync()
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace("streams.modules]", "streams.vakken]"))

    with pytest.raises(ConfigurationRefused):
        await gateway.apply()

    assert (await gateway.sync()).state == "unchanged"


async def test_a_stream_renamed_everywhere_keeps_its_ids_and_resources(gateway: Any, school: Any) -> None:
    await gateway.sync()
    before = await gateway.rows("SELECT resource, source_key, id FROM catalogue_resources ORDER BY 1, 2")
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace("streams.modules]", "streams.vakken]"))
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text().replace('stream = "modules"', 'stream = "vakken"'))
    await gateway.apply()

    result = await gateway.sync()

    assert result.state == "published"
    assert result.counts["deleted"] == 0
    assert await gateway.rows("SELECT resource, source_key, id FROM catalogue_resources ORDER BY 1, 2") == before


async def test_a_stream_that_failed_at_first_works_the_next_time(gateway: Any, school: Any) -> None:
    good = (school.drop / "modules.csv").read_bytes()
    (school.drop / "modules.csv").write_bytes(good[: len(good) // 2].rsplit(b"\n", 1)[0] + b'\n"M99;open')

    first = await gateway.sync()
    (school.drop / "modules.csv").write_bytes(good)
    school.deliver()
    second = await gateway.sync()

    assert failed(first) == [("modules", "source-malformed")]
    assert second.failures == ()
    assert len(await gateway.published("Course")) == 20
    assert len(await gateway.published("CourseOffering")) == 20


async def test_the_level_of_a_course_comes_from_its_specification_in_whatever_order_streams_are_named(
    gateway: Any, school: Any
) -> None:
    file = school.folder / "members" / "roc-a.toml"
    text = file.read_text().replace('"courses.toml"', '"specificaties.toml", "courses.toml"')
    stream = '[sources.settings.streams.specificaties]\nfile = "specificaties.csv"\nkey = ["crebo"]\n'
    file.write_text(text + stream)
    (school.folder / "members" / "roc-a" / "specificaties.toml").write_text(
        'stream = "specificaties"\nresource = "EducationSpecification"\n[fields]\n'
        'primaryCode = "code(\'crohoCreboCode\', crebo)"\nname = "language(naam)"\n'
        'educationSpecificationType = "\'program\'"\nlevel = "text(niveau)"\n'
    )
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    reference = "educationSpecification = \"reference('EducationSpecification', sbu)\""
    mapping.write_text(mapping.read_text().replace("level = \"lookup('niveau', niveau)\"", reference))
    school.courses([(f"M{n}", f"Module {n}", "", "", "25480", "O1") for n in range(20)])
    school.write(
        "specificaties", ("crebo", "naam", "niveau"), [("25480", "Verpleegkunde", "secondary vocational education 4")]
    )
    await gateway.apply()

    await gateway.sync()
    first = await body_of(gateway, "Course", "M3")
    (school.drop / "specificaties.csv").unlink()
    await gateway.sync()

    assert first["level"] == "secondary vocational education 4"
    assert await body_of(gateway, "Course", "M3") == first
