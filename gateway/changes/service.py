"""The feed of changes: append inside a transaction, number after the commit, read by position.

Ids are drawn when a row is written, but become visible when its transaction commits: a reader that follows ids steps
over a row whose long transaction commits last. So readers follow ``position``, which is given afterwards, in the
order (transaction, id), and only to rows of transactions that are over for everybody: below
``pg_snapshot_xmin``, the oldest transaction still running. Later rows always have a higher transaction, so positions
grow without gaps, and a reader that has seen position n never misses one below it.

One transaction that stays open, in any database of the server, holds back all numbering: see ``waiting``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.changes.models import Change, ChangePartition

LOCK = 0x6368616E6765  # "change"; the advisory lock of numbering
BATCH = 10_000

NUMBER = text("""
WITH ready AS (
    SELECT id, partition, transaction_id FROM changes
    WHERE position IS NULL
      -- a snapshot does not count its own transaction as running
      AND (transaction_id < LEAST(pg_snapshot_xmin(pg_current_snapshot()), pg_current_xact_id_if_assigned())
           -- visible, yet of a transaction that this server has not started: a row restored from another server
           OR transaction_id >= pg_snapshot_xmax(pg_current_snapshot())
              AND transaction_id IS DISTINCT FROM pg_current_xact_id_if_assigned())
    ORDER BY transaction_id, id LIMIT :batch
),
counted AS (SELECT partition, count(*) AS number FROM ready GROUP BY partition),
advanced AS (
    INSERT INTO change_partitions AS known (partition, position) SELECT partition, number FROM counted
    ON CONFLICT (partition) DO UPDATE SET position = known.position + excluded.position
    RETURNING partition, position
),
placed AS (
    SELECT ready.id, advanced.position - counted.number
           + row_number() OVER (PARTITION BY partition ORDER BY ready.transaction_id, ready.id) AS position
    FROM ready JOIN advanced USING (partition) JOIN counted USING (partition)
)
UPDATE changes SET position = placed.position FROM placed WHERE changes.id = placed.id
""")


@dataclass(frozen=True)
class NumberedChange:
    """One change as readers see it. ``position`` counts from 1 within the partition, without gaps."""

    position: int
    kind: str
    subject: str
    payload: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Waiting:
    """Changes without a position: how many, and the ``at`` of the oldest (None when there are none)."""

    count: int
    oldest: datetime | None


async def append(
    session: AsyncSession,
    partition: str,
    kind: str,
    subject: str,
    payload: Mapping[str, Any],
    at: datetime,
) -> None:
    """Write one change in the caller's transaction. ``payload`` is JSON and holds no personal data."""
    await append_many(session, partition, [(kind, subject, payload)], at)


async def append_many(
    session: AsyncSession, partition: str, changes: Iterable[tuple[str, str, Mapping[str, Any]]], at: datetime
) -> None:
    """Write many changes ``(kind, subject, payload)`` of one partition, in their order."""
    rows = [
        {"partition": partition, "kind": kind, "subject": subject, "payload": dict(payload), "at": at}
        for kind, subject, payload in changes
    ]
    if rows:
        await session.execute(insert(Change.__table__), rows)  # type: ignore[arg-type]


async def append_selected(session: AsyncSession, rows: Select[*tuple[Any, ...]]) -> int:
    """Write what a SELECT of (partition, kind, subject, payload, at) gives, in its ORDER BY; the number of rows.

    In plain SQL: ``INSERT INTO changes (partition, kind, subject, payload, at) SELECT … ORDER BY …``.
    """
    columns = ["partition", "kind", "subject", "payload", "at"]
    statement = insert(Change.__table__).from_select(columns, rows)  # type: ignore[arg-type]
    written = await session.execute(statement, execution_options={"preserve_rowcount": True})
    return int(getattr(written, "rowcount", 0))


async def number(session: AsyncSession, batch: int = BATCH) -> int:
    """Give positions to at most ``batch`` changes that everybody can see; how many it were.

    Several may run at once: they wait for each other on an advisory lock, which ends with the transaction.
    The session must be READ COMMITTED, so that the second statement sees what the previous holder committed.
    """
    lock = select(func.pg_advisory_xact_lock(LOCK), func.current_setting("transaction_isolation"))
    isolation = (await session.execute(lock)).one()[1]
    if isolation != "read committed":
        raise ValueError(f"numbering needs a READ COMMITTED transaction, this one is {isolation}")
    numbered = await session.execute(NUMBER, {"batch": batch})
    return int(getattr(numbered, "rowcount", 0))


async def read(session: AsyncSession, partition: str, after: int = 0, limit: int = 1000) -> list[NumberedChange]:
    """The numbered changes of a partition behind position ``after``, in order, at most ``limit``."""
    statement = (
        select(Change.position, Change.kind, Change.subject, Change.payload, Change.at)
        .where(Change.partition == partition, Change.position > after)
        .order_by(Change.position)
        .limit(limit)
    )
    return [NumberedChange(*row) for row in await session.execute(statement)]


async def head(session: AsyncSession, partition: str) -> int:
    """The highest position ever given in a partition; 0 when there is none."""
    statement = select(ChangePartition.position).where(ChangePartition.partition == partition)
    return (await session.execute(statement)).scalar_one_or_none() or 0


async def waiting(session: AsyncSession) -> Waiting:
    """What still waits for a position: an old one means that a transaction was left open somewhere."""
    statement = select(func.count(), func.min(Change.at)).where(Change.position.is_(None))
    count, oldest = (await session.execute(statement)).one()
    return Waiting(count, oldest)
