"""A small school with CSV files, a configuration folder, and what a sync needs."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from gateway.catalogue.sync.service import Deps, RunResult, synchronise
from gateway.clock import FakeClock
from gateway.ids import RandomIds
from gateway.members import service as members
from gateway.settings import Settings
from gateway.storage import Database

ORGANIZATIONS = """
stream = "organisaties"
resource = "Organization"
[fields]
primaryCode = "code('brin', brin)"
organizationType = "'institute'"
name = "language(naam)"
shortName = "text(naam)"
parent = "reference('Organization', ouder)"
"""
COURSES = """
stream = "modules"
resource = "Course"
[fields]
primaryCode = "code('identifier', code)"
name = "language(titel)"
abbreviation = "text(code)"
description = "language(omschrijving)"
level = "lookup('niveau', niveau)"
organization = "reference('Organization', organisatie)"
[fields.studyLoad]
studyLoadUnit = "'sbu'"
value = "decimal(sbu)"
[tables.niveau]
"3" = "secondary vocational education 3"
"4" = "secondary vocational education 4"
"""
OFFERINGS = """
stream = "aanbod"
resource = "CourseOffering"
[fields]
primaryCode = "code('offeringCode', code)"
name = "language(titel)"
description = "language(titel)"
teachingLanguage = "'nld'"
course = "reference('Course', module)"
startDate = "date(begin)"
endDate = "date(eind)"
"""
FEDERATION = """
id = "test"
name = { nl = "Proef", en = "Test" }
public_url = "http://127.0.0.1:8000"
contact_email = "beheer@gateway.example"
"""
MEMBER = """
id = "{id}"
schac_home = "{id}.example"
brin = "{brin}"
oin = "{oin:020d}"
public = true
name = {{ nl = "{id}", en = "{id}" }}
short_name = "{id}"
[[sources]]
name = "sis"
kind = "{kind}"
mappings = [{mappings}]
[sources.settings]
{settings}
"""
CSV_DROP = """
folder = "drop/{id}"
complete = "done-file"
[sources.settings.streams.organisaties]
file = "organisaties.csv"
key = ["code"]
[sources.settings.streams.modules]
file = "modules.csv"
key = ["code"]
[sources.settings.streams.aanbod]
file = "aanbod.csv"
key = ["code"]
"""


class School:
    """The files of one school and of the gateway's configuration, in a folder of the test."""

    def __init__(self, folder: Path, identifier: str = "roc-a", brin: str = "99AA", oin: int = 1) -> None:
        self.folder = folder
        self.id, self.brin, self.oin = identifier, brin, oin
        self.drop = folder / "drop" / identifier
        self.drop.mkdir(parents=True, exist_ok=True)
        self.mappings = folder / "members" / identifier
        self.mappings.mkdir(parents=True, exist_ok=True)
        self.file = folder / "members" / f"{identifier}.toml"
        (folder / "federation.toml").write_text(FEDERATION)
        mappings = {"organizations": ORGANIZATIONS, "courses": COURSES, "offerings": OFFERINGS}
        self.source("csv_drop", CSV_DROP.format(id=identifier), mappings)
        self.organizations([("O1", brin, "ROC A", "")])
        self.courses(self.some_courses(20))
        self.offerings([(f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027") for n in range(20)])

    def source(self, kind: str, settings: str, mappings: Mapping[str, str]) -> None:
        """Let the school have this source instead of its own; mappings are texts by the names of their files."""
        names = ", ".join(f'"{name}.toml"' for name in mappings)
        self.file.write_text(
            MEMBER.format(
                id=self.id, brin=self.brin, oin=self.oin, kind=kind, mappings=names, settings=settings.strip()
            )
        )
        for name, mapping in mappings.items():
            (self.mappings / f"{name}.toml").write_text(mapping)

    def limit(self, max_bytes: int) -> None:
        """Let the member refuse files and answers above so many bytes."""
        limits = f"[limits]\nmax_bytes = {max_bytes}\n[[sources]]"
        self.file.write_text(self.file.read_text().replace("[[sources]]", limits, 1))

    @staticmethod
    def some_courses(number: int, title: str = "Module") -> list[Sequence[str]]:
        return [(f"M{n}", f"{title} {n}", f"Over module {n}", "3", "240", "O1") for n in range(number)]

    def organizations(self, rows: Sequence[Sequence[str]]) -> None:
        self.write("organisaties", ("code", "brin", "naam", "ouder"), rows)

    def courses(self, rows: Sequence[Sequence[str]]) -> None:
        self.write("modules", ("code", "titel", "omschrijving", "niveau", "sbu", "organisatie"), rows)

    def offerings(self, rows: Sequence[Sequence[str]]) -> None:
        self.write("aanbod", ("code", "titel", "module", "begin", "eind"), rows)

    def write(self, name: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        with (self.drop / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(header)
            writer.writerows(rows)
        self.deliver()

    def deliver(self) -> None:
        """Say that the drop is complete."""
        (self.drop / "drop.done").touch()


class Gateway:
    """The services of a gateway on a test's database."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        self.deps = Deps(database, Settings(), self.clock, RandomIds())

    async def apply(self) -> int:
        document = members.check(self.folder, self.deps.settings, self.clock)
        async with self.deps.database.transaction() as session:
            generation, _ = await members.apply(session, document, by="test", clock=self.clock)
        return generation

    async def sync(self, member: str = "roc-a", **options: Any) -> RunResult:
        self.clock.move(60)
        return await synchronise(self.deps, member, reason="command", **options)

    async def rows(self, sql: str, **parameters: Any) -> list[Any]:
        async with self.deps.database.transaction() as session:
            return list((await session.execute(text(sql), parameters)).all())

    async def published(self, resource: str) -> list[str]:
        rows = await self.rows(
            "SELECT source_key FROM catalogue_resources WHERE resource = :resource ORDER BY source_key",
            resource=resource,
        )
        return [row.source_key for row in rows]

    async def body(self, resource: str, key: str) -> dict[str, Any]:
        """The published body of the one resource with this key."""
        rows = await self.rows(
            "SELECT body FROM catalogue_bodies b JOIN catalogue_resources c USING (id)"
            " WHERE c.resource = :resource AND c.source_key = :key",
            resource=resource,
            key=key,
        )
        assert len(rows) == 1, (resource, key)
        body: dict[str, Any] = orjson.loads(rows[0].body)
        return body

    async def everything_published(self) -> list[Any]:
        """All published resources with their bodies, in an order that does not change."""
        return await self.rows(
            "SELECT r.resource, r.source_key, r.id, r.refs, b.body FROM catalogue_resources r"
            " JOIN catalogue_bodies b USING (id) ORDER BY 1, 2, 3"
        )

    async def everything_stored(self) -> str:
        """Every row of every table of the database as one text, bytes decoded."""
        tables = await self.rows(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        found = []
        for table in tables:
            for row in await self.rows(f'SELECT * FROM "{table.table_name}"'):
                for name, value in row._mapping.items():
                    if name == "digest":
                        continue  # bytes of chance
                    is_bytes = isinstance(value, bytes | memoryview)
                    readable = bytes(value).decode("utf-8", "replace") if is_bytes else value
                    found.append(f"{table.table_name}: {readable!s}")
        return "\n".join(found)

    @staticmethod
    def failed(result: RunResult) -> list[tuple[str, str]]:
        """The streams that failed, each with the code of its failure."""
        return [(failure["stream"], failure["code"]) for failure in result.failures]

    @staticmethod
    def codes(result: RunResult) -> dict[str, int]:
        """How often each code was said, the notes about defaults aside."""
        counts: dict[str, Any] = result.counts or {}
        return {code: number for code, number in counts["codes"].items() if code != "REQ002"}


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


@pytest.fixture
async def gateway(database: Database, school: School) -> Gateway:
    """A gateway with the school's configuration applied."""
    made = Gateway(database, school.folder)
    await made.apply()
    return made


@pytest.fixture
def another_school() -> type[School]:
    """For tests with more than one school: call it with the folder and other identifiers."""
    return School
