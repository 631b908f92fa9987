"""The worker: procrastinate's own, with guards around it.

What the guards are for (each was seen to happen with procrastinate 3.10):

- a job stays "doing" for ever when its worker dies                      -> rescue (``tasks.py``)
- … and when the database was away at the moment its end was recorded    -> ``_settle``
- … and when its retry collides with a waiting job of its queueing lock  -> ``_settle`` and ``put_back``
- a job that the end of the worker interrupts counts as ended            -> ``PutBack`` (``retry.py``)
- the worker ends when the database is away for long                     -> ``run`` starts it again
- the listening connection may not come back, work then waits for a poll -> ``_watch`` measures it and starts again
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import procrastinate
import procrastinate.worker
import psycopg
from procrastinate import JobContext, exceptions
from procrastinate.jobs import Job, Status
from prometheus_client import Counter, Gauge

from gateway.clock import Clock
from gateway.jobs import tasks
from gateway.jobs.retry import GOLDEN, PutBack
from gateway.jobs.service import QUEUE
from gateway.settings import Settings

logger = logging.getLogger(__name__)

POLLING_SECONDS = 0.5
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
LASTING_SECONDS = 60.0
LATE_SECONDS = 0.1
LATE_PROBES = 3
ANSWER_SECONDS = 10.0

WAKE_UP = Gauge("gateway_worker_wake_up_seconds", "Time between deferring a probe job and its start in this worker")
RESTARTS = Counter("gateway_worker_restarts", "How often this process started its worker again")

# What a database that is away looks like from here.
OUTAGE = (exceptions.ConnectorException, psycopg.Error, OSError, TimeoutError)


class Worker:
    """Runs the jobs of an application until ``stop`` is set.

    All rooms register their tasks before. ``probe_seconds``: pause between two probes of the wake-up latency.
    One worker per application; start more processes for more.
    """

    def __init__(
        self,
        app: procrastinate.App,
        settings: Settings,
        clock: Clock,
        stop: asyncio.Event,
        *,
        probe_seconds: float = 10.0,
    ) -> None:
        if settings.worker_stalled_after < 2 * settings.worker_heartbeat:
            raise ValueError(
                "worker_stalled_after must be at least twice worker_heartbeat, or living workers look dead"
            )
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self.wake_up_seconds: float | None = None
        self.restarts = 0
        self._app = app
        self._settings = settings
        self._clock = clock
        self._stop = stop
        self._probe_seconds = probe_seconds
        self._probe_queue = f"{tasks.PROBE_QUEUE}{self.name}"[:128]
        self._probe_started = asyncio.Event()
        self._running: dict[asyncio.Task[Any], Job] = {}
        self._unsettled: dict[int, tuple[Job, bool]] = {}
        self._register()

    def _register(self) -> None:
        tasks.register(self._app, self._settings.worker_stalled_after)

        @self._app.task(name=tasks.PROBE)
        async def probe() -> None:
            self._probe_started.set()

        for name, task in self._app.tasks.items():
            if task.queue != QUEUE and not name.startswith(("builtin:", "procrastinate.")):
                raise ValueError(f"task {name} is on queue {task.queue}, which no worker reads")
            task.retry_strategy = PutBack(task.retry_strategy)

    async def run(self) -> None:
        """Work until ``stop`` is set; running jobs then get two thirds of the takeover time to end.

        While the database is away it is tried again after 0.5 to 30 seconds, for ever. Other errors are raised:
        they are faults of the program, for whoever supervises the process.
        """
        wait = FIRST_WAIT
        while not self._stop.is_set():
            started = self._clock.monotonic()
            try:
                await self._until_stopped(self._work())
            except OUTAGE as error:
                logger.warning("the worker lost its database: %s", error.__cause__ or error)
            if self._stop.is_set():
                return
            if self._clock.monotonic() - started > LASTING_SECONDS:
                wait = FIRST_WAIT
            self.restarts += 1
            RESTARTS.inc()
            await self._until_stopped(self._clock.sleep(wait))
            wait = min(wait * 2, LONGEST_WAIT)

    async def _until_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something until it ends or ``stop`` is set; in the second case cancel it and wait for its end."""
        task = asyncio.create_task(work)
        stopped = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.result()

    async def _work(self) -> None:
        """One life of procrastinate's worker, from connecting to an outage or a reason to start again."""
        try:
            await self._app.open_async()
            loop = asyncio.create_task(self._loop(), name="jobs")
            guards = [
                asyncio.create_task(self._watch(), name="watch"),
                asyncio.create_task(self._settle(), name="settle"),
            ]
            try:
                done, _ = await asyncio.wait({loop, *guards}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*guards, loop):
                    task.cancel()  # for the worker this is the request to end gracefully
                await asyncio.gather(loop, *guards, return_exceptions=True)
            for task in done:
                if not task.cancelled():
                    task.result()
        finally:
            # Also after a failed opening: the connector would keep its closed pool for ever.
            await self._app.close_async()

    async def _loop(self) -> None:
        await self._app.run_worker_async(
            queues=[QUEUE, self._probe_queue],
            name=self.name,
            concurrency=self._settings.worker_concurrency,
            fetch_job_polling_interval=POLLING_SECONDS,
            # Without heartbeats, which stop first, others take the jobs over: be done before that.
            shutdown_graceful_timeout=self._settings.worker_stalled_after * 2 / 3,
            update_heartbeat_interval=self._settings.worker_heartbeat,
            stalled_worker_timeout=self._settings.worker_stalled_after,
            delete_jobs="successful",
            install_signal_handlers=False,
            worker_middleware=[self._follow],
        )

    async def _follow(
        self, call_next: Callable[[], Awaitable[Any]], context: JobContext, worker: procrastinate.worker.Worker
    ) -> Any:
        """Around every job: know that it runs, and notice when its end could not be recorded."""
        task = asyncio.current_task()
        assert task is not None
        job = context.job
        succeeded = False

        def ended(task: asyncio.Task[Any]) -> None:
            self._running.pop(task, None)
            # The task of a job fails only when recording its end fails; errors of the job itself are recorded.
            if job.id is not None and (task.cancelled() or task.exception() is not None):
                self._unsettled[job.id] = (job.evolve(worker_id=worker_id), succeeded)

        worker_id = worker.worker_id
        self._running[task] = job
        task.add_done_callback(ended)
        result = await call_next()
        succeeded = True
        return result

    async def _settle(self) -> None:
        """Record the ends of jobs that could not be recorded, every second."""
        while True:
            await self._clock.sleep(1.0)
            try:
                await self._settle_all()
            except OUTAGE as error:
                logger.warning("ends of jobs cannot be recorded yet: %s", error.__cause__ or error)

    async def _settle_all(self) -> None:
        for job_id, (job, succeeded) in list(self._unsettled.items()):
            for now in await self._app.job_manager.list_jobs_async(id=job_id):
                # Under another worker, or under none, it is the business of that worker or of the rescue.
                if now.status == Status.DOING.value and now.worker_id == job.worker_id:
                    await self._close(now, succeeded)
            del self._unsettled[job_id]

    async def _close(self, job: Job, succeeded: bool) -> None:
        if succeeded:
            await self._app.job_manager.finish_job(job, status=Status.SUCCEEDED, delete_job=True)
        else:
            await tasks.put_back(self._app, job)
        logger.warning("the end of job %s was recorded late", job.id)

    async def _watch(self) -> None:
        """Measure how fast a new job wakes this worker; return when it should be started again.

        A worker whose slots are all taken says nothing about waking up. A lost listener costs half a second per
        job, less than interrupting running jobs: then it may wait until they are over.
        """
        late = 0
        for turn in itertools.count():
            # In step with the polling every probe would meet a poll, and a lost listener would look healthy.
            out_of_step = POLLING_SECONDS * (turn * GOLDEN % 1)
            await self._clock.sleep(self._probe_seconds + out_of_step)
            if len(self._running) >= self._settings.worker_concurrency:
                continue
            try:
                seconds = await self._probe()
            except OUTAGE as error:
                logger.warning("the wake-up latency cannot be measured: %s", error.__cause__ or error)
                continue
            if seconds is None and len(self._running) >= self._settings.worker_concurrency:
                continue
            self.wake_up_seconds = ANSWER_SECONDS if seconds is None else seconds
            WAKE_UP.set(self.wake_up_seconds)
            late = late + 1 if self.wake_up_seconds > LATE_SECONDS else 0
            if seconds is None or (late >= LATE_PROBES and not self._at_work()):
                logger.error("a new job waits %.2f s: starting the worker again", self.wake_up_seconds)
                return

    def _at_work(self) -> bool:
        """Whether a job other than a probe is running."""
        return any(job.task_name != tasks.PROBE for job in self._running.values())

    async def _probe(self) -> float | None:
        """Seconds between deferring a job for this worker alone and its start; None after 10 s."""
        self._probe_started.clear()
        deferrer = self._app.configure_task(
            tasks.PROBE, queue=self._probe_queue, queueing_lock=self._probe_queue, priority=100
        )
        started = self._clock.monotonic()
        try:
            await deferrer.defer_async()
        except exceptions.AlreadyEnqueued:
            logger.warning("the previous probe was never started")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._probe_started.wait()
        except TimeoutError:
            return None
        return self._clock.monotonic() - started
