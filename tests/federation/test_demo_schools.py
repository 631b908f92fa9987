"""The adapters read the demonstration's schools, and find exactly the mistakes that were planted."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import jmespath
import pytest

from adapters.contract import Adapter, AdapterContext, Fault, Record, SecretReference, StreamSpec, adapter_kinds
from adapters.errors import ConfigurationInvalid, SourceBroke, SourceMalformed, SourceUnreachable
from adapters.findings import FINDINGS, Finding, Severity
from adapters.mapping import Mapped, Mapper, load_mapping
from adapters.sql import SqlAdapter
from adapters.sql.config import SqlConfig
from demo.data import faults
from demo.data.model import School
from demo.prepare import SEED, Workspace, write_configuration, write_schools
from demo.schools import sql_school
from demo.schools.ooapi_document import collection_of, identifier
from gateway.catalogue.sync.service import Deps, findings_of, synchronise
from gateway.clock import FakeClock
from gateway.ids import CountingIds
from gateway.members import service as members
from gateway.settings import Settings
from gateway.storage import Database
from ooapi_specs.identity import derive_id

SECRET = "not-a-secret"  # of a process that this test starts
PERSONAL = ("persons", "program-offering-associations", "course-offering-associations")


class Running:
    """The demonstration's systems while a test runs."""

    def __init__(self, workspace: Workspace, schools: tuple[School, ...], ports: dict[str, int]) -> None:
        self.workspace = workspace
        self.schools = {school.id: school for school in schools}
        self.ports = ports
        self._reports: dict[str, Report] = {}

    def member(self, member: str) -> dict[str, Any]:
        return tomllib.loads((self.workspace.config / "members" / f"{member}.toml").read_text())

    def adapter(self, member: str) -> Adapter:
        source = self.member(member)["sources"][0]
        kind = adapter_kinds()[source["kind"]]
        return kind(kind.config_model(**source["settings"]), self.context(member, source["name"]))

    def context(self, member: str, source: str) -> AdapterContext:
        loop = asyncio.get_running_loop()
        return AdapterContext(
            member=member,
            source=source,
            base=self.workspace.root,
            now=lambda: datetime(2026, 11, 2, 12, tzinfo=UTC),
            monotonic=loop.time,
            sleep=asyncio.sleep,
            random=random.Random(1),
            secret=_secret,
            allow_private_addresses=True,
        )

    def mappers(self, member: str) -> dict[str, Mapper]:
        """By the name of the mapping file, which is the stream's name in the standard."""
        found = {}
        for name in self.member(member)["sources"][0]["mappings"]:
            text = (self.workspace.config / "members" / member / name).read_text()
            mapping = load_mapping(text, name=name)
            found[name.removesuffix(".toml")] = Mapper(
                mapping, identify=partial(derive_id, member), today=date(2026, 11, 2)
            )
        return found

    def behave(self, **wish: object) -> None:
        """Tell school C how to fail."""
        answer = httpx2.put(f"http://127.0.0.1:{self.ports['adminPort']}/behaviour", json=wish, timeout=10)
        assert answer.status_code == 200, answer.text

    def report(self, member: str) -> Report:
        """The whole catalogue of a member, read once for all tests."""
        if member not in self._reports:
            self._reports[member] = asyncio.run(_report(self, member))
        return self._reports[member]


def _secret(reference: SecretReference) -> str:
    return Path(str(reference).removeprefix("file:")).read_text().strip()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    workspace = Workspace(tmp_path_factory.mktemp("demo"))
    schools = write_schools(workspace, random.Random(SEED), secret=SECRET)
    files = ["--data", str(workspace.school_c_document), "--secret-file", str(workspace.school_c_secret_file)]
    command = [sys.executable, "-m", "demo.schools.ooapi_school", *files]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ports = json.loads(process.stdout.readline())
            school_c_url = f"http://127.0.0.1:{ports['port']}"
            write_configuration(workspace, public_url="http://127.0.0.1:8000", school_c_url=school_c_url)
            yield Running(workspace, schools, ports)
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture
def failing(running: Running) -> Iterator[Running]:
    """The same, for tests that make school C fail; it behaves again afterwards."""
    yield running
    running.behave(mode="normal")


