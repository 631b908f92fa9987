"""CSV as schools really deliver it."""

import gzip
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.csv_drop.text_table import read_rows
from adapters.errors import ColumnsMissing, SourceIncomplete, SourceMalformed, SourceTooLarge


async def test_cells_are_trimmed_and_line_ends_unified(drop: Any) -> None:
    drop.write('code;titel\r\n 00123 ;"\u00a0Zorg\u00a0"\r\n2;"eerste\r\ntweede"\r\n')
    assert await drop.records() == [
        {"code": "00123", "titel": "Zorg"},
        {"code": "2", "titel": "eerste\ntweede"},
    ]


async def test_null_words_are_no_value(drop: Any) -> None:
    drop.write("code;a;b;c;d\n1;NULL;-;N.V.T.; \n2;null waarde;--;x;0\n")
    first, second = await drop.records()
    assert first == {"code": "1", "a": None, "b": None, "c": None, "d": None}
    assert second == {"code": "2", "a": "null waarde", "b": "--", "c": "x", "d": "0"}


async def test_own_null_words_replace_the_usual_ones(drop: Any) -> None:
    drop.settings["null_words"] = ["leeg"]
    drop.write("code;a;b\n1;Leeg;-\n")
    assert await drop.records() == [{"code": "1", "a": None, "b": "-"}]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
async def test_delimiters(drop: Any, delimiter: str) -> None:
    drop.settings["delimiter"] = delimiter
    drop.write(f'code{delimiter}titel\n1{delimiter}"a{delimiter}b ""c"""\n')
    assert await drop.records() == [{"code": "1", "titel": f'a{delimiter}b "c"'}]


async def test_another_quote_can_be_set(drop: Any) -> None:
    drop.stream["quote"] = "'"
    drop.write("code;titel\n1;'a;b'\n2;5\" buis\n")
    assert [row["titel"] for row in await drop.records()] == ["a;b", '5" buis']


async def test_a_wrong_delimiter_is_named(drop: Any) -> None:
    drop.write("code,titel\n1,a\n")
    with pytest.raises(SourceMalformed, match="delimiter seems to be ','") as caught:
        await drop.items()
    assert "scheidingsteken" in caught.value.text.nl


@pytest.mark.parametrize(
    ("written", "configured"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
    ],
)
async def test_encodings(drop: Any, written: str, configured: str) -> None:
    drop.settings["encoding"] = configured
    drop.write("code;titel\n1;Één café €\n", encoding=written)
    assert await drop.records() == [{"code": "1", "titel": "Één café €"}]


@pytest.mark.parametrize(
    ("written", "configured", "advised"),
    [
        ("utf-8", "cp1252", "utf-8"),
        ("utf-8-sig", "cp1252", "utf-8"),
        ("cp1252", "utf-8", "cp1252"),
        ("utf-16", "utf-8", "utf-16"),
        ("utf-16", "cp1252", "utf-16"),
        ("utf-8", "utf-16", "utf-8"),
        ("cp1252", "utf-16-le", "utf-8"),
    ],
)
async def test_a_wrong_encoding_is_refused_with_advice(drop: Any, written: str, configured: str, advised: str) -> None:
    drop.settings["encoding"] = configured
    drop.write("code;titel\n" + "".join(f"{n};café reünie Zoë\n" for n in range(5)), encoding=written)
    with pytest.raises(SourceMalformed) as caught:
        await drop.items()
    assert advised in caught.value.hint.nl
    assert advised in caught.value.hint.en


async def test_texts_that_were_garbled_before_are_refused(drop: Any) -> None:
    drop.write("code;titel\n1;Zo\u00c3\u00ab\n")  # good UTF-8 of a bad conversion
    with pytest.raises(SourceMalformed):
        await drop.items()


async def test_one_genuine_strange_text_is_allowed(drop: Any) -> None:
    drop.write("code;titel\n1;Teken Ã«\n2;Zoë\n3;café\n")
    assert [row["titel"] for row in await drop.records()] == ["Teken Ã«", "Zoë", "café"]


async def test_one_undecodable_row_is_the_fault_of_that_row(drop: Any) -> None:
    drop.write(b"code;titel\n1;caf\xc3\xa9\n2;caf\xe9\n3;na\xc3\xafef\n")
    items = await drop.faults()
    assert [(fault.code, fault.source.row) for fault in items] == [("ROW005", 3)]
    assert [row["code"] for row in await drop.records()] == ["1", "3"]


async def test_an_undecodable_header_is_refused(drop: Any) -> None:
    drop.write(b"code;tit\xe9l\n1;a\n")
    with pytest.raises(SourceMalformed, match="header"):
        await drop.items()


async def test_half_a_character_of_utf_16_is_refused(drop: Any) -> None:
    drop.settings["encoding"] = "utf-16"
    drop.write("code;titel\n1;abc\n".encode("utf-16")[:-1])
    with pytest.raises(SourceMalformed):
        await drop.items()


