"""Syncs whose process, lock or database dies at any moment: the published catalogue is one whole snapshot, always.

The loop of killed processes takes about 40 seconds; ``SOAK_SHORT=1`` makes it 15, ``SOAK=1`` ten minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import os
import random
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from gateway.catalogue.sync import service
from gateway.catalogue.sync.service import Deps, RunResult, synchronise
from gateway.clock import FakeClock, SystemClock
from gateway.errors import Conflict, StoreUnavailable
from gateway.ids import RandomIds
from gateway.members import service as members
from gateway.settings import Settings
from gateway.storage import Database, EmbeddedServer

SECONDS = 600.0 if os.environ.get("SOAK") == "1" else 15.0 if os.environ.get("SOAK_SHORT") == "1" else 40.0
ROWS = 10_000  # of courses, and as many offerings

pytestmark = pytest.mark.timeout(SECONDS * 2 + 240)

FEDERATION = """
id = "chaos"
name = { nl = "Proef", en = "Test" }
public_url = "http://127.0.0.1:8000"
contact_email = "beheer@gateway.example"
"""
MEMBER = """
id = "roc-a"
schac_home = "roc-a.example"
brin = "99AA"
oin = "00000000000000000001"
public = true
name = { nl = "roc-a", en = "roc-a" }
short_name = "roc-a"
[limits]
delete_share = @@SHARE@@
change_share = 1.0
[[sources]]
name = "sis"
kind = "csv_drop"
mappings = ["courses.toml", "offerings.toml"]
[sources.settings]
folder = "drop"
[sources.settings.streams.modules]
file = "modules.csv"
key = ["code"]
[sources.settings.streams.uitvoeringen]
file = "uitvoeringen.csv"
key = ["code"]
"""
COURSES = """
stream = "modules"
resource = "Course"
[fields]
primaryCode = "code('identifier', code)"
name = "language(titel)"
abbreviation = "text(code)"
description = "language(titel)"
teachingLanguage = "'nld'"
level = "'secondary vocational education 3'"
"""
OFFERINGS = """
stream = "uitvoeringen"
resource = "CourseOffering"
[fields]
primaryCode = "code('offeringCode', code)"
name = "language(titel)"
description = "language(titel)"
teachingLanguage = "'nld'"
course = "reference('Course', module)"
startDate = "'2027-02-01'"
endDate = "'2027-04-12'"
"""


class School:
    """One school with a drop. Every version of it has other names, and other keys at the end."""

    def __init__(self, folder: Path, share: float = 1.0) -> None:
        self.folder = folder
        self.drop = folder / "drop"
        self.drop.mkdir()
        own = folder / "members" / "roc-a"
        own.mkdir(parents=True)
        (folder / "federation.toml").write_text(FEDERATION)
        (folder / "members" / "roc-a.toml").write_text(MEMBER.replace("@@SHARE@@", str(share)))
        (own / "courses.toml").write_text(COURSES)
        (own / "offerings.toml").write_text(OFFERINGS)

    @staticmethod
    def keys(version: int, rows: int) -> list[int]:
        """Nine tenths stay for ever, the last tenth is another one in every version."""
        fixed = rows * 9 // 10
        return [*range(fixed), *range(rows * (version + 1), rows * (version + 1) + rows - fixed)]

    def deliver(self, version: int, rows: int = ROWS) -> None:
        numbers = self.keys(version, rows)
        self._write("modules", ("code", "titel"), ((f"M{n}", f"v{version}x module {n}") for n in numbers))
        offered = ((f"A{n}", f"v{version}x aanbod {n}", f"M{n}") for n in numbers)
        self._write("uitvoeringen", ("code", "titel", "module"), offered)
        (self.drop / "drop.done").touch()

    def _write(self, name: str, header: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
        # Renamed into its place: no reader of the drop ever sees half a file.
        part = self.drop / f"{name}.csv.part"
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=";")
            writer.writerow(header)
            writer.writerows(rows)
        part.replace(self.drop / f"{name}.csv")


class Gateway:
    """What a sync in this process needs, and questions to the database."""

    def __init__(self, database: Database, school: School) -> None:
        self.database = database
        self.clock = FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
        self.deps = Deps(database, Settings(), self.clock, RandomIds())
        self.school = school

    async def apply(self) -> None:
        document = members.check(self.school.folder, self.deps.settings, self.clock)
        async with self.database.transaction() as session:
            await members.apply(session, document, by="test", clock=self.clock)

    async def sync(self, **options: Any) -> RunResult:
        self.clock.move(60)
        return await synchronise(self.deps, "roc-a", reason="command", **options)

    async def rows(self, sql: str, **parameters: Any) -> list[Any]:
        async with self.database.snapshot() as session:
            return list((await session.execute(text(sql), parameters)).all())

    async def versions(self) -> set[str]:
        """The versions that one look at the published catalogue shows, in its index and in its bodies."""
        found = await self.rows(
            "SELECT split_part(name_key, 'x', 1) AS word FROM catalogue_resources UNION"
            " SELECT 'v01' || (regexp_match(convert_from(body, 'UTF8'), '\"v(\\d+)x '))[1] FROM catalogue_bodies"
        )
        return {f"v{int(row.word[3:])}" for row in found}

    async def published_keys(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {"Course": set(), "CourseOffering": set()}
        for row in await self.rows("SELECT resource, source_key FROM catalogue_resources"):
            found[row.resource].add(row.source_key)
        return found

    async def check_whole(self, rows: int, allowed: set[int]) -> int:
        """The published version, after proving that it is one of these and complete. -1: nothing is published."""
        versions = await self.versions()
        if not versions:
            assert -1 in allowed
            assert await self.rows("SELECT 1 FROM catalogue_bodies LIMIT 1") == []
            return -1
        assert len(versions) == 1, versions
        version = int(versions.pop()[1:])
        assert version in allowed
        keys = self.school.keys(version, rows)
        published = await self.published_keys()
        assert published == {"Course": {f"M{n}" for n in keys}, "CourseOffering": {f"A{n}" for n in keys}}
        orphans = await self.rows(
            "SELECT (SELECT count(*) FROM catalogue_resources r WHERE NOT EXISTS"
            " (SELECT 1 FROM catalogue_bodies b WHERE b.id = r.id AND b.version = 5)) AS without,"
            " (SELECT count(*) FROM catalogue_bodies b WHERE NOT EXISTS"
            " (SELECT 1 FROM catalogue_resources r WHERE r.id = b.id)) AS left_over,"
            " (SELECT count(*) FROM catalogue_resources r WHERE r.resource = 'CourseOffering' AND NOT EXISTS"
            " (SELECT 1 FROM catalogue_resources c WHERE c.id = (r.refs -> 'course' ->> 0)::uuid)) AS dangling"
        )
        assert tuple(orphans[0]) == (0, 0, 0)
        return version

    async def check_changes(self) -> None:
        """Replaying the changes from the beginning gives exactly what is published, in its latest form."""
        replayed: dict[str, str] = {}
        for row in await self.rows("SELECT kind, subject, payload FROM changes ORDER BY id"):
            if row.kind == "deleted":
                assert row.subject in replayed, "deleted, but it was not there"
                del replayed[row.subject]
            else:
                assert (row.kind == "updated") == (row.subject in replayed), (row.kind, row.subject)
                replayed[row.subject] = row.payload["digest"]
        published = await self.rows(
            "SELECT resource || '/' || id AS subject, encode(digest, 'hex') AS digest FROM catalogue_resources"
        )
        assert replayed == {row.subject: row.digest for row in published}

    async def check_clean(self) -> None:
        """Nothing of earlier runs is left."""
        for table in ("staged_resources", "staged_tombstones"):
            assert await self.rows(f"SELECT 1 FROM {table} LIMIT 1") == [], table
        assert await self.rows("SELECT id FROM sync_runs WHERE state IN ('running', 'queued')") == []

    async def lock_is_free(self) -> bool:
        held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 711002"
        return await self.rows(held) == []

    async def wait_for_free_lock(self) -> None:
        async with asyncio.timeout(20):
            while not await self.lock_is_free():  # noqa: ASYNC110 - another process lets it go
                await asyncio.sleep(0.1)


@pytest.fixture
async def gateway(database: Database, tmp_path: Path) -> Gateway:
    made = Gateway(database, School(tmp_path))
    await made.apply()
    return made


async def start_sync(database_url: str, *arguments: str) -> asyncio.subprocess.Process:
    environment = {**os.environ, "DATABASE_URL": database_url}
    command = arguments or ("sync", "roc-a", "--json")
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway.cli",
        *command,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@contextlib.asynccontextmanager
async def reading(look: Callable[[], Any]) -> AsyncIterator[list[Any]]:
    """What ``look`` saw, again and again while the block runs."""
    seen: list[Any] = []
    stop = asyncio.Event()

    async def keep_looking() -> None:
        while not stop.is_set():
            seen.append(await look())
            await asyncio.sleep(0.05)

    task = asyncio.create_task(keep_looking())
    try:
        yield seen
    finally:
        stop.set()
        await task


# -- killed -----------------------------------------------------------------------------------------------------------
async def test_a_sync_killed_at_any_moment_leaves_one_whole_snapshot(gateway: Gateway, database_url: str) -> None:
    loop, chance = asyncio.get_running_loop(), random.Random(711)
    clock = SystemClock()
    gateway.school.deliver(0)
    started = clock.monotonic()
    whole = await start_sync(database_url)
    output, said = await whole.communicate()
    assert whole.returncode == 0, said.decode()
    assert orjson.loads(output)[0]["state"] == "published"
    longest = clock.monotonic() - started
    published, version, killed = 0, 0, 0
    until = loop.time() + SECONDS
    async with reading(gateway.versions) as seen:
        while loop.time() < until or not killed:
            version += 1
            gateway.school.deliver(version)
            process = await start_sync(database_url)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(chance.uniform(0.1, 1.1) * longest):
                    await process.wait()
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                killed += 1
            await process.communicate()
            await gateway.wait_for_free_lock()
            published = await gateway.check_whole(ROWS, {published, version})
            await gateway.check_changes()

    last = await gateway.sync()

    assert last.state == ("unchanged" if published == version else "published")
    await gateway.check_whole(ROWS, {version})
    await gateway.check_changes()
    await gateway.check_clean()
    assert await gateway.lock_is_free()
    assert killed
    assert all(len(versions) == 1 for versions in seen)
    numbers = [int(next(iter(versions))[1:]) for versions in seen]
    assert numbers == sorted(numbers)  # no reader ever went back in time


async def test_a_sync_that_is_cancelled_at_any_moment_gives_its_lock_back(gateway: Gateway) -> None:
    loop, chance = asyncio.get_running_loop(), random.Random(5)
    gateway.school.deliver(0, 2000)
    started = loop.time()
    await gateway.sync()
    longest = loop.time() - started
    published = 0
    for version in range(1, 9):
        gateway.school.deliver(version, 2000)
        task = asyncio.create_task(gateway.sync())
        await asyncio.sleep(chance.uniform(0, longest))
        task.cancel()
        await asyncio.wait([task])
        await gateway.wait_for_free_lock()
        published = await gateway.check_whole(2000, {published, version})

    gateway.school.deliver(9, 2000)
    assert (await gateway.sync()).state == "published"
    await gateway.check_whole(2000, {9})
    await gateway.check_changes()
    await gateway.check_clean()


async def test_readers_see_the_snapshot_before_or_after_never_both(gateway: Gateway) -> None:
    gateway.school.deliver(0, 2000)
    await gateway.sync()

    async with reading(gateway.versions) as seen:
        for version in range(1, 4):
            gateway.school.deliver(version, 2000)
            assert (await gateway.sync()).state == "published"

    assert {len(versions) for versions in seen} == {1}
    assert len({next(iter(versions)) for versions in seen}) >= 2
    await gateway.check_changes()


# -- two at once --------------------------------------------------------------------------------------------------
async def test_four_processes_that_sync_at_once_give_one_run_after_the_other(
    gateway: Gateway, database_url: str
) -> None:
    gateway.school.deliver(0, 2000)

    processes = [await start_sync(database_url) for _ in range(4)]
    ended = [(await process.communicate(), process.returncode) for process in processes]

    states = [orjson.loads(out)[0]["state"] for (out, _), status in ended if status == 0]
    refused = [orjson.loads(out)["code"] for (out, _), status in ended if status != 0]
    assert states.count("published") == 1
    assert set(states) <= {"published", "unchanged"}
    assert set(refused) <= {"conflict"}
    await gateway.check_whole(2000, {0})
    await gateway.check_changes()
    await gateway.check_clean()


async def test_approving_twice_at_once_publishes_once(gateway: Gateway, tmp_path: Path) -> None:
    gateway.school.deliver(0, 100)
    await gateway.sync()
    (tmp_path / "members" / "roc-a.toml").write_text(MEMBER.replace("@@SHARE@@", "0.01"))
    await gateway.apply()
    gateway.school.deliver(1, 100)
    held = await gateway.sync()
    assert held.state == "held"

    decisions = await asyncio.gather(
        *(service.approve(gateway.deps, held.run, by=f"p{n}", reason="goed") for n in range(4)),
        *(service.reject(gateway.deps, held.run, by=f"n{n}", reason="fout") for n in range(2)),
        return_exceptions=True,
    )

    made = [one for one in decisions if isinstance(one, RunResult)]
    assert len(made) == 1
    assert [type(one) for one in decisions if not isinstance(one, RunResult)] == [Conflict] * 5
    await gateway.check_whole(100, {1} if made[0].state == "published" else {0})
    await gateway.check_changes()
    await gateway.check_clean()


async def test_a_run_rejected_while_the_next_sync_is_busy(gateway: Gateway, tmp_path: Path) -> None:
    gateway.school.deliver(0, 100)
    await gateway.sync()
    (tmp_path / "members" / "roc-a.toml").write_text(MEMBER.replace("@@SHARE@@", "0.01"))
    await gateway.apply()
    gateway.school.deliver(1, 100)
    held = await gateway.sync()
    decided: list[str] = []

    async def reject_it(_: Any) -> None:
        if not decided:
            decided.append((await service.reject(gateway.deps, held.run, by="iemand", reason="fout")).state)
            with pytest.raises(Conflict):
                await service.approve(gateway.deps, held.run, by="iemand", reason="toch")

    again = await gateway.sync(progress=reject_it)

    assert decided == ["rejected"]
    assert again.state == "held"
    states = {row.id: row.state for row in await gateway.rows("SELECT id, state FROM sync_runs")}
    assert states[held.run] == "rejected"
    await gateway.check_whole(100, {0})
    await service.approve(gateway.deps, again.run, by="iemand", reason="goed")
    await gateway.check_whole(100, {1})
    await gateway.check_changes()
    await gateway.check_clean()


# -- the lock or the database goes away ----------------------------------------------------------------------------
async def test_a_run_that_lost_its_lock_never_publishes_half_of_its_rows(gateway: Gateway) -> None:
    gateway.school.deliver(0)
    await gateway.sync()
    gateway.school.deliver(1)
    second: list[RunResult] = []

    async def lose_the_lock(streams: Any) -> None:
        """The connection that holds the lock breaks, and another process begins a sync."""
        if not second and streams[-1].rows >= 1000:
            async with gateway.database.transaction() as session:
                held = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 711002"
                await session.execute(text(held))
            await gateway.wait_for_free_lock()
            second.append(await gateway.sync())

    with contextlib.suppress(Conflict, StoreUnavailable):
        await gateway.sync(progress=lose_the_lock)

    assert second[0].state == "published"
    await gateway.check_whole(ROWS, {1})
    await gateway.check_changes()
    await gateway.sync()
    await gateway.check_whole(ROWS, {1})
    await gateway.check_clean()


@pytest.fixture
async def restartable(own_server: EmbeddedServer, tmp_path: Path) -> AsyncIterator[Gateway]:
    database = Database(own_server.url(), pool=20)
    made = Gateway(database, School(tmp_path))
    await made.apply()
    yield made
    await database.dispose()


@pytest.mark.parametrize("rows", [1, 3000, 6000])
async def test_a_database_that_restarts_during_a_sync_ends_the_run_in_order(
    restartable: Gateway, own_server: EmbeddedServer, rows: int
) -> None:
    restartable.school.deliver(0, 4000)
    await restartable.sync()
    restartable.school.deliver(1, 4000)
    restarted = False

    async def restart(streams: Any) -> None:
        nonlocal restarted
        if not restarted and sum(stream.rows for stream in streams) >= rows:
            restarted = True
            await asyncio.to_thread(own_server.close)
            await asyncio.to_thread(own_server.open)

    try:
        ended = (await restartable.sync(progress=restart)).state
    except StoreUnavailable:
        ended = "unavailable"

    assert restarted
    assert ended in ("published", "unavailable")
    await restartable.check_whole(4000, {1} if ended == "published" else {0})
    assert (await restartable.sync()).state == ("unchanged" if ended == "published" else "published")
    await restartable.check_whole(4000, {1})
    await restartable.check_changes()
    await restartable.check_clean()


async def test_a_database_that_stays_away_ends_the_run_with_store_unavailable(
    restartable: Gateway, own_server: EmbeddedServer
) -> None:
    restartable.school.deliver(0, 3000)

    async def stop(_: Any) -> None:
        await asyncio.to_thread(own_server.close)

    with pytest.raises(StoreUnavailable):
        await restartable.sync(progress=stop)

    await asyncio.to_thread(own_server.open)
    assert (await restartable.sync()).state == "published"
    await restartable.check_whole(3000, {0})
    await restartable.check_clean()