class Report:
    """Everything of one member's catalogue: resources, findings of rows, and double keys."""

    def __init__(self) -> None:
        self.mapped: dict[str, dict[str, Mapped]] = {}
        self.found: set[tuple[str, str | None, str]] = set()  # stream, key, code
        self.findings: list[Finding] = []
        self.doubles: set[tuple[str, str | None, str]] = set()


async def _report(running: Running, member: str) -> Report:
    report = Report()
    mappers = running.mappers(member)
    async with running.adapter(member) as adapter:
        personal = {spec.name for spec in adapter.streams() if spec.personal}
        for mapper in mappers.values():
            stream = mapper.mapping.stream
            if stream not in personal:
                await _read(adapter, mapper, report)
    return report


async def _read(adapter: Adapter, mapper: Mapper, report: Report) -> None:
    stream = mapper.mapping.stream
    resources = report.mapped.setdefault(stream, {})
    columns = mapper.mapping.columns
    async for item in adapter.read(stream, columns=columns):
        if isinstance(item, Fault):
            report.found.add((stream, item.key, item.code))
        if not isinstance(item, Record):
            continue
        mapped = mapper.map(item)
        if mapped is None:
            continue
        if mapped.key in resources:
            report.doubles.add((stream, mapped.key, "ROW003"))
        report.findings += mapped.findings
        report.found |= {(stream, finding.key or None, finding.code) for finding in mapped.findings}
        if mapped.body is not None:
            resources[mapped.key] = mapped


def _key(planted: faults.Fault | faults.Quirk, key: str | None) -> str | None:
    """The key as the source has it: at the OOAPI endpoint an id."""
    if planted.school != "klaverkust" or key is None:
        return key
    return identifier(planted.school, collection_of(planted.stream), key)


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
def test_each_school_reports_exactly_the_planted_mistakes(running: Running, member: str) -> None:
    report = running.report(member)
    planted = [fault for fault in faults.FAULTS if fault.school == member]
    seen = {(fault.stream, _key(fault, fault.reported_key), fault.code) for fault in planted if fault.step != "check"}
    assert report.found == seen
    assert report.doubles == {
        (fault.stream, _key(fault, fault.key), fault.code)
        for fault in planted
        if fault.step == "check" and fault.change == "double"
    }


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
def test_oddities_that_are_no_mistakes_pass_unchanged(running: Running, member: str) -> None:
    report = running.report(member)
    for quirk in (quirk for quirk in faults.QUIRKS if quirk.school == member):
        mapped = report.mapped[quirk.stream].get(_key(quirk, quirk.key) or "")
        if quirk.absent:
            assert mapped is None, quirk
        else:
            assert mapped is not None, quirk
            assert jmespath.search(quirk.path, mapped.value) == quirk.expected


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
def test_only_planted_references_are_left_dangling(running: Running, member: str) -> None:
    report = running.report(member)
    there = {mapped.id for stream in report.mapped.values() for mapped in stream.values()}
    dangling = {
        (stream, mapped.key)
        for stream, resources in report.mapped.items()
        for mapped in resources.values()
        for reference in mapped.references
        if reference.id not in there
    }
    planted = [fault for fault in faults.FAULTS if fault.school == member and fault.code.startswith("REF00")]
    assert dangling == {(fault.stream, _key(fault, fault.key)) for fault in planted if fault.code != "REF003"}


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
def test_the_catalogue_holds_what_the_school_has(running: Running, member: str) -> None:
    report = running.report(member)
    by_mapping = {name: mapper.mapping.stream for name, mapper in running.mappers(member).items()}
    counts = running.schools[member].counts()
    for name in set(by_mapping) - set(PERSONAL) - {"coordinators"}:
        stream = by_mapping[name]
        # An extra row whose only mistake is a reference is a resource; the other extra rows are refused.
        extra = [
            fault
            for fault in faults.FAULTS
            if (fault.school, fault.stream, fault.change) == (member, stream, "extra") and fault.code.startswith("REF")
        ]
        assert len(report.mapped[stream]) == counts[name] + len(extra), name


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
async def test_check_finds_nothing_wrong_with_the_sources(running: Running, member: str) -> None:
    async with running.adapter(member) as adapter:
        report = await adapter.check()
    assert report.ok, [(item.name, item.text.en) for item in report.items if not item.ok]


