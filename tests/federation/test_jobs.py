"""Deferring inside a transaction, and a worker that runs what was deferred."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import procrastinate
import pytest
from sqlalchemy import text

from gateway.clock import SystemClock
from gateway.errors import StoreUnavailable
from gateway.jobs import Backoff, Worker, build_app, defer
from gateway.settings import Settings
from gateway.storage import Database

QUICK = Settings(worker_heartbeat=1.0, worker_stalled_after=4.0, worker_concurrency=4)


@asynccontextmanager
async def working(app: procrastinate.App, settings: Settings = QUICK) -> AsyncIterator[Worker]:
    stop = asyncio.Event()
    worker = Worker(app, settings, SystemClock(), stop, probe_seconds=0.5)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        stop.set()
        await asyncio.wait_for(task, timeout=30)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if result if isinstance(result, bool) else await result:
                return
            await asyncio.sleep(0.02)


async def jobs(database: Database) -> list[tuple[str, str]]:
    async with database.snapshot() as session:
        rows = await session.execute(
            text("SELECT task_name, status::text FROM procrastinate_jobs WHERE task_name LIKE 'test.%' ORDER BY id")
        )
        return [(row[0], row[1]) for row in rows]


async def test_a_job_exists_exactly_when_its_transaction_commits(database: Database) -> None:
    async def write(fails: bool) -> None:
        async with database.transaction() as session:
            await defer(session, "test.work", item="a")
            if fails:
                raise InterruptedError

    with pytest.raises(InterruptedError):
        await write(fails=True)
    assert await jobs(database) == []
    await write(fails=False)
    assert await jobs(database) == [("test.work", "todo")]


async def test_a_worker_runs_it_with_its_identifiers(database: Database, database_url: str) -> None:
    app = build_app(database_url)
    given: list[tuple[str, int, str]] = []

    @app.task(name="test.work")
    async def work(member: str, number: int, delivery: str) -> None:
        given.append((member, number, delivery))

    delivery = uuid.UUID(int=7)
    async with working(app):
        async with database.transaction() as session:
            await defer(session, "test.work", member="roc-a", number=3, delivery=delivery)
        await until(lambda: bool(given))
        await until(lambda: gone(database))
    assert given == [("roc-a", 3, str(delivery))]


async def gone(database: Database) -> bool:
    return await jobs(database) == []


async def test_a_second_job_with_a_queueing_lock_leaves_the_transaction_whole(database: Database) -> None:
    async with database.transaction() as session:
        first = await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE written (id int)"))
        second = await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")
        await session.execute(text("INSERT INTO written VALUES (1)"))
    assert (first.already, second.already) == (False, True)
    assert first.job_id == second.job_id
    async with database.snapshot() as session:
        assert (await session.execute(text("SELECT count(*) FROM written"))).scalar_one() == 1


async def test_a_waiting_job_does_not_start_before_the_transaction_that_counts_on_it(
    database: Database, database_url: str
) -> None:
    """Otherwise it would look, find nothing and end, and nobody would come for what is committed after it."""
    app = build_app(database_url)
    seen: list[int] = []

    @app.task(name="test.drain")
    async def drain(endpoint: str) -> None:
        async with database.snapshot() as session:
            seen.append((await session.execute(text("SELECT count(*) FROM items"))).scalar_one())

    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE items (id int)"))
        await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO items VALUES (1)"))
        assert (await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")).already
        async with working(app):
            await asyncio.sleep(1.5)
            assert seen == []
            await session.commit()
            await until(lambda: bool(seen))
    assert seen == [1]


async def test_many_transactions_with_one_queueing_lock_leave_one_job(database: Database) -> None:
    async def write() -> bool:
        async with database.transaction() as session:
            return (await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")).already

    outcomes = await asyncio.gather(*(write() for _ in range(15)))
    assert sorted(outcomes) == [False] + [True] * 14
    assert len(await jobs(database)) == 1


@pytest.mark.parametrize(
    "value", [{"name": "Jan"}, ["a"], 1.5, None, True, b"x", "x" * 256, datetime(2026, 1, 1, tzinfo=UTC)]
)
async def test_a_job_refuses_what_is_no_identifier(database: Database, value: object) -> None:
    async with database.transaction() as session:
        with pytest.raises(TypeError, match="of a job"):
            await defer(session, "test.work", item=value)  # type: ignore[arg-type]
    assert await jobs(database) == []


async def test_a_job_for_later_waits_for_its_time(database: Database, database_url: str) -> None:
    app = build_app(database_url)
    order: list[str] = []

    @app.task(name="test.work")
    async def work(item: str) -> None:
        order.append(item)

    async with database.transaction() as session:
        later = SystemClock().now() + timedelta(seconds=2)
        await defer(session, "test.work", schedule_at=later, item="later")
        await defer(session, "test.work", item="now")
    async with working(app):
        await until(lambda: len(order) == 2)
        assert SystemClock().now() >= later
    assert order == ["now", "later"]


async def test_a_deadline_of_the_database_reaches_the_caller_as_store_unavailable(
    database: Database, database_url: str
) -> None:
    impatient = Database(database_url, statement_seconds=0.3)

    async def wait_for_the_other() -> None:
        async with impatient.transaction() as session:
            await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")

    async with database.transaction() as session:
        await defer(session, "test.drain", queueing_lock="endpoint-1", endpoint="1")
        with pytest.raises(StoreUnavailable):
            await wait_for_the_other()
    await impatient.dispose()


async def test_three_chains_of_twenty_jobs_are_done_promptly(
    database: Database, database_url: str, bench: Callable[..., None]
) -> None:
    """Nothing in the library wakes a worker when a lock is released; at one poll per job this takes ten seconds."""
    app = build_app(database_url)
    done: list[tuple[str, int]] = []
    active: set[str] = set()

    @app.task(name="test.chain")
    async def step(chain: str, number: int) -> None:
        assert chain not in active
        active.add(chain)
        await asyncio.sleep(0)
        done.append((chain, number))
        active.remove(chain)

    clock = SystemClock()
    async with working(app) as worker:
        await until(lambda: worker.wake_up_seconds is not None)
        started = clock.monotonic()
        async with database.transaction() as session:
            for number in range(20):
                for chain in "abc":
                    await defer(session, "test.chain", lock=f"chain-{chain}", chain=chain, number=number)
        await until(lambda: len(done) == 60)
        seconds = clock.monotonic() - started
    bench("60 jobs in 3 chains", seconds=seconds)
    for chain in "abc":
        assert [number for name, number in done if name == chain] == list(range(20))
    assert seconds < 5


async def test_a_named_error_is_tried_again_and_another_is_not(database: Database, database_url: str) -> None:
    app = build_app(database_url)
    tries: list[str] = []

    @app.task(name="test.named", retry=Backoff(StoreUnavailable, attempts=2, first=0.1))
    async def named() -> None:
        tries.append("named")
        raise StoreUnavailable

    @app.task(name="test.other", retry=Backoff(StoreUnavailable, attempts=2))
    async def other() -> None:
        tries.append("other")
        raise LookupError

    async with database.transaction() as session:
        await defer(session, "test.named")
        await defer(session, "test.other")
    async with working(app):

        async def both_failed() -> bool:
            return await jobs(database) == [("test.named", "failed"), ("test.other", "failed")]

        await until(both_failed)
    assert (tries.count("named"), tries.count("other")) == (3, 1)


async def test_a_job_that_the_shutdown_interrupts_goes_back_to_the_queue(database: Database, database_url: str) -> None:
    settings = Settings(worker_heartbeat=0.5, worker_stalled_after=1.0)
    app = build_app(database_url)
    started = asyncio.Event()

    @app.task(name="test.long")
    async def work() -> None:
        started.set()
        await asyncio.sleep(60)

    async with database.transaction() as session:
        await defer(session, "test.long")
    async with working(app, settings):
        await asyncio.wait_for(started.wait(), 20)
    assert await jobs(database) == [("test.long", "todo")]


async def test_a_short_job_ends_before_the_worker_does(database: Database, database_url: str) -> None:
    app = build_app(database_url)
    started = asyncio.Event()
    ended = asyncio.Event()

    @app.task(name="test.short")
    async def work() -> None:
        started.set()
        await asyncio.sleep(0.8)
        ended.set()

    async with database.transaction() as session:
        await defer(session, "test.short")
    async with working(app):
        await asyncio.wait_for(started.wait(), 20)
    assert ended.is_set()
    assert await jobs(database) == []


async def test_a_worker_measures_how_fast_it_wakes_up(database_url: str, bench: Callable[..., None]) -> None:
    async with working(build_app(database_url)) as worker:
        await until(lambda: worker.wake_up_seconds is not None)
        bench("wake-up of an idle worker", seconds=worker.wake_up_seconds)
        assert worker.wake_up_seconds is not None
        assert worker.wake_up_seconds < 0.5
        assert worker.restarts == 0
