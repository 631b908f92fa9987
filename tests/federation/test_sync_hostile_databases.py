"""Databases that change, break, lock or go away while they are read: what is published stays whole."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from gateway.storage import EmbeddedServer

SQL = """
{address}
fetch_size = {fetch}
statement_seconds = 5
[sources.settings.streams.organizations]
view = "organizations"
key = ["code"]
[sources.settings.streams.courses]
view = "courses"
key = ["code"]
[sources.settings.streams.course-offerings]
view = "offerings"
key = ["code"]
"""
SQL_MAPPINGS = {
    "organizations": """
stream = "organizations"
resource = "Organization"
[fields]
primaryCode = "code('identifier', code)"
organizationType = "'root'"
name = "language(name)"
shortName = "text(name)"
""",
    "courses": """
stream = "courses"
resource = "Course"
[fields]
primaryCode = "code('identifier', code)"
name = "language(name)"
abbreviation = "text(code)"
description = "language(name)"
teachingLanguage = "'nld'"
level = "'secondary vocational education 3'"
organization = "reference('Organization', organization)"
""",
    "offerings": """
stream = "course-offerings"
resource = "CourseOffering"
[fields]
primaryCode = "code('identifier', code)"
name = "language(name)"
description = "language(name)"
teachingLanguage = "'nld'"
startDate = "'2027-02-01'"
endDate = "'2027-04-12'"
course = "reference('Course', course)"
""",
}
TABLES = """
CREATE TABLE organizations (code text, name text);
CREATE TABLE courses (code text, name text, organization text);
CREATE TABLE offerings (code text, name text, course text);
"""


def rows_of(number: int, word: str) -> list[tuple[str, list[tuple[str, ...]]]]:
    return [
        ("organizations", [("O1", word)]),
        ("courses", [(f"M{n:06}", f"{word} {n}", "O1") for n in range(number)]),
        ("offerings", [(f"A{n:06}", f"{word} {n}", f"M{n:06}") for n in range(number)]),
    ]


def write_sqlite(path: Path, number: int, word: str) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript(TABLES)
        for table, rows in rows_of(number, word):
            marks = ",".join("?" * len(rows[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        connection.commit()


def with_sql(school: Any, address: str, fetch: int = 50) -> None:
    """Let a database be the source of the school; ``fetch`` rows at a time."""
    school.source("sql", SQL.format(address=address, fetch=fetch), SQL_MAPPINGS)


@pytest.fixture
async def lite(gateway: Any, school: Any, tmp_path: Path) -> tuple[Any, Path]:
    """A gateway whose member has a SQLite file of 300 courses; the first sync is done."""
    path = tmp_path / "school.db"
    write_sqlite(path, 300, "oud")
    with_sql(school, f'database = "sqlite:///{path}"')
    await gateway.apply()
    assert (await gateway.sync()).state == "published"
    return gateway, path


async def test_a_sqlite_file_replaced_while_it_is_read_never_gives_a_mixture_within_a_stream(
    lite: tuple[Any, Path], tmp_path: Path
) -> None:
    gateway, path = lite
    other = tmp_path / "new.db"
    write_sqlite(other, 300, "nieuw")
    replaced = False

    async def replace_it(streams: Any) -> None:
        nonlocal replaced
        if not replaced and streams[-1].stream == "courses":
            other.replace(path)
            replaced = True

    await gateway.sync(progress=replace_it)

    assert replaced
    rows = await gateway.rows("SELECT resource, name_key FROM catalogue_resources")
    for resource in ("Organization", "Course", "CourseOffering"):
        assert len({row.name_key.split(" ")[0] for row in rows if row.resource == resource}) == 1
    assert len(await gateway.published("Course")) == 300


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\x00" + b"\xff" * 4000, b"<html>", b"x" * 100_000])
async def test_a_sqlite_file_that_is_none_any_more_fails_the_streams(lite: tuple[Any, Path], content: bytes) -> None:
    gateway, path = lite
    path.write_bytes(content)

    result = await gateway.sync()

    assert result.state == "failed"
    assert len(await gateway.published("Course")) == 300


async def test_a_sqlite_file_cut_off_while_it_is_read_fails_and_the_next_sync_works(lite: tuple[Any, Path]) -> None:
    gateway, path = lite
    good = path.read_bytes()
    cut = False

    async def cut_it(streams: Any) -> None:
        nonlocal cut
        if not cut:
            path.write_bytes(good[: len(good) // 3])
            cut = True

    result = await gateway.sync(progress=cut_it)
    path.write_bytes(good)

    assert result.state in ("failed", "unchanged")
    assert result.failures
    assert len(await gateway.published("CourseOffering")) == 300
    assert (await gateway.sync()).state == "unchanged"


async def test_a_locked_sqlite_file_is_a_failure_with_a_deadline(lite: tuple[Any, Path]) -> None:
    gateway, path = lite
    with contextlib.closing(sqlite3.connect(path)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        async with asyncio.timeout(60):
            result = await gateway.sync()
        holder.rollback()

    assert result.state == "failed"
    assert len(await gateway.published("Course")) == 300
    assert (await gateway.sync()).state == "unchanged"


async def test_a_database_that_goes_away_halfway_keeps_what_is_published_and_works_the_next_time(
    gateway: Any, school: Any, reachable_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedServer(reachable_folder / "school", durable=False)
    url = await asyncio.to_thread(server.open)
    try:
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in TABLES.strip().split("\n"):
                connection.execute(statement)
            for table, rows in rows_of(5000, "oud"):
                with (
                    connection.cursor() as cursor,
                    cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy,
                ):
                    for row in rows:
                        copy.write_row(row)
        monkeypatch.setenv("SCHOOL_DATABASE", url)
        with_sql(school, 'url = "env:SCHOOL_DATABASE"', fetch=500)
        await gateway.apply()
        assert (await gateway.sync()).state == "published"
        before = await gateway.everything_published()
        stopped = False

        async def stop_it(streams: Any) -> None:
            nonlocal stopped
            if not stopped and streams[-1].stream == "courses" and streams[-1].rows >= 2000:
                stopped = True
                await asyncio.to_thread(server.close)

        result = await gateway.sync(progress=stop_it)

        assert stopped
        assert result.state == "failed"
        # Courses were read first.
        assert {stream for stream, _ in gateway.failed(result)} == {"courses", "organizations", "course-offerings"}
        assert await gateway.everything_published() == before
        assert await gateway.rows("SELECT 1 FROM staged_resources") == []
        monkeypatch.setenv("SCHOOL_DATABASE", await asyncio.to_thread(server.open))
        assert (await gateway.sync()).state == "unchanged"
    finally:
        await asyncio.to_thread(server.close)