# -- persons --------------------------------------------------------------------------------------------------------


def _lookup_column(spec: StreamSpec) -> str:
    return "primaryCode" if "primaryCode" in spec.lookup_by else spec.lookup_by[0]


async def _person(running: Running, member: str, number: str) -> dict[str, list[Mapped]]:
    """The person, the programme enrolments and the courses of one student, as the gateway would see them."""
    found: dict[str, list[Mapped]] = {}
    mappers = running.mappers(member)
    async with running.adapter(member) as adapter:
        specs = {spec.name: spec for spec in adapter.streams()}
        for name in PERSONAL:
            mapper = mappers[name]
            spec = specs[mapper.mapping.stream]
            # copy = true names no columns: what the standard asks of a person and an association is enough
            columns = mapper.mapping.columns or _COPIED[name]
            async for record in adapter.lookup(spec.name, {_lookup_column(spec): number}, columns=columns):
                mapped = mapper.map(record)
                assert mapped is not None
                found.setdefault(name, []).append(mapped)
    return found


_COPIED = {
    "persons": (
        "primaryCode", "givenName", "surnamePrefix", "surname", "displayName", "initials", "activeEnrollment",
        "affiliations", "mail",
    ),
    "program-offering-associations": ("associationType", "role", "state", "person", "offering", "result", "ext"),
    "course-offering-associations": ("associationType", "role", "state", "person", "offering", "result", "ext"),
}  # fmt: skip


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
async def test_a_student_is_found_with_enrolments_and_results(running: Running, member: str) -> None:
    school = running.schools[member]
    student = school.students[3]
    found = await _person(running, member, student.number)
    (person,) = found["persons"]
    assert person.value["surname"] == student.surname
    assert person.value["mail"] == student.mail
    assert person.value["activeEnrollment"] is student.active
    assert len(found["program-offering-associations"]) == 2  # the second is for next year
    marks = [mark for mark in school.marks if mark.student == student.number]
    courses = found["course-offering-associations"]
    assert len(courses) == len(marks)
    scores = sorted(course.value["result"]["score"] for course in courses if "result" in course.value)
    assert scores == sorted(mark.value for mark in marks if mark.value is not None)
    for mapped in (person, *found["program-offering-associations"], *courses):
        assert mapped.body is not None, mapped.findings
        assert mapped.findings == ()


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
async def test_an_unknown_student_number_finds_nobody(running: Running, member: str) -> None:
    assert await _person(running, member, "1") == {}


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
def test_what_may_never_be_read_does_not_come_out(running: Running, member: str) -> None:
    school = running.schools[member]
    bodies = b""
    for student in school.students[:5]:
        for resources in asyncio.run(_person(running, member, student.number)).values():
            bodies += b"".join(mapped.body or b"" for mapped in resources)
    report = running.report(member)
    for catalogue in report.mapped.values():
        bodies += b"".join(mapped.body or b"" for mapped in catalogue.values())
    text = bodies.decode()
    for student in school.students:
        assert student.bsn not in text
    for never in ("landse", "Nergensstraat", "0000 ZZ", "NL00TEST", '"gender"', '"nationality"', faults.EXAMPLE_BSN):
        assert never not in text, never
    assert not any(faults.EXAMPLE_BSN in finding.message.en for finding in report.findings)


@pytest.mark.parametrize("member", ["wilgenstroom", "zandermeer", "klaverkust"])
async def test_persons_are_never_read_whole(running: Running, member: str) -> None:
    async with running.adapter(member) as adapter:
        for spec in adapter.streams():
            if spec.personal:
                with pytest.raises(ConfigurationInvalid):
                    _ = [item async for item in adapter.read(spec.name)]


