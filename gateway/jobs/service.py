"""Deferring work inside a business transaction, and the application that knows all tasks."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

import procrastinate
import psycopg
from procrastinate import exceptions, jobs
from procrastinate.manager import JobManager
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.errors import StoreUnavailable
from gateway.storage import driver_url, raw

QUEUE = jobs.DEFAULT_QUEUE
LONGEST_ID = 255
ATTEMPTS = 20

_TRUST_WAITING = text("""
WITH waiting AS (
    SELECT id, queue_name FROM procrastinate_jobs WHERE queueing_lock = :queueing_lock AND status = 'todo' FOR SHARE
)
SELECT id, pg_notify('procrastinate_queue_v1#' || queue_name, payload), pg_notify('procrastinate_any_queue_v1', payload)
FROM waiting, LATERAL (SELECT json_build_object('type', 'job_inserted', 'job_id', id)::text AS payload) AS built
""")

# It only builds statements; each runs on the connection of the caller's session. It is never opened.
_manager = JobManager(procrastinate.PsycopgConnector())


@dataclass(frozen=True)
class Deferred:
    """A job that will start after the commit. ``already``: it was waiting before, for the same queueing lock."""

    job_id: int
    already: bool


def build_app(url: str, pool: int = 6) -> procrastinate.App:
    """The application in which rooms register their tasks: ``register(app, …)``. Nothing connects yet.

    ``pool``: most connections of the worker's machinery (the work itself uses ``Database``).
    """
    connector = procrastinate.PsycopgConnector(
        conninfo=driver_url(url),
        min_size=1,
        max_size=pool,
        timeout=10.0,
        kwargs={"connect_timeout": 5, "application_name": "ooapi-gateway jobs"},
    )
    return procrastinate.App(connector=connector)


async def defer(
    session: AsyncSession,
    task: str,
    *,
    lock: str | None = None,
    queueing_lock: str | None = None,
    schedule_at: datetime | None = None,
    priority: int = 0,
    **ids: str | int | uuid.UUID,
) -> Deferred:
    """Write a job in the caller's transaction: it exists exactly when the transaction commits.

    ``lock``: jobs with the same lock run one at a time, in order. ``queueing_lock``: at most one job with it waits;
    when one waits already, that one is held back until this transaction ends, so it will see what was written here.
    ``ids``: identifiers only, they stand readable in the table and in logs. Raises TypeError for anything else.

    A transaction that writes a job with a queueing lock makes others with the same lock wait for its end. So defer
    last, and more than one in the order of their queueing locks.
    """
    job = jobs.Job(
        id=None,
        queue=QUEUE,
        task_name=task,
        lock=lock,
        queueing_lock=queueing_lock,
        scheduled_at=schedule_at,
        priority=priority,
        task_kwargs={name: _identifier(name, value) for name, value in ids.items()},
    )
    for _ in range(ATTEMPTS):
        try:
            # A refused insert would abort the whole transaction; and only a connection that is asked for inside
            # the block has had its SAVEPOINT sent.
            async with session.begin_nested():
                written = await _manager.defer_job_async(job, connection=await raw(session))
            assert written.id is not None
            return Deferred(written.id, already=False)
        except exceptions.AlreadyEnqueued:
            # Without the row lock the waiting job could start, find nothing and end before this commit.
            found = await session.execute(_TRUST_WAITING, {"queueing_lock": queueing_lock})
            if (waiting := found.first()) is not None:
                return Deferred(waiting[0], already=True)
        except exceptions.ConnectorException as error:
            # The library hides the error of the driver, by which the session's owner judges.
            if isinstance(error.__cause__, psycopg.Error):
                raise error.__cause__ from error
            raise
    raise StoreUnavailable


def _identifier(name: str, value: object) -> str | int:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"{name} of a job must be an identifier (text, integer or UUID), not {type(value).__name__}")
    if isinstance(value, str) and len(value) > LONGEST_ID:
        raise TypeError(f"{name} of a job is longer than {LONGEST_ID} characters: no identifier")
    return value
