"""Sources that only tell what changed, two sources beside each other, and decisions that come late."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.errors import SourceBroke
from adapters.sql import SqlAdapter
from gateway.catalogue.sync import comparing, reading, service
from gateway.catalogue.sync.service import RunResult
from gateway.errors import Conflict, GatewayError, NotFound

HEADER = ("code", "titel", "omschrijving", "niveau", "sbu", "organisatie", "verwijderd")


class Deltas:
    """A school whose files of courses only hold changes. Each delivery is a file that is younger than the last."""

    def __init__(self, school: Any) -> None:
        self.school = school
        self.number = 0
        (school.drop / "modules.csv").unlink()
        file = school.folder / "members" / "roc-a.toml"
        settings = (
            '[sources.settings.streams.modules]\nfile = "modules-*.csv"\nmode = "delta"\n'
            'tombstone = { column = "verwijderd", values = ["J"] }\n'
        )
        text = file.read_text().replace('[sources.settings.streams.modules]\nfile = "modules.csv"\n', settings)
        assert 'mode = "delta"' in text
        file.write_text(text)

    def deliver(self, *rows: Sequence[str], text: str | None = None) -> Path:
        self.number += 1
        path: Path = self.school.drop / f"modules-{self.number:03}.csv"
        lines = [";".join(HEADER), *(";".join(row) for row in rows)]
        path.write_text(text if text is not None else "\r\n".join(lines) + "\r\n")
        moment = 1_700_000_000 + self.number * 60
        os.utime(path, (moment, moment))
        self.school.deliver()
        return path


def course(key: str, title: str = "", gone: str = "N", organization: str = "O1") -> tuple[str, ...]:
    return (key, title or f"Module {key}", "", "3", "240", organization, gone)


async def names(gateway: Any, resource: str = "Course") -> dict[str, str]:
    rows = await gateway.rows(
        "SELECT source_key, search_name FROM catalogue_resources WHERE resource = :resource", resource=resource
    )
    return {row.source_key: row.search_name for row in rows}


async def clean(gateway: Any) -> None:
    for table in ("staged_resources", "staged_tombstones"):
        assert await gateway.rows(f"SELECT 1 FROM {table}") == []


@pytest.fixture
async def deltas(gateway: Any, school: Any) -> Deltas:
    made = Deltas(school)
    await gateway.apply()
    made.deliver(*(course(f"M{n}") for n in range(20)))
    assert (await gateway.sync()).state == "published"
    assert len(await names(gateway)) == 20
    return made


# -- files -----------------------------------------------------------------------------------------------------------
async def test_a_key_in_two_deltas_a_tombstone_and_a_new_birth(gateway: Any, deltas: Deltas) -> None:
    deltas.deliver(course("M1", "eerst"), course("M2", gone="J"), course("M3", gone="J"), course("M4", gone="J"))
    deltas.deliver(course("M1", "daarna"), course("M3", "herboren"), course("M30"), course("M31"))
    deltas.deliver(course("M30", gone="J"), course("M4", "terug"), course("M4", gone="J"), course("M31", "twee"))
    result = await gateway.sync()

    assert result.counts["codes"]["REF001"] == 2  # the offerings of M2 and M4
    found = await names(gateway)
    assert found["M1"].startswith("daarna")
    assert found["M3"].startswith("herboren")
    assert found["M31"].startswith("twee")
    assert found.keys() == {f"M{n}" for n in range(20)} - {"M2", "M4"} | {"M31"}
    assert (await gateway.sync()).state == "unchanged"
    await clean(gateway)


async def test_a_delta_that_was_read_is_not_read_again(gateway: Any, deltas: Deltas) -> None:
    deltas.deliver(course("M1", "nieuw"))
    first = await gateway.sync()
    second = await gateway.sync()

    read = {stream["stream"]: stream["rows"] for stream in first.counts["streams"]}
    again = {stream["stream"]: stream["rows"] for stream in second.counts["streams"]}
    assert (read["modules"], again["modules"]) == (1, 0)
    assert second.state == "unchanged"
    await clean(gateway)


async def test_a_delta_that_breaks_halfway_changes_nothing_and_is_read_from_its_beginning(
    gateway: Any, deltas: Deltas
) -> None:
    deltas.deliver(course("M1", "nieuw"), course("M40"))
    broken = deltas.deliver(text=";".join(HEADER) + '\r\nM2;"open\r\nM3;x\r\n')

    result = await gateway.sync()

    assert [failure["stream"] for failure in result.failures] == ["modules"]
    assert (await names(gateway))["M1"].startswith("module")
    assert "M40" not in await names(gateway)
    broken.unlink()
    deltas.deliver(course("M2", "ook nieuw"))
    await gateway.sync()
    found = await names(gateway)
    assert (found["M1"].split()[0], found["M2"].split()[0], "M40" in found) == ("nieuw", "ook", True)


async def test_a_tombstone_of_a_delta_that_breaks_later_deletes_nothing(gateway: Any, deltas: Deltas) -> None:
    deltas.deliver(course("M5", gone="J"), course("M6", gone="J"), course("M7", "nieuw"))
    deltas.deliver(text=";".join(HEADER) + '\r\nM5;"open\r\nM3;x\r\n')
    deltas.school.organizations([("O1", "99AA", "ROC Anders", "")])  # something else does change

    result = await gateway.sync()

    assert [failure["stream"] for failure in result.failures] == ["modules"]
    assert len(await names(gateway)) == 20
    assert "A5" in await names(gateway, "CourseOffering")
    await clean(gateway)


async def test_a_held_delta_is_read_again_after_rejection_and_counts_after_approval(
    gateway: Any, deltas: Deltas
) -> None:
    deltas.deliver(*(course(f"M{n}", gone="J") for n in range(10)))
    deltas.school.offerings([(f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027") for n in range(10, 20)])

    first = await gateway.sync()
    await service.reject(gateway.deps, first.run, by="iemand", reason="fout")
    second = await gateway.sync()
    shown = await comparing.changes(gateway.deps, "roc-a", limit=100)
    await service.approve(gateway.deps, second.run, by="iemand", reason="goed")

    assert (first.state, second.state) == ("held", "held")
    assert {change.key for change in shown if change.resource == "Course"} == {f"M{n}" for n in range(10)}
    assert len(await names(gateway)) == 10
    assert (await gateway.sync()).state == "unchanged"
    await clean(gateway)


async def test_a_changed_mapping_reads_all_deltas_anew(gateway: Any, deltas: Deltas) -> None:
    deltas.deliver(course("M1", "nieuw"), course("M2", gone="J"))
    await gateway.sync()
    mapping = deltas.school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text().replace("language(titel)", "language(concat('X', titel))"))
    await gateway.apply()

    held = await gateway.sync()
    await service.approve(gateway.deps, held.run, by="iemand", reason="andere mapping")

    found = await names(gateway)
    assert len(found) == 19
    assert all(name.startswith("x") for name in found.values())
    assert "M2" not in found


async def test_a_circle_that_closes_over_two_deltas_is_broken(gateway: Any, school: Any) -> None:
    file = school.folder / "members" / "roc-a.toml"
    old = '[sources.settings.streams.organisaties]\nfile = "organisaties.csv"\n'
    file.write_text(file.read_text().replace(old, old.replace("organisaties.csv", "org-*.csv") + 'mode = "delta"\n'))
    await gateway.apply()
    (school.drop / "org-1.csv").write_text("code;brin;naam;ouder\r\nO1;99AA;Een;\r\nO2;;Twee;O1\r\n")
    school.deliver()
    await gateway.sync()
    (school.drop / "org-2.csv").write_text("code;brin;naam;ouder\r\nO1;99AA;Een;O2\r\n")
    school.deliver()

    await gateway.sync()

    rows = await gateway.rows("SELECT source_key, refs FROM catalogue_resources WHERE resource = 'Organization'")
    parents = {row.source_key for row in rows if "parent" in row.refs}
    assert parents != {"O1", "O2"}


async def test_a_tombstone_of_an_id_that_was_anothers_deletes_the_own_resource(
    gateway: Any, school: Any, another_school: Any, tmp_path: Path
) -> None:
    copied = "0b7e6a52-54a5-4f3c-9f57-3f0a3a5e7a11"
    other = another_school(tmp_path, "roc-b", "99BB", 2)
    other.courses([*other.some_courses(20), (copied, "Van B", "", "3", "240", "O1")])
    made = Deltas(school)
    await gateway.apply()
    await gateway.sync("roc-b")
    made.deliver(*(course(f"M{n}") for n in range(20)), course(copied, "Van A"))
    await gateway.sync()
    made.deliver(course(copied, gone="J"))

    await gateway.sync()

    rows = await gateway.rows("SELECT member FROM catalogue_resources WHERE source_key = :key", key=copied)
    assert [row.member for row in rows] == ["roc-b"]


async def test_a_tombstone_of_a_course_leaves_no_offering_that_refers_to_nothing(gateway: Any, deltas: Deltas) -> None:
    file = deltas.school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace('file = "aanbod.csv"', 'file = "aanbod*.csv"\nmode = "delta"'))
    await gateway.apply()
    await gateway.sync()
    deltas.deliver(course("M5", gone="J"))

    await gateway.sync()

    present = {str(row.id) for row in await gateway.rows("SELECT id FROM catalogue_resources")}
    rows = await gateway.rows("SELECT source_key, refs FROM catalogue_resources WHERE resource = 'CourseOffering'")
    assert [row.source_key for row in rows if row.refs["course"][0] not in present] == []


# -- a database ------------------------------------------------------------------------------------------------------
SQL = """
[[sources]]
name = "db"
kind = "sql"
mappings = ["db-courses.toml"]
[sources.settings]
database = "sqlite:///@@PATH@@"
fetch_size = 10
[sources.settings.streams.vakken]
view = "courses"
key = ["code"]
cursor = "changed"
overlap_seconds = 0
tombstone = { column = "gone", values = ["1"] }
"""
SQL_MAPPING = """
stream = "vakken"
resource = "Course"
[fields]
primaryCode = "code('identifier', code)"
name = "language(name)"
abbreviation = "text(code)"
description = "language(name)"
teachingLanguage = "'nld'"
level = "'secondary vocational education 3'"
"""


class Table:
    """The courses of a school in a database, with a number that grows with every change."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.changed = 0
        self.run("CREATE TABLE courses (code text, name text, changed integer, gone integer)")

    def run(self, statement: str, *values: object) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            connection.execute(statement, values)
            connection.commit()

    def put(self, key: str, name: str, gone: int = 0) -> None:
        self.changed += 1
        self.run("DELETE FROM courses WHERE code = ?", key)
        self.run("INSERT INTO courses VALUES (?, ?, ?, ?)", key, name, self.changed, gone)