# -- the endpoint that can fail -------------------------------------------------------------------------------------


async def _courses(running: Running) -> int:
    async with running.adapter("klaverkust") as adapter:
        return len([item async for item in adapter.read("courses") if isinstance(item, Record)])


async def test_a_web_page_instead_of_json_is_an_error_of_the_source(failing: Running) -> None:
    failing.behave(mode="html")
    with pytest.raises(SourceMalformed):
        await _courses(failing)


async def test_half_an_answer_is_never_taken_for_a_whole_one(failing: Running) -> None:
    before = await _courses(failing)
    failing.behave(mode="half", times=1)
    assert await _courses(failing) == before  # one more try helped
    failing.behave(mode="half")
    with pytest.raises((SourceMalformed, SourceUnreachable, SourceBroke)):
        await _courses(failing)


async def test_the_endpoint_can_go_away_and_come_back_on_the_same_port(failing: Running) -> None:
    before = await _courses(failing)
    failing.behave(mode="gone")
    with pytest.raises(SourceUnreachable):
        await _courses(failing)
    failing.behave(mode="normal")
    assert await _courses(failing) == before


async def test_persons_need_a_token_and_the_catalogue_does_not(running: Running) -> None:
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{running.ports['port']}", timeout=10) as client:
        assert (await client.get("/ooapi/v5/courses")).status_code == 200
        assert (await client.get("/ooapi/v5/persons")).status_code == 401
        wrong = {"grant_type": "client_credentials", "client_id": "ooapi-gateway", "client_secret": "guess"}
        assert (await client.post("/oauth/token", data=wrong)).status_code == 401
        assert (await client.get("/ooapi/v5/courses", params={"pageSize": "7"})).status_code == 400
        assert (await client.get("/ooapi/v5/courses/nobody")).status_code == 404


# -- the whole way --------------------------------------------------------------------------------------------------


async def test_the_report_of_a_sync_names_exactly_the_planted_mistakes(running: Running, database: Database) -> None:
    settings, clock = Settings(allow_private_addresses=True), FakeClock(datetime(2026, 11, 2, 12, tzinfo=UTC))
    deps = Deps(database, settings, clock, CountingIds())
    document = members.check(running.workspace.config, settings, clock)
    async with database.transaction() as session:
        await members.apply(session, document, by="test", clock=clock)
    for member in running.schools:
        result = await synchronise(deps, member, reason="command")
        assert result.state == "published", (member, result)
        async with database.transaction() as session:
            found = await findings_of(session, result.run)
        planted = [fault for fault in faults.FAULTS if fault.school == member]
        notes = [fault for fault in planted if FINDINGS[fault.code].severity is Severity.NOTE]
        assert sorted((finding.stream, finding.key or "", finding.code) for finding in found) == sorted(
            (fault.stream, _key(fault, fault.reported_key) or "", fault.code) for fault in planted if fault not in notes
        )
        assert result.counts is not None
        assert result.counts["codes"].get("REQ002", 0) == len(notes)  # notes are counted, not listed


async def test_the_same_tables_and_views_work_on_postgresql(empty_database: str, running: Running) -> None:
    school = running.schools["zandermeer"]
    sql_school.write(empty_database, school)
    sql_school.write(empty_database, school)  # a second time replaces the first
    config = SqlConfig.model_validate(
        {
            "database": empty_database,
            "streams": {"courses": {"view": "ooapi_course", "key": ["code"], "cursor": "changed_at"}},
        }
    )
    mapper = running.mappers("zandermeer")["courses"]
    async with SqlAdapter(config, running.context("zandermeer", "warehouse")) as adapter:
        records = [item async for item in adapter.read("courses") if isinstance(item, Record)]
    mapped = {item.key: item for item in map(mapper.map, records) if item is not None and item.body is not None}
    assert len(mapped) == school.counts()["courses"]
    here = (await _report(running, "zandermeer")).mapped["courses"]  # from SQLite
    assert {key: item.value for key, item in mapped.items()} == {key: item.value for key, item in here.items()}
