"""What a worker refuses before it starts."""

from __future__ import annotations

import asyncio

import pytest

from gateway.clock import SystemClock
from gateway.jobs import Worker, build_app
from gateway.jobs.retry import PutBack
from gateway.settings import Settings

URL = "postgresql://user@/nowhere?host=/nowhere"


def test_heartbeats_that_are_too_rare_are_refused() -> None:
    settings = Settings(worker_heartbeat=10, worker_stalled_after=15)
    with pytest.raises(ValueError, match="at least twice"):
        Worker(build_app(URL), settings, SystemClock(), asyncio.Event())


def test_a_task_that_no_worker_would_read_is_refused() -> None:
    app = build_app(URL)

    @app.task(name="test.lost", queue="elsewhere")
    async def lost() -> None: ...

    with pytest.raises(ValueError, match=r"test\.lost"):
        Worker(app, Settings(), SystemClock(), asyncio.Event())


def test_every_task_goes_back_when_it_is_interrupted() -> None:
    app = build_app(URL)

    @app.task(name="test.work")
    async def work() -> None: ...

    Worker(app, Settings(), SystemClock(), asyncio.Event())
    assert all(isinstance(task.retry_strategy, PutBack) for task in app.tasks.values())


async def test_a_worker_without_database_stops_when_told() -> None:
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(build_app(URL), Settings(), SystemClock(), stop).run())
    await asyncio.sleep(0.2)
    stop.set()
    await asyncio.wait_for(task, 10)