async def test_rows_with_too_many_or_too_few_cells_are_faults(drop: Any) -> None:
    drop.write("code;titel;x\n1;a\n2;b;c\n3;d;e;f\n4;g;h;\n")
    faults = await drop.faults()
    assert [(f.code, f.source.row, f.values["found"], f.values["expected"]) for f in faults] == [
        ("ROW001", 2, "2", "3"),
        ("ROW001", 4, "4", "3"),
    ]
    assert [row["code"] for row in await drop.records()] == ["2", "4"]  # a delimiter too many at the end is no harm


async def test_a_stray_quote_is_the_fault_of_its_row(drop: Any) -> None:
    drop.write('code;titel\n1;"Cursus "Zorg" basis"\n2;b\n')
    assert [(f.code, f.source.row) for f in await drop.faults()] == [("ROW001", 2)]
    assert [row["code"] for row in await drop.records()] == ["2"]


@pytest.mark.parametrize("rest", ["2;b\n3;c\n", '2;"b"\n3;c\n'])
async def test_a_quote_that_swallows_rows_makes_the_file_unreadable(drop: Any, rest: str) -> None:
    drop.write(f'code;titel\n1;"a\n{rest}')
    with pytest.raises(SourceMalformed, match="quote"):
        await drop.items()


async def test_rows_are_numbered_as_excel_shows_them(drop: Any) -> None:
    drop.write('code;titel\n1;"a\nb"\n\n;\n2;b\n')
    rows = [item.source.row for item in await drop.items() if hasattr(item, "data")]
    assert rows == [2, 5]


async def test_excels_line_about_the_delimiter_is_skipped(drop: Any) -> None:
    drop.write("sep=;\r\ncode;titel\r\n1;a\r\n")
    assert await drop.records() == [{"code": "1", "titel": "a"}]


async def test_old_line_ends_of_a_mac(drop: Any) -> None:
    drop.write("code;titel\r1;a\r2;b\r")
    assert [row["code"] for row in await drop.records()] == ["1", "2"]


async def test_blank_rows_are_ignored(drop: Any) -> None:
    drop.write("code;titel\n1;a\n;\n \u00a0;\n\n\n;;;\n")
    items = await drop.items()
    assert [getattr(item, "key", None) for item in items] == ["1", None]


async def test_a_gzipped_file_reads_as_a_plain_one(drop: Any) -> None:
    drop.write(gzip.compress("code;titel\n1;café\n".encode()), "modules.csv.gz")
    assert await drop.records() == [{"code": "1", "titel": "café"}]


async def test_a_gzip_bomb_is_stopped_while_reading(drop: Any) -> None:
    drop.context["max_bytes"] = 1 << 20
    drop.write(gzip.compress(b"code;titel\n" + b"1;a\n" * (1 << 20)), "modules.csv.gz")
    with pytest.raises(SourceTooLarge):
        await drop.items()


@pytest.mark.parametrize(("cut", "error"), [(-20, SourceIncomplete), (5, SourceIncomplete)])
async def test_half_a_gzip_is_incomplete(drop: Any, cut: int, error: type[Exception]) -> None:
    rows = "".join(f"{n};titel {n * 7919}\n" for n in range(5000))
    drop.write(gzip.compress(f"code;titel\n{rows}".encode())[:cut], "modules.csv.gz")
    with pytest.raises(error):
        await drop.items()


async def test_something_else_with_the_name_of_a_gzip_is_refused(drop: Any) -> None:
    drop.write(b"code;titel\n1;a\n", "modules.csv.gz")
    with pytest.raises(SourceMalformed):
        await drop.items()


def test_a_file_without_line_ends_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"a" * (30 << 20))
    tracemalloc.start()
    try:
        with pytest.raises(SourceMalformed, match="longer than 1 MB"):
            list(read_rows(path, encoding="utf-8", delimiter=";", quote='"', max_bytes=1 << 30))
        assert tracemalloc.get_traced_memory()[1] < 12 << 20
    finally:
        tracemalloc.stop()


async def test_a_missing_key_column_is_named(drop: Any) -> None:
    drop.write("nummer;titel\n1;a\n")
    with pytest.raises(ColumnsMissing, match="code"):
        await drop.items()


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(content=st.binary(max_size=400))
def test_any_bytes_give_rows_or_a_named_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    try:
        rows = list(read_rows(path, encoding="utf-8", delimiter=";", quote='"', max_bytes=1 << 20))
    except SourceMalformed:
        return
    assert [row.number for row in rows] == sorted({row.number for row in rows})


_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='";'), max_size=12)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(table=st.lists(st.lists(_TEXTS, min_size=2, max_size=2), min_size=1, max_size=8))
def test_what_is_written_is_read(tmp_path: Path, table: list[list[str]]) -> None:
    path = tmp_path / "x.csv"
    lines = "".join(";".join(f'"{cell}"' for cell in row) + "\r\n" for row in table)
    path.write_bytes(("\ufeff" + lines + '"Zoë";"é"\r\n' * 9).encode())  # enough sound rows to judge the encoding
    rows = list(read_rows(path, encoding="utf-8", delimiter=";", quote='"', max_bytes=1 << 20))
    assert [row.cells for row in rows[: len(table)]] == table
