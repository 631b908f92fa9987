"""The feed of changes against a real database: order, late commits, several numbering jobs, killed ones."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import textwrap
from datetime import UTC, datetime

import procrastinate
import pytest
from sqlalchemy import literal, select, text
from sqlalchemy.exc import IntegrityError

from gateway.changes import service, tasks
from gateway.clock import SystemClock
from gateway.jobs import Worker, build_app
from gateway.settings import Settings
from gateway.storage import Database

AT = datetime(2026, 8, 31, 9, 0, tzinfo=UTC)


async def numbered(database: Database, batch: int = service.BATCH) -> int:
    async with database.transaction() as session:
        return await service.number(session, batch)


async def feed(database: Database, partition: str = "roc-a", after: int = 0) -> list[tuple[int, str]]:
    async with database.snapshot() as session:
        return [(change.position, change.subject) for change in await service.read(session, partition, after)]


async def test_a_change_is_read_as_it_was_written(database: Database) -> None:
    payload = {"version": 3, "nested": {"names": ["één", None]}}
    async with database.transaction() as session:
        await service.append(session, "roc-a", "course.updated", "c-1", payload, AT)
    assert await numbered(database) == 1
    async with database.snapshot() as session:
        [change] = await service.read(session, "roc-a")
        assert await service.head(session, "roc-a") == 1
    assert change == service.NumberedChange(1, "course.updated", "c-1", payload, AT)


async def test_what_is_rolled_back_never_gets_a_position(database: Database) -> None:
    async def write_and_fail() -> None:
        async with database.transaction() as session:
            await service.append(session, "roc-a", "made", "gone", {}, AT)
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await write_and_fail()
    async with database.transaction() as session:
        await service.append(session, "roc-a", "made", "stays", {}, AT)
    await numbered(database)
    assert await feed(database) == [(1, "stays")]


async def test_a_change_is_invisible_until_it_has_a_position(database: Database) -> None:
    async with database.transaction() as session:
        await service.append(session, "roc-a", "made", "c-1", {}, AT)
    assert await feed(database) == []
    async with database.snapshot() as session:
        assert await service.waiting(session) == service.Waiting(1, AT)
    await numbered(database)
    async with database.snapshot() as session:
        assert await service.waiting(session) == service.Waiting(0, None)


async def test_a_transaction_does_not_number_its_own_changes_nor_later_ones(database: Database) -> None:
    async with database.transaction() as session:
        await service.append(session, "roc-a", "made", "early", {}, AT)
        async with database.transaction() as other:
            await service.append(other, "roc-a", "made", "later", {}, AT)
        assert await service.number(session) == 0
    assert await numbered(database) == 2
    assert await feed(database) == [(1, "early"), (2, "later")]


async def test_each_partition_counts_for_itself(database: Database) -> None:
    for turn in range(2):
        async with database.transaction() as session:
            for partition in ("roc-a", "roc-b"):
                await service.append_many(session, partition, [("made", f"{turn}{n}", {}) for n in "xy"], AT)
        await numbered(database)
    expected = [(1, "0x"), (2, "0y"), (3, "1x"), (4, "1y")]
    assert await feed(database, "roc-a") == expected
    assert await feed(database, "roc-b") == expected
    assert await feed(database, "roc-c") == []


async def test_many_changes_are_written_from_a_select_in_its_order(database: Database) -> None:
    numbers = select(
        literal("roc-a"),
        literal("made"),
        text("lpad(n::text, 4, '0')"),
        text("'{}'::jsonb"),
        literal(AT),
    ).select_from(text("generate_series(1, 2500) AS n"))
    async with database.transaction() as session:
        assert await service.append_selected(session, numbers.order_by(text("n DESC"))) == 2500
    assert [await numbered(database, 1000) for _ in range(4)] == [1000, 1000, 500, 0]
    async with database.snapshot() as session:
        found = await service.read(session, "roc-a", limit=5000)
    assert [change.position for change in found] == list(range(1, 2501))
    assert [change.subject for change in found] == [f"{n:04}" for n in range(2500, 0, -1)]


async def test_a_reader_that_follows_never_misses_a_commit_that_comes_late(database: Database) -> None:
    """The long transaction draws its ids first and commits last."""
    async with database.transaction() as late:
        await service.append(late, "roc-a", "made", "late", {}, AT)
        async with database.transaction() as quick:
            await service.append(quick, "roc-a", "made", "quick", {}, AT)
        assert await numbered(database) == 0
        assert await feed(database) == []
    assert await numbered(database) == 2
    assert await feed(database) == [(1, "late"), (2, "quick")]


async def test_two_numbering_jobs_at_once_number_everything_once(database: Database) -> None:
    for turn in range(6):
        async with database.transaction() as session:
            await service.append_many(session, "roc-a", [("made", f"{turn}-{n}", {}) for n in range(20)], AT)
    counts = await asyncio.gather(*(numbered(database, 50) for _ in range(5)))
    assert sum(counts) == 120
    assert [position for position, _ in await feed(database)] == list(range(1, 121))


async def test_numbering_refuses_a_transaction_that_would_see_an_old_snapshot(database: Database) -> None:
    async with database.snapshot() as session:
        with pytest.raises(ValueError, match="repeatable read"):
            await service.number(session)


async def test_a_position_is_never_given_twice_even_after_changes_were_removed(database: Database) -> None:
    for subject in ("first", "second"):
        async with database.transaction() as session:
            await service.append(session, "roc-a", "made", subject, {}, AT)
        await numbered(database)
        async with database.transaction() as session:
            await session.execute(text("DELETE FROM changes"))
    async with database.transaction() as session:
        assert await service.head(session, "roc-a") == 2
        row = "('roc-a', 7, 'made', 'twice', now())"
        twice = text(f"INSERT INTO changes (partition, position, kind, subject, at) VALUES {row}, {row}")
        with pytest.raises(IntegrityError):
            await session.execute(twice)


async def test_rows_restored_from_another_server_are_numbered(database: Database) -> None:
    async with database.transaction() as session:
        await service.append(session, "roc-a", "made", "restored", {}, AT)
        await session.execute(text("UPDATE changes SET transaction_id = '900000000000'::xid8"))
    assert await numbered(database) == 1


async def test_a_killed_numbering_process_leaves_no_trace(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        await service.append_many(session, "roc-a", [("made", str(n), {}) for n in range(100)], AT)
    program = textwrap.dedent("""
        import asyncio, sys
        from gateway.changes import service
        from gateway.storage import Database
        async def main():
            async with Database(sys.argv[1]).transaction() as session:
                print(await service.number(session), flush=True)
                await asyncio.sleep(60)
        asyncio.run(main())
    """)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"100\n"
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()
    assert await asyncio.wait_for(numbered(database), timeout=20) == 100
    assert [position for position, _ in await feed(database)] == list(range(1, 101))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_followers_see_every_commit_in_one_order_whatever_the_timing(database: Database, seed: int) -> None:
    """Writers that wait at random, two numbering jobs and a reader, all at once; some writers roll back."""
    chance = random.Random(seed)
    committed: set[str] = set()
    seen: list[tuple[int, str]] = []
    writing = True

    async def write(writer: int) -> None:
        for turn in range(8):
            subjects = [f"{writer}-{turn}-{n}" for n in range(chance.randint(1, 3))]
            fails = chance.random() < 0.15
            try:
                async with database.transaction() as session:
                    for subject in subjects:
                        await service.append(session, "roc-a", "made", subject, {}, AT)
                        await asyncio.sleep(chance.random() * 0.02)
                    if fails:
                        raise InterruptedError
            except InterruptedError:
                continue
            committed.update(subjects)

    async def keep_numbering() -> None:
        while writing:
            await numbered(database, batch=chance.randint(1, 10))
            await asyncio.sleep(chance.random() * 0.005)

    async def follow() -> None:
        while writing or len(seen) < len(committed):
            seen.extend(await feed(database, after=seen[-1][0] if seen else 0))
            await asyncio.sleep(0.002)

    numberers = [asyncio.create_task(keep_numbering()) for _ in range(2)]
    reader = asyncio.create_task(follow())
    await asyncio.gather(*(write(writer) for writer in range(8)))
    writing = False
    await asyncio.gather(*numberers)
    await numbered(database)
    await asyncio.wait_for(reader, timeout=20)
    assert [position for position, _ in seen] == list(range(1, len(committed) + 1))
    assert {subject for _, subject in seen} == committed
    assert seen == await feed(database)


async def test_a_running_worker_numbers_what_was_committed(database: Database, database_url: str) -> None:
    app: procrastinate.App = build_app(database_url)
    tasks.register(app, database)
    stop = asyncio.Event()
    worker = asyncio.create_task(Worker(app, Settings(), SystemClock(), stop).run())
    async with database.transaction() as session:
        await service.append(session, "roc-a", "made", "c-1", {}, AT)
    async with asyncio.timeout(20):
        while not await feed(database):  # noqa: ASYNC110 - another process answers
            await asyncio.sleep(0.1)
    stop.set()
    await worker
