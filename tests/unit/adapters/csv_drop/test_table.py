"""From cells to records."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.csv_drop.table import moment
from adapters.errors import ColumnForbidden, ColumnsMissing, SourceIncomplete, SourceMalformed


async def test_the_header_may_stand_lower(drop: Any) -> None:
    drop.stream["header_row"] = 3
    drop.write("Export van 31-08-2026;\n;\ncode;titel\n1;a\n")
    assert await drop.records() == [{"code": "1", "titel": "a"}]


async def test_names_of_columns_are_trimmed(drop: Any) -> None:
    drop.write('\ufeff code ;"Naam\nopleiding";titel\u00a0;;\n1;a;b;;\n')
    assert await drop.records() == [{"code": "1", "Naam opleiding": "a", "titel": "b"}]


async def test_doubled_columns_are_named(drop: Any) -> None:
    drop.write("code;titel;titel;x;x\n1;a;b;c;d\n")
    with pytest.raises(SourceMalformed, match="titel, x") as caught:
        await drop.items()
    assert "kolom dubbel: titel, x" in caught.value.text.nl


async def test_all_missing_columns_are_named(drop: Any) -> None:
    drop.write("code;titel\n1;a\n")
    with pytest.raises(ColumnsMissing) as caught:
        await drop.items(columns={"titel", "niveau", "belasting"})
    assert caught.value.values["columns"] == "belasting, niveau"
    assert caught.value.values["place"] == "modules.csv"


@pytest.mark.parametrize("content", ["", "\n\n", "code;titel\n", "code;titel\n;\n\n"])
async def test_nothing_in_it_is_incomplete(drop: Any, content: str) -> None:
    drop.write(content)
    with pytest.raises((SourceIncomplete, SourceMalformed)) as caught:
        await drop.items()
    if content != "\n\n":
        assert isinstance(caught.value, SourceIncomplete)
        assert "leeg" in caught.value.text.nl
        assert "empty" in caught.value.text.en


async def test_a_stream_may_be_declared_possibly_empty(drop: Any) -> None:
    drop.stream["may_be_empty"] = True
    drop.write("code;titel\n")
    assert len(await drop.items()) == 1  # the checkpoint
    drop.write("")
    with pytest.raises(SourceIncomplete):
        await drop.items()


async def test_an_empty_key_is_a_fault(drop: Any) -> None:
    drop.stream["key"] = ["code", "cohort"]
    drop.write("code;cohort\n1;2026\n1;\n;2026\n")
    assert [(f.code, f.values["columns"], f.source.row) for f in await drop.faults()] == [
        ("ROW002", "code, cohort", 3),
        ("ROW002", "code, cohort", 4),
    ]


async def test_a_key_of_columns_is_joined(drop: Any) -> None:
    drop.stream["key"] = ["code", "cohort"]
    drop.write("code;cohort\n01;2026\n")
    assert [getattr(item, "key", None) for item in await drop.items()] == ["01|2026", None]


async def test_doubled_keys_are_both_given_to_the_caller(drop: Any) -> None:
    drop.write("code;titel\n1;a\n1;b\n")
    assert [row["titel"] for row in await drop.records()] == ["a", "b"]


async def test_rows_that_are_an_example_are_ignored(drop: Any) -> None:
    drop.stream["ignore"] = {"column": "regel", "values": ["voorbeeld"]}
    drop.write("regel;code\nVoorbeeld;X\n;1\n")
    assert await drop.records() == [{"regel": None, "code": "1"}]
    drop.write("regel;code\nvoorbeeld;X\n")
    with pytest.raises(SourceIncomplete):
        await drop.items()


async def test_a_bsn_column_is_never_read(drop: Any) -> None:
    drop.write("code;BSN;titel\n1;123456782;a\n")
    assert await drop.records() == [{"code": "1", "titel": "a"}]
    with pytest.raises(ColumnForbidden):
        await drop.items(columns={"BSN"})


async def test_the_moment_of_change_is_read(drop: Any) -> None:
    drop.stream["changed"] = "gewijzigd"
    drop.write("code;gewijzigd\n1;31-08-2026 10:00\n2;ooit\n")
    changed = [item.changed_at for item in await drop.items() if hasattr(item, "changed_at")]
    assert changed == [datetime(2026, 8, 31, 8, 0, tzinfo=UTC), None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05", datetime(2026, 1, 4, 23, 0, tzinfo=UTC)),
        ("5-1-2026", datetime(2026, 1, 4, 23, 0, tzinfo=UTC)),
        ("2026-07-05T10:00:00Z", datetime(2026, 7, 5, 10, 0, tzinfo=UTC)),
        ("05/07/2026 10:00:30", datetime(2026, 7, 5, 8, 0, 30, tzinfo=UTC)),
        ("31-02-2026", None),
        ("", None),
    ],
)
def test_moments(text: str, expected: datetime | None) -> None:
    assert moment(text) == expected