@pytest.fixture
async def table(gateway: Any, school: Any, tmp_path: Path) -> Table:
    """Beside its files the school has a database, with courses of its own; the first sync is done."""
    made = Table(tmp_path / "school.db")
    for number in range(30):
        made.put(f"D{number}", f"vak {number}")
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text() + SQL.replace("@@PATH@@", str(made.path)))
    (school.folder / "members" / "roc-a" / "db-courses.toml").write_text(SQL_MAPPING)
    await gateway.apply()
    assert (await gateway.sync()).state == "published"
    return made


async def rows_read(result: RunResult, stream: str = "vakken") -> int:
    counts = result.counts or {}
    return int(next(one["rows"] for one in counts["streams"] if one["stream"] == stream))


async def test_a_cursor_reads_on_where_it_was_and_once_a_day_everything(gateway: Any, table: Table) -> None:
    table.put("D1", "anders")
    table.put("D2", "", gone=1)
    table.run("DELETE FROM courses WHERE code = 'D3'")  # without a tombstone: only a whole read can see it

    delta = await gateway.sync()

    assert await rows_read(delta) <= 4
    found = await names(gateway)
    assert (found["D1"].split()[0], "D2" in found, "D3" in found) == ("anders", False, True)
    gateway.clock.move(25 * 3600)
    assert await rows_read(await gateway.sync()) >= 28
    assert "D3" not in await names(gateway)
    assert await rows_read(await gateway.sync()) <= 2


