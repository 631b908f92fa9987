"""Sync on a real database: what is published, what is refused, what waits, what survives."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from gateway.catalogue.sync import comparing, reporting, service
from gateway.errors import Conflict, NotFound
from gateway.members import service as members


def codes(report: Any) -> dict[str, int]:
    found: dict[str, int] = report.counts["codes"]
    return {code: number for code, number in found.items() if not code.startswith("REQ")}


async def test_a_first_sync_publishes_everything_with_bodies_ready(gateway: Any) -> None:
    result = await gateway.sync()

    assert result.state == "published"
    assert len(await gateway.published("Course")) == 20
    body = (
        await gateway.rows(
            "SELECT body FROM catalogue_bodies b JOIN catalogue_resources c USING (id) WHERE c.source_key = 'M3'"
        )
    )[0].body
    course = orjson.loads(body)
    assert course["name"] == [{"language": "nl-NL", "value": "Module 3"}]
    assert course["studyLoad"] == {"studyLoadUnit": "sbu", "value": 240}
    organization = (await gateway.rows("SELECT id FROM catalogue_resources WHERE resource = 'Organization'"))[0].id
    assert course["organization"] == str(organization)


async def test_ids_stay_the_same_from_run_to_run(gateway: Any, school: Any) -> None:
    await gateway.sync()
    before = await gateway.rows("SELECT resource, source_key, id FROM catalogue_resources ORDER BY 1, 2")
    school.courses(school.some_courses(20, "Vak"))
    await gateway.deps.database.dispose()

    result = await gateway.sync()

    assert [hold.resource for hold in result.holds] == ["Course"]
    await service.approve(gateway.deps, result.run, by="beheerder", reason="nieuwe namen")
    after = await gateway.rows("SELECT resource, source_key, id FROM catalogue_resources ORDER BY 1, 2")
    assert after == before


async def test_a_sync_without_changes_says_so_and_leaves_the_generation(gateway: Any) -> None:
    await gateway.sync()
    before = await gateway.rows("SELECT generation FROM catalogue_generation")

    result = await gateway.sync()

    assert result.state == "unchanged"
    assert await gateway.rows("SELECT generation FROM catalogue_generation") == before
    snapshot = (await gateway.rows("SELECT published_at, verified_at FROM member_snapshots"))[0]
    assert snapshot.verified_at > snapshot.published_at


async def test_one_changed_row_changes_one_resource_and_one_change(gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.courses([*school.some_courses(19), ("M19", "Iets anders", "", "4", "6,5", "O1")])

    result = await gateway.sync()

    assert (result.counts["added"], result.counts["changed"], result.counts["deleted"]) == (0, 1, 0)
    changes = await gateway.rows("SELECT kind, subject FROM changes ORDER BY id DESC LIMIT 2")
    assert changes[0].kind == "updated"
    assert changes[0].subject.startswith("Course/")
    assert changes[1].kind == "created"


async def test_a_delete_of_more_than_a_tenth_waits_for_a_person(gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.courses(school.some_courses(20)[:10])
    school.offerings([(f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027") for n in range(10)])

    result = await gateway.sync()

    assert result.state == "held"
    assert len(await gateway.published("Course")) == 20
    listed = await comparing.changes(gateway.deps, "roc-a", limit=100)
    assert [change.kind for change in listed] == ["gone"] * 20

    await service.approve(gateway.deps, result.run, by="beheerder", reason="klopt")

    assert len(await gateway.published("Course")) == 10
    assert len(await gateway.published("CourseOffering")) == 10
    with pytest.raises(Conflict):
        await service.approve(gateway.deps, result.run, by="beheerder", reason="nog eens")


async def test_a_rejected_sync_leaves_the_snapshot_and_no_staging(gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.courses(school.some_courses(20)[:10])
    result = await gateway.sync()

    await service.reject(gateway.deps, result.run, by="beheerder", reason="halve export")

    assert len(await gateway.published("Course")) == 20
    assert await gateway.rows("SELECT 1 FROM staged_resources") == []
    with pytest.raises(Conflict):
        await service.reject(gateway.deps, result.run, by="beheerder", reason="nog eens")


async def test_a_later_sync_takes_the_place_of_one_that_waits(gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.courses(school.some_courses(20)[:10])
    held = await gateway.sync()
    school.courses(school.some_courses(20))

    result = await gateway.sync()

    assert result.state == "unchanged"
    with pytest.raises(Conflict):
        await service.approve(gateway.deps, held.run, by="beheerder", reason="te laat")
    assert len(await gateway.published("Course")) == 20


async def test_fewer_than_five_deletions_do_not_wait(gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.courses(school.some_courses(20)[:16])
    school.offerings([(f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027") for n in range(16)])

    assert (await gateway.sync()).state == "published"
    assert len(await gateway.published("Course")) == 16


@pytest.mark.parametrize("content", [b"", b"code;titel;omschrijving;niveau;sbu;organisatie\r\n", b"\xef\xbb\xbf"])
async def test_an_empty_or_header_only_file_never_replaces_a_snapshot(
    gateway: Any, school: Any, content: bytes
) -> None:
    await gateway.sync()
    (school.drop / "modules.csv").write_bytes(content)

    result = await gateway.sync()

    assert len(await gateway.published("Course")) == 20
    assert len(await gateway.published("CourseOffering")) == 20  # their courses are still there
    assert [failure["stream"] for failure in result.failures] == ["modules"]


async def test_a_missing_file_fails_its_stream_only(gateway: Any, school: Any) -> None:
    await gateway.sync()
    (school.drop / "modules.csv").unlink()
    school.organizations([("O1", "99AA", "ROC Anders", "")])

    result = await gateway.sync()

    assert [failure["stream"] for failure in result.failures] == ["modules"]
    assert len(await gateway.published("Course")) == 20
    names = await gateway.rows("SELECT search_name FROM catalogue_resources WHERE resource = 'Organization'")
    assert "roc anders" in names[0].search_name


async def test_rows_with_faults_are_said_and_the_others_published(gateway: Any, school: Any) -> None:
    rows = school.some_courses(20)
    rows[1] = ("M1", "Module 1", "burger 123456782 erin", "3", "240", "O1")  # passes the eleven-test
    rows[2] = ("M2", "", "", "3", "240", "O1")
    rows[3] = ("M4", "Dubbel", "", "3", "240", "O1")
    rows[5] = ("M5", "Module 5", "", "9", "veel", "O9")
    school.courses(rows)
    school.offerings(
        [
            ("A1", "Aanbod", "M1", "01-02-2027", "12-04-2027"),
            ("A2", "Onmogelijk", "M4", "31-02-2026", "12-04-2027"),
            ("A4", "Vier", "M4", "01-02-2027", "12-04-2027"),
        ]
    )

    result = await gateway.sync()

    assert result.state == "published"
    found = codes(result)
    assert found["PRIV001"] == 1
    assert found["ROW003"] == 1
    assert found["MAP002"] == 1
    assert found["MAP003"] == 1
    assert found["REF002"] == 1  # organisation O9
    assert found["REF001"] == 1  # A1: its course was refused
    assert await gateway.published("CourseOffering") == ["A4"]
    everything = await gateway.rows("SELECT * FROM sync_findings")
    assert not [row for row in everything if "123456782" in str(row)]


async def test_a_reference_to_nothing_is_left_out_of_the_body(gateway: Any, school: Any) -> None:
    school.courses([*school.some_courses(19), ("M19", "Los", "", "3", "240", "O9")])
    await gateway.sync()

    body = (
        await gateway.rows(
            "SELECT body FROM catalogue_bodies b JOIN catalogue_resources c USING (id) WHERE c.source_key = 'M19'"
        )
    )[0].body
    assert "organization" not in orjson.loads(body)


async def test_a_circle_of_parents_is_broken_and_said(gateway: Any, school: Any) -> None:
    school.organizations(
        [("O1", "99AA", "Een", "O2"), ("O2", "", "Twee", "O3"), ("O3", "", "Drie", "O1"), ("O4", "", "Vier", "O1")]
    )

    result = await gateway.sync()

    assert codes(result)["REF003"] == 3
    bodies = [
        orjson.loads(row.body)
        for row in await gateway.rows(
            "SELECT body FROM catalogue_bodies b JOIN catalogue_resources c USING (id)"
            " WHERE c.resource = 'Organization'"
        )
    ]
    assert sorted("parent" in body for body in bodies) == [False, False, False, True]


async def test_two_syncs_of_one_member_at_once_never_overlap(gateway: Any) -> None:
    outcomes = await asyncio.gather(*(gateway.sync() for _ in range(4)), return_exceptions=True)

    ended = [outcome.state for outcome in outcomes if not isinstance(outcome, BaseException)]
    refused = [outcome for outcome in outcomes if isinstance(outcome, Conflict)]
    assert len(ended) + len(refused) == 4
    assert ended.count("published") == 1
    assert len(await gateway.published("Course")) == 20


async def test_a_dry_run_publishes_nothing_and_says_what_would_change(gateway: Any) -> None:
    result = await gateway.sync(dry_run=True)

    assert result.state == "dry-run"
    assert result.counts["added"] == 41
    assert await gateway.published("Course") == []
    assert await gateway.rows("SELECT 1 FROM staged_resources") == []


async def test_a_copied_uuid_leaves_its_first_owner_unchanged(
    gateway: Any, school: Any, another_school: Any, tmp_path: Path
) -> None:
    stolen = "0b7e6a52-54a5-4f3c-9f57-3f0a3a5e7a11"
    school.courses([*school.some_courses(19), (stolen, "Van A", "", "3", "240", "O1")])
    other = another_school(tmp_path, "roc-b", "99BB", 2)
    other.courses([(stolen, "Van B", "", "3", "240", "O1")])
    other.offerings([("A1", "Aanbod", stolen, "01-02-2027", "12-04-2027")])
    await gateway.apply()
    await gateway.sync("roc-a")

    await gateway.sync("roc-b")
    await gateway.sync("roc-b")

    owners = await gateway.rows(
        "SELECT member, id, refs FROM catalogue_resources WHERE source_key = :key ORDER BY member", key=stolen
    )
    assert [str(owner.id) == stolen for owner in owners] == [True, False]
    offering = await gateway.rows("SELECT refs FROM catalogue_resources WHERE member = 'roc-b' AND source_key = 'A1'")
    assert offering[0].refs["course"] == [str(owners[1].id)]


async def test_an_unknown_member_is_not_found(gateway: Any) -> None:
    with pytest.raises(NotFound):
        await gateway.sync("roc-z")


async def test_a_source_taken_out_of_the_configuration_takes_its_resources_along(gateway: Any, school: Any) -> None:
    await gateway.sync()
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace(', "offerings.toml"', ""))
    await gateway.apply()

    held = await gateway.sync()

    assert held.state == "held"
    await service.approve(gateway.deps, held.run, by="beheerder", reason="weg")
    assert await gateway.published("CourseOffering") == []


async def test_a_wrong_file_is_refused_as_a_whole_with_file_and_line(gateway: Any, school: Any) -> None:
    before = await gateway.rows("SELECT generation FROM configurations")
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace('brin = "99AA"', 'brin = "9AA"').replace('"csv_drop"', '"csv_dorp"'))
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text().replace("decimal(sbu)", "decimaal(sbu)"))

    with pytest.raises(members.ConfigurationRefused) as refused:
        await gateway.apply()

    faults = [(fault.file, fault.line) for fault in refused.value.faults]
    assert ("members/roc-a.toml", 4) in faults
    assert await gateway.rows("SELECT generation FROM configurations") == before


@pytest.mark.parametrize(
    ("point", "published"),
    [
        ("stage.batch", 0),
        ("publish.before-apply", 0),
        ("publish.applied", 0),
        ("publish.before-commit", 0),
        ("publish.committed", 20),
    ],
)
async def test_a_process_killed_anywhere_leaves_the_snapshot_before_or_after(
    gateway: Any, school: Any, database_url: str, point: str, published: int
) -> None:
    environment = {**os.environ, "DATABASE_URL": database_url, "GATEWAY_FAILPOINTS": f"{point}=kill"}
    command = [sys.executable, "-m", "gateway.cli", "sync", "roc-a", "--json"]

    killed = await asyncio.to_thread(subprocess.run, command, env=environment, capture_output=True, timeout=60)

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert len(await gateway.published("Course")) == published
    assert len(await gateway.published("CourseOffering")) == published
    result = await gateway.sync()
    assert result.state == ("unchanged" if published else "published")
    assert len(await gateway.published("Course")) == 20
    assert await gateway.rows("SELECT 1 FROM staged_resources") == []
    states = [row.state for row in await gateway.rows("SELECT state FROM sync_runs ORDER BY requested_at")]
    assert "running" not in states


async def test_the_report_names_row_reason_and_remedy_in_two_languages(gateway: Any, school: Any) -> None:
    school.courses([*school.some_courses(19), ("M19", "Los", "<b>vet</b>", "9", "240", "O1")])
    await gateway.sync()
    async with gateway.deps.database.transaction() as session:
        configuration = await members.current(session)
        report = await reporting.report_of(session, configuration.members[0])

    lines = list(reporting.lines(report))
    finding = next(line for line in lines if line["kind"] == "finding" and line["code"] == "MAP003")
    assert (finding["place"], finding["row"], finding["key"]) == ("modules.csv", 21, "M19")
    assert "niveau" in finding["message"]["nl"]
    assert finding["hint"]["en"]
    page = reporting.page(report, "nl")
    assert "modules.csv:21" in page
    assert report.defaulted["Course.teachingLanguage"] == 20
