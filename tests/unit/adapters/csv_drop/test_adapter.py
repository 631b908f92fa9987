"""Settings, lookups, checks and samples."""

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.contract import Capability
from adapters.csv_drop import CsvDropConfig
from adapters.errors import ColumnForbidden, ColumnsMissing, ConfigurationInvalid, SourceTimeout
from adapters.testkit import adapter_context

PEOPLE = "nummer;bsn;roepnaam;adres\n01;123456782;Aïsha;Dam 1\n02;111222333;Bram;Dam 2\n01;;Aïsha B;Dam 3\n"


@pytest.fixture
def people(drop: Any) -> Any:
    drop.stream.update(key=["nummer"], personal=True, lookup_by=["nummer"])
    drop.write(PEOPLE)
    return drop


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"folder": "a", "workbook": "b.xlsx"},
        {"folder": "a", "onbekend": 1},
        {"folder": "a", "encoding": "klinker-9"},
        {"folder": "a", "encoding": "base64"},
        {"folder": "a", "delimiter": ";;"},
        {"folder": "a", "delimiter": "\n"},
        {"folder": "a", "delimiter": '"'},
        {"folder": "a", "complete": "soms"},
        {"folder": "a", "stable_seconds": 0},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CsvDropConfig.model_validate({"streams": {"m": {"file": "m.csv", "key": ["code"]}}, **settings})


@pytest.mark.parametrize(
    "stream",
    [
        {"key": ["code"]},
        {"file": "m.csv", "key": []},
        {"file": "m.csv", "key": ["bsn"]},
        {"file": "m.csv", "key": ["nummer"], "personal": True},
        {"file": "m.csv", "key": ["nummer"], "personal": True, "lookup_by": ["adres"]},
        {"file": "m.csv", "key": ["nummer"], "personal": True, "lookup_by": ["nummer"], "mode": "delta"},
        {"file": "m.csv", "key": ["code"], "tombstone": {"column": "weg", "values": ["J"]}},
        {"file": "m.csv", "key": ["code"], "header_row": 0},
    ],
)
def test_streams_that_cannot_work_are_refused(stream: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CsvDropConfig.model_validate({"folder": "drop", "streams": {"m": stream}})


async def test_a_lookup_gives_all_matching_rows_and_only_the_columns(people: Any) -> None:
    found = await people.found({"nummer": "01"}, {"roepnaam"})
    assert [dict(record.data) for record in found] == [{"roepnaam": "Aïsha"}, {"roepnaam": "Aïsha B"}]
    assert [(record.key, record.source.row) for record in found] == [("01", 2), ("01", 4)]


@pytest.mark.parametrize("column", ["bsn", "adres"])
async def test_a_lookup_never_gives_forbidden_columns(people: Any, column: str) -> None:
    with pytest.raises(ColumnForbidden):
        await people.found({"nummer": "01"}, {"roepnaam", column})


async def test_a_lookup_names_a_missing_column(people: Any) -> None:
    with pytest.raises(ColumnsMissing, match="mail"):
        await people.found({"nummer": "01"}, {"mail"})


async def test_a_lookup_by_another_column_is_refused(people: Any) -> None:
    with pytest.raises(ConfigurationInvalid):
        await people.found({"roepnaam": "Bram"}, {"roepnaam"})


async def test_a_lookup_stops_at_its_deadline(people: Any) -> None:
    people.write("nummer;roepnaam\n" + "".join(f"{n};x\n" for n in range(5000)))
    adapter = people.adapter()
    context = adapter_context(people.base)
    ticks = iter(range(0, 1000, 7))
    slow = type(context)(
        **{name: getattr(context, name) for name in context.__dataclass_fields__ if name != "monotonic"},
        monotonic=lambda: float(next(ticks)),
    )
    async with type(adapter)(adapter._config, slow) as late:
        with pytest.raises(SourceTimeout, match="10 s"):
            _ = [record async for record in late.lookup("modules", {"nummer": "4999"}, columns={"roepnaam"})]


async def test_a_catalogue_stream_can_be_looked_up_too(drop: Any) -> None:
    drop.stream["lookup_by"] = ["titel"]
    drop.write("code;titel\n1;a\n2;b\n")
    assert drop.adapter().streams()[0].capabilities == {Capability.SNAPSHOT, Capability.LOOKUP}
    assert [record.key for record in await drop.found({"titel": "b"}, {"code"})] == ["2"]


async def test_samples_show_no_number_that_looks_like_a_bsn(drop: Any) -> None:
    drop.write("code;bedrag;opmerking;bsn\n1;12;bel 1234.56.782;123456782\n2;;;\n")
    async with drop.adapter() as adapter:
        (found,) = await adapter.discover()
    columns = {column.name: column for column in found.columns}
    assert found.rows_sampled == 2
    assert columns["bedrag"].examples == ("12",)
    assert columns["bedrag"].filled == 0.5
    assert columns["opmerking"].examples == ()
    assert columns["bsn"].examples == ()


async def test_a_sample_of_no_rows_still_names_the_columns(drop: Any) -> None:
    drop.write("code;titel\n1;a\n")
    async with drop.adapter() as adapter:
        (found,) = await adapter.discover(sample=0)
    assert [column.name for column in found.columns] == ["code", "titel"]
    assert found.rows_sampled == 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "leeg"),
        ("nummer;titel\n1;a\n", "code"),
        ("code;code\n1;2\n", "dubbel"),
        ("code;a\n1\n2\n3;b\n", "beschadigd"),
    ],
)
async def test_a_check_tells_what_is_wrong(drop: Any, content: str, told: str) -> None:
    drop.write(content)
    async with drop.adapter() as adapter:
        report = await adapter.check()
    if told == "beschadigd":
        assert report.ok  # rows with the wrong number of cells are for the report of the run
        return
    assert not report.ok
    assert told in " ".join(item.text.nl for item in report.items)


async def test_a_check_tells_the_age_of_the_newest_file(drop: Any) -> None:
    path = drop.write("code;titel\n1;a\n")
    for seconds, told in ((600, "10 minuten"), (7300, "2 uur"), (86400 * 5, "5 dagen")):
        drop.age(path, seconds)
        async with drop.adapter() as adapter:
            report = await adapter.check()
        assert told in " ".join(item.text.nl for item in report.items)


async def test_a_check_tells_of_a_file_that_waits(drop: Any) -> None:
    drop.settings["complete"] = "stable"
    drop.age(drop.write("code;titel\n1;a\n", "modules-1.csv"), 1000)
    drop.age(drop.write("code;titel\n1;a\n", "modules-2.csv"), 1)
    async with drop.adapter() as adapter:
        report = await adapter.check()
    assert report.ok
    assert "modules-2.csv" in " ".join(item.text.nl for item in report.items if "waiting" in item.name)


def test_the_files_to_write_back_leave_out_personal_streams(drop: Any) -> None:
    drop.write("code;titel\n1;a\n")
    assert [path.name for path in drop.adapter().files()] == ["modules.csv"]
    drop.stream.update(personal=True, lookup_by=["code"])
    assert drop.adapter().files() == []


async def test_reading_does_not_stop_the_event_loop(drop: Any) -> None:
    drop.write("code;titel\n" + "".join(f"{n};titel {n}\n" for n in range(20_000)))
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counter = asyncio.create_task(count())
    await drop.items()
    counter.cancel()
    assert turns > 20  # at least once for each batch