async def test_a_changed_mapping_reads_the_whole_database(gateway: Any, school: Any, table: Table) -> None:
    table.run("DELETE FROM courses WHERE code = 'D3'")
    mapping = school.folder / "members" / "roc-a" / "db-courses.toml"
    mapping.write_text(mapping.read_text() + "\n# een opmerking\n")
    await gateway.apply()

    assert await rows_read(await gateway.sync()) >= 29
    assert "D3" not in await names(gateway)


async def test_a_tombstone_a_new_birth_and_a_failure_between(gateway: Any, table: Table) -> None:
    table.put("D4", "", gone=1)
    await gateway.sync()
    assert "D4" not in await names(gateway)
    table.put("D4", "herboren")
    good = table.path.read_bytes()
    table.path.write_bytes(b"kapot" * 1000)
    broken = await gateway.sync()
    table.path.write_bytes(good)

    assert [failure["source"] for failure in broken.failures] == ["db"]
    assert len(await names(gateway)) == 49
    await gateway.sync()
    assert (await names(gateway))["D4"].startswith("herboren")
    await clean(gateway)


# -- two sources of one key -------------------------------------------------------------------------------------------
async def test_of_two_sources_with_one_key_the_first_one_counts_every_time(
    gateway: Any, school: Any, table: Table
) -> None:
    table.put("M5", "uit de database")

    for _ in range(3):
        await gateway.sync()
        assert (await names(gateway))["M5"].startswith("module 5")
    table.put("M5", "", gone=1)
    await gateway.sync()
    assert (await names(gateway))["M5"].startswith("module 5")
    gateway.clock.move(25 * 3600)
    await gateway.sync()
    assert (await names(gateway))["M5"].startswith("module 5")


