"""Workers and databases that die in the middle of the work."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import textwrap
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import procrastinate
import pytest
from procrastinate import RetryDecision
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy
from sqlalchemy import text

from gateway.clock import SystemClock
from gateway.errors import StoreUnavailable
from gateway.jobs import Worker, build_app, defer
from gateway.settings import Settings
from gateway.storage import Database, EmbeddedServer

pytestmark = pytest.mark.timeout(180)

QUICK = Settings(worker_heartbeat=1.0, worker_stalled_after=4.0, worker_concurrency=4)

WORKER_THAT_HANGS = textwrap.dedent("""
    import asyncio, sys
    from gateway.clock import SystemClock
    from gateway.jobs import Worker, build_app
    from gateway.settings import Settings
    app = build_app(sys.argv[1])
    @app.task(name="test.work")
    async def work(item):
        print(item, flush=True)
        await asyncio.sleep(600)
    settings = Settings(worker_heartbeat=1.0, worker_stalled_after=4.0)
    async def main():
        await Worker(app, settings, SystemClock(), asyncio.Event()).run()
    asyncio.run(main())
""")


@asynccontextmanager
async def working(app: procrastinate.App) -> AsyncIterator[Worker]:
    stop = asyncio.Event()
    worker = Worker(app, QUICK, SystemClock(), stop, probe_seconds=0.5)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        stop.set()
        await asyncio.wait_for(task, timeout=40)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 30) -> None:
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


async def enqueue(database: Database, task: str, **options: str) -> None:
    async with database.transaction() as session:
        await defer(session, task, **options)  # type: ignore[arg-type]


async def test_another_worker_takes_over_the_job_of_a_killed_one_and_its_successors(
    database: Database, database_url: str, bench: Callable[..., None]
) -> None:
    for item in ("first", "second"):
        await enqueue(database, "test.work", lock="chain", queueing_lock=item, item=item)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER_THAT_HANGS, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"first\n"
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()

    app = build_app(database_url)
    done: list[str] = []

    @app.task(name="test.work")
    async def work(item: str) -> None:
        done.append(item)

    clock = SystemClock()
    killed = clock.monotonic()
    async with working(app):
        await until(lambda: len(done) == 2)
    bench("takeover after SIGKILL, heartbeat 1 s, tolerance 4 s", seconds=clock.monotonic() - killed)
    assert done == ["first", "second"]


async def test_a_stalled_job_that_cannot_go_back_does_not_keep_the_others(
    database: Database, database_url: str
) -> None:
    """Its queueing lock is taken by a waiting job, which does the work in its place."""
    await enqueue(database, "test.work", queueing_lock="drain", item="jammed")
    await enqueue(database, "test.work", item="other")
    async with database.transaction() as session:
        await session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    async with database.transaction() as session:
        due = SystemClock().now() + timedelta(seconds=8)
        await defer(session, "test.work", queueing_lock="drain", schedule_at=due, item="successor")
    app = build_app(database_url)
    done: list[str] = []

    @app.task(name="test.work")
    async def work(item: str) -> None:
        done.append(item)

    async with working(app):
        await until(lambda: done == ["other"])
        await until(lambda: done == ["other", "successor"])

        async def only_the_jammed_is_left() -> bool:
            return await jobs(database) == [("test.work", "aborted")]

        await until(only_the_jammed_is_left)
    assert done == ["other", "successor"]


class AtOnce(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        return RetryDecision(retry_in={"seconds": 0}) if job.attempts < 3 else None


async def test_a_retry_that_collides_with_a_waiting_job_does_not_jam(database: Database, database_url: str) -> None:
    app = build_app(database_url)
    waiting = asyncio.Event()
    runs: list[int] = []

    @app.task(name="test.drain", retry=AtOnce(), lock="endpoint")
    async def drain() -> None:
        runs.append(1)
        if len(runs) == 1:
            await waiting.wait()
            raise StoreUnavailable

    await enqueue(database, "test.drain", lock="endpoint", queueing_lock="endpoint")
    async with working(app):
        await until(lambda: bool(runs))
        await enqueue(database, "test.drain", lock="endpoint", queueing_lock="endpoint")
        waiting.set()
        await until(lambda: len(runs) == 2)

        async def nothing_is_stuck() -> bool:
            return await jobs(database) == [("test.drain", "aborted")]

        await until(nothing_is_stuck)


@pytest.mark.parametrize("away", [1.0, 13.0], ids=["shortly", "longer than the pool waits"])
async def test_a_worker_goes_on_and_wakes_up_after_the_database_was_away(
    own_server: EmbeddedServer, away: float, bench: Callable[..., None]
) -> None:
    database = Database(own_server.url())
    app = build_app(own_server.url())
    clock = SystemClock()
    starts: dict[str, float] = {}

    @app.task(name="test.work")
    async def work(item: str) -> None:
        starts[item] = clock.monotonic()

    async with working(app) as worker:
        await enqueue(database, "test.work", item="before")
        await until(lambda: "before" in starts)
        await own_server.stop()
        await asyncio.sleep(away)
        await own_server.start()
        back = clock.monotonic()
        await enqueue(database, "test.work", item="after")
        await until(lambda: "after" in starts, seconds=60)

        async def wakes_up() -> bool:
            await asyncio.sleep(0.3)
            return worker.wake_up_seconds is not None and worker.wake_up_seconds < 0.1

        await until(wakes_up, seconds=60)
        bench(
            f"database away for {away:.0f} s",
            first_job=starts["after"] - back,
            listening_again=clock.monotonic() - back,
            restarts=worker.restarts,
        )
    await database.dispose()


async def test_a_job_that_ends_while_the_database_is_away_is_not_lost_and_keeps_nobody(
    own_server: EmbeddedServer,
) -> None:
    database = Database(own_server.url())
    app = build_app(own_server.url())
    stopped = asyncio.Event()
    runs: list[str] = []

    @app.task(name="test.work")
    async def work(item: str) -> None:
        runs.append(item)
        if len(runs) == 1:
            await stopped.wait()

    for item in ("first", "second"):
        await enqueue(database, "test.work", lock="chain", item=item)
    async with working(app):
        await until(lambda: bool(runs))
        await own_server.stop()
        stopped.set()
        await asyncio.sleep(12)
        await own_server.start()
        await until(lambda: "second" in runs, seconds=60)

        async def nothing_is_left() -> bool:
            return await jobs(database) == []

        await until(nothing_is_left, seconds=60)
    assert runs[-1] == "second"
    assert set(runs[:-1]) == {"first"}
    await database.dispose()


async def test_a_worker_survives_a_killed_postmaster(own_server: EmbeddedServer, reachable_folder: Path) -> None:
    database = Database(own_server.url())
    app = build_app(own_server.url())
    done: list[str] = []

    @app.task(name="test.work")
    async def work(item: str) -> None:
        done.append(item)

    async with working(app):
        await enqueue(database, "test.work", item="before")
        await until(lambda: done == ["before"])
        process = int((reachable_folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGKILL)
        await own_server.start()
        await enqueue(database, "test.work", item="after")
        await until(lambda: done == ["before", "after"], seconds=60)
    await database.dispose()


async def test_a_worker_that_no_longer_hears_of_new_jobs_starts_again(database: Database, database_url: str) -> None:
    """Without the library's notification every job waits for a poll, as after a lost LISTEN connection."""
    notification = "TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 ON procrastinate_jobs"
    async with working(build_app(database_url)) as worker:
        await until(lambda: worker.wake_up_seconds is not None and worker.wake_up_seconds < 0.1)
        async with database.transaction() as session:
            await session.execute(text(f"DROP {notification}"))
        await until(lambda: worker.restarts > 0, seconds=60)