async def test_a_second_source_that_fails_takes_nothing_of_the_first_along(
    gateway: Any, school: Any, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        table.put(f"M{number}", "uit de database")
    read = SqlAdapter.read

    async def breaks_at_the_end(self: Any, stream: str, **options: Any) -> Any:
        async for item in read(self, stream, **options):
            yield item
        raise SourceBroke(place="courses")

    monkeypatch.setattr(SqlAdapter, "read", breaks_at_the_end)
    monkeypatch.setattr(reading, "BATCH", 2)  # so that some of it is staged when it breaks

    result = await gateway.sync()

    assert [failure["source"] for failure in result.failures] == ["db"]
    assert len(await gateway.published("CourseOffering")) == 20
    assert {f"M{n}" for n in range(20)} <= (await names(gateway)).keys()
    assert (await names(gateway))["M5"].startswith("module 5")


# -- configuration and decisions -------------------------------------------------------------------------------------
async def hold(gateway: Any, school: Any) -> RunResult:
    """A first sync, and a second one that waits for a person."""
    await gateway.sync()
    school.courses(school.some_courses(10))
    school.offerings([(f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027") for n in range(10)])
    held: RunResult = await gateway.sync()
    assert held.state == "held"
    return held


async def test_approving_after_a_source_left_the_configuration_publishes_nothing_of_it(
    gateway: Any, school: Any
) -> None:
    held = await hold(gateway, school)
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace(', "offerings.toml"', ""))
    await gateway.apply()

    with contextlib.suppress(Conflict):
        await service.approve(gateway.deps, held.run, by="iemand", reason="goed")

    left = await gateway.published("CourseOffering")
    assert left in ([], [f"A{n}" for n in sorted(range(20), key=str)])  # gone, or nothing was published at all


async def test_approving_for_a_member_that_left_is_refused(gateway: Any, school: Any, another_school: Any) -> None:
    held = await hold(gateway, school)
    another_school(school.folder, "roc-b", "99BB", 2)
    (school.folder / "members" / "roc-a.toml").unlink()
    await gateway.apply()

    with pytest.raises(NotFound):
        await service.approve(gateway.deps, held.run, by="iemand", reason="goed")
    with pytest.raises(NotFound):
        await gateway.sync("roc-a")


async def test_a_failed_run_after_it_leaves_a_held_run_for_the_person(gateway: Any, school: Any) -> None:
    held = await hold(gateway, school)
    for name in ("organisaties", "modules", "aanbod"):
        (school.drop / f"{name}.csv").unlink()

    assert (await gateway.sync()).state == "failed"

    decided = await service.approve(gateway.deps, held.run, by="iemand", reason="goed")
    assert decided.state == "published"


async def test_a_dry_run_leaves_a_held_run_as_it_is(gateway: Any, school: Any) -> None:
    held = await hold(gateway, school)

    await gateway.sync(dry_run=True)
    await service.approve(gateway.deps, held.run, by="iemand", reason="goed")

    assert len(await gateway.published("Course")) == 10
    await clean(gateway)


async def test_what_failed_is_not_called_verified(gateway: Any, school: Any) -> None:
    await gateway.sync()
    before = (await gateway.rows("SELECT verified_at FROM member_snapshots"))[0].verified_at
    (school.drop / "modules.csv").unlink()

    result = await gateway.sync()

    assert [failure["stream"] for failure in result.failures] == ["modules"]
    assert (await gateway.rows("SELECT verified_at FROM member_snapshots"))[0].verified_at == before


@pytest.mark.parametrize("decide", [service.approve, service.reject])
async def test_deciding_about_a_run_that_is_none_is_not_found(gateway: Any, decide: Callable[..., Any]) -> None:
    with pytest.raises(GatewayError) as refused:
        await decide(gateway.deps, gateway.deps.ids.new(), by="iemand", reason="x")
    assert isinstance(refused.value, NotFound)
