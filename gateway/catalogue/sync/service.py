"""Sync of one member: one run from its sources to its published snapshot, or to a person who must decide.

A run holds the member's lock (an advisory lock of the database, gone when the process is) from start to end, so two
syncs of one member never overlap. What a killed run leaves behind is cleaned by the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.findings import Finding
from gateway import failpoints
from gateway.catalogue.models import MemberSnapshot, StagedResource, SyncFinding, SyncRun
from gateway.catalogue.sync import publish as publishing
from gateway.catalogue.sync.findings import FindingStore, finding_of
from gateway.catalogue.sync.limits import Difference, Hold, holds
from gateway.catalogue.sync.reading import Outcome, Reading, StreamProgress, origins
from gateway.catalogue.sync.references import check_references
from gateway.clock import AMSTERDAM, Clock
from gateway.errors import Conflict, NotFound
from gateway.ids import Ids
from gateway.members.schemas import Configuration, Member
from gateway.members.service import current, member_of
from gateway.settings import Settings
from gateway.storage.engine import Database, raw, translated

__all__ = [
    "Deps",
    "RunResult",
    "SyncRun",
    "approve",
    "configuration_in_force",
    "findings_of",
    "last_started",
    "latest_run",
    "latest_runs",
    "member_lock",
    "reject",
    "run_of",
    "shown_counts",
    "snapshots",
    "synchronise",
]

Reason = Literal["schedule", "demand", "command"]
Progress = Callable[[Sequence[StreamProgress]], Awaitable[None]]
Look = Callable[[AsyncSession, UUID, dict[str, Any]], Awaitable[None]]

_TRY_LOCK: Final = text("SELECT pg_try_advisory_lock(:space, hashtext(:member))")
_UNLOCK: Final = text("SELECT pg_advisory_unlock(:space, hashtext(:member))")
_LOCK_SPACE: Final = 711_002
_UNLIMITED: Final = text("SET LOCAL statement_timeout = 0")  # publishing 100,000 rows takes longer than a request
_MOST_ATTEMPTS: Final = 3  # another member may claim one of our ids between staging and publishing


@dataclass(frozen=True, slots=True)
class Deps:
    """What a sync needs from outside."""

    database: Database
    settings: Settings
    clock: Clock
    ids: Ids


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended. ``state`` as in ``sync_runs``."""

    run: UUID
    member: str
    state: str
    differences: tuple[Difference, ...] = ()
    holds: tuple[Hold, ...] = ()
    failures: tuple[dict[str, Any], ...] = ()
    counts: dict[str, Any] | None = None


def shown_counts(counts: Mapping[str, Any] | None) -> dict[str, Any]:
    """The counts of a run without what only its publication needs."""
    return {name: value for name, value in (counts or {}).items() if name != "outcome"}


async def configuration_in_force(database: Database) -> Configuration:
    """The stored configuration. Raises NotFound when none was applied."""
    async with database.transaction() as session:
        configuration = await current(session)
    if configuration is None:
        raise NotFound(what="configuration (ooapi-gateway apply)")
    return configuration


# -- one run -----------------------------------------------------------------------------------------------------
async def synchronise(
    deps: Deps,
    member_id: str,
    *,
    reason: Reason,
    dry_run: bool = False,
    progress: Progress | None = None,
    look: Look | None = None,
) -> RunResult:
    """Run one sync of a member, from reading to publication.

    ``dry_run``: compare only; nothing is published and staging is cleared, after ``look`` has seen it. Raises
    NotFound for an unknown member, Conflict when a sync of this member is running, StoreUnavailable.
    """
    configuration = await configuration_in_force(deps.database)
    member = member_of(configuration, member_id)
    async with member_lock(deps.database, member_id):
        run = await _begin(deps, configuration, member, reason)
        try:
            for attempt in range(1, _MOST_ATTEMPTS + 1):
                result = await _run(deps, configuration, member, run, dry_run=dry_run, progress=progress, look=look)
                if result is not None:
                    return result
                if attempt < _MOST_ATTEMPTS:
                    await _clear(deps, run)
            raise Conflict(what="another member claims the same ids again and again")
        except BaseException as error:
            await asyncio.shield(_abort(deps, run, error))
            raise


async def _begin(deps: Deps, configuration: Configuration, member: Member, reason: Reason) -> UUID:
    """Write the run and clear what earlier runs of this member left behind."""
    run = deps.ids.new()
    now = deps.clock.now()
    async with deps.database.transaction() as session:
        await session.execute(
            update(SyncRun)
            .where(SyncRun.member == member.id, SyncRun.state == "running")
            .values(state="interrupted", finished_at=now)
        )
        earlier = select(StagedResource.run).where(StagedResource.member == member.id).distinct()
        waiting = select(SyncRun.id).where(SyncRun.member == member.id, SyncRun.state == "held")
        leftover = list((await session.execute(earlier.where(StagedResource.run.not_in(waiting)))).scalars())
        await publishing.discard(session, leftover)
        session.add(
            SyncRun(
                id=run,
                member=member.id,
                state="running",
                reason=reason,
                configuration=configuration.generation,
                requested_at=now,
                started_at=now,
                progress={},
                counts={},
                hold=[],
                failures=[],
            )
        )
    return run


async def _run(
    deps: Deps,
    configuration: Configuration,
    member: Member,
    run: UUID,
    *,
    dry_run: bool,
    progress: Progress | None,
    look: Look | None,
) -> RunResult | None:
    """Read, check and publish once; None when the ids must be given anew."""
    findings = FindingStore(run)

    async def report(streams: Sequence[StreamProgress]) -> None:
        async with deps.database.transaction() as session:
            value = {"streams": [asdict(stream) for stream in streams], "at": deps.clock.now().isoformat()}
            await session.execute(update(SyncRun).where(SyncRun.id == run).values(progress=value))
        if progress is not None:
            await progress(streams)

    reading = Reading(
        deps.database,
        configuration,
        member,
        run,
        settings=deps.settings,
        clock=deps.clock,
        findings=findings,
        report=report,
    )
    outcome = await reading.read()
    refused = await check_references(deps.database, run, member.id, outcome, outcome.graph, findings)
    async with deps.database.transaction() as session:
        await session.execute(_UNLIMITED)
        await findings.write(await raw(session))
        differences = await publishing.compare(session, run, member.id, outcome)
        if look is not None:
            await look(session, run, _stored(outcome))
    counts = _counts(outcome, findings, differences, refused)
    today = deps.clock.now().astimezone(AMSTERDAM).date()
    reasons = holds(differences, member.limits, configuration.federation.rollover, today)
    result = RunResult(run, member.id, "", tuple(differences), tuple(reasons), tuple(outcome.failures), counts)
    if dry_run:
        return await _end(deps, result, outcome, "dry-run", keep=False)
    if _nothing_read(outcome):
        return await _end(deps, result, outcome, "failed", keep=False)
    if reasons:
        return await _end(deps, result, outcome, "held", keep=True)
    if all(difference.nothing for difference in differences):
        return await _end(deps, result, outcome, "unchanged", keep=False)
    return await _publish(deps, result, outcome)


def _nothing_read(outcome: Outcome) -> bool:
    """Whether every stream failed: then there is nothing to publish or to confirm."""
    return bool(outcome.failures) and not any(stream.done for stream in outcome.progress)


async def _publish(deps: Deps, result: RunResult, outcome: Outcome) -> RunResult | None:
    failpoints.reach("publish.before-apply")
    now = deps.clock.now()
    async with deps.database.transaction() as session:
        await session.execute(_UNLIMITED)
        if not await publishing.publish(session, result.run, result.member, outcome, now):
            return None
        failpoints.reach("publish.applied")
        ended = await _end_in(session, result, outcome, "published", now, keep=False)
        failpoints.reach("publish.before-commit")
    failpoints.reach("publish.committed")
    return ended


async def _end(deps: Deps, result: RunResult, outcome: Outcome, state: str, *, keep: bool) -> RunResult:
    now = deps.clock.now()
    async with deps.database.transaction() as session:
        if state == "unchanged":
            await publishing.confirm(session, result.run, result.member, outcome, now)
        return await _end_in(session, result, outcome, state, now, keep=keep)


async def _end_in(
    session: AsyncSession, result: RunResult, outcome: Outcome, state: str, now: datetime, *, keep: bool
) -> RunResult:
    """Write how the run ended; findings of the member's earlier runs go, and staging unless it is kept.

    Raises Conflict when a later run took over: the lock goes with its connection, and what was staged went too.
    """
    counts = dict(result.counts or {})
    if keep:
        counts["outcome"] = _stored(outcome)
    ended = await session.execute(
        update(SyncRun)
        .where(SyncRun.id == result.run, SyncRun.state.in_(("running", "held")))
        .values(
            state=state,
            finished_at=now,
            counts=counts,
            hold=[hold.as_dict() for hold in result.holds],
            failures=list(result.failures),
        )
        .returning(SyncRun.id)
    )
    if ended.scalar_one_or_none() is None:
        raise Conflict(what=f"another sync of {result.member} took over")
    if state != "dry-run":
        await _supersede(session, result, failed=state == "failed")
    if not keep:
        await publishing.discard(session, [result.run])
    return replace(result, state=state)


def _stored(outcome: Outcome) -> dict[str, Any]:
    """What publishing needs of an outcome, as JSON: a held run is published by another process, days later."""
    return {
        "replaced": outcome.replaced,
        "configured": outcome.configured,
        "states": [[source, stream, state] for source, stream, state in outcome.states],
    }


async def _supersede(session: AsyncSession, result: RunResult, *, failed: bool) -> None:
    """A later run takes the place of one that still waits, unless it read nothing, and of earlier findings."""
    others = select(SyncRun.id).where(SyncRun.member == result.member, SyncRun.id != result.run)
    if failed:
        others = others.where(SyncRun.state != "held")
    else:
        superseded = update(SyncRun).where(SyncRun.id.in_(others), SyncRun.state == "held")
        ids = await session.execute(superseded.values(state="superseded").returning(SyncRun.id))
        await publishing.discard(session, list(ids.scalars()))
    await session.execute(SyncFinding.__table__.delete().where(SyncFinding.run.in_(others)))  # type: ignore[attr-defined]


async def _clear(deps: Deps, run: UUID) -> None:
    async with deps.database.transaction() as session:
        await publishing.discard(session, [run])
        await session.execute(SyncFinding.__table__.delete().where(SyncFinding.run == run))  # type: ignore[attr-defined]


async def _abort(deps: Deps, run: UUID, error: BaseException) -> None:
    """Say that a run ended badly. When even that cannot be written, the next run does."""
    kind = type(error).__name__
    failure = {"source": "", "stream": "", "code": "sync-aborted", "message": {"nl": kind, "en": kind}}
    try:
        async with deps.database.transaction() as session:
            await publishing.discard(session, [run])
            await session.execute(
                update(SyncRun)
                .where(SyncRun.id == run, SyncRun.state == "running")
                .values(state="failed", finished_at=deps.clock.now(), failures=[failure])
            )
    except Exception:  # noqa: BLE001 - the first error is the one to raise
        return


def _counts(
    outcome: Outcome, findings: FindingStore, differences: Sequence[Difference], refused: int
) -> dict[str, Any]:
    return {
        "rows": sum(stream.rows for stream in outcome.progress),
        "staged": sum(difference.staged for difference in differences),
        "refused": sum(stream.refused for stream in outcome.progress) + refused,
        "skipped": sum(stream.skipped for stream in outcome.progress),
        "added": sum(difference.added for difference in differences),
        "changed": sum(difference.changed for difference in differences),
        "deleted": sum(difference.deleted for difference in differences),
        "streams": [asdict(stream) for stream in outcome.progress],
        "differences": [asdict(difference) for difference in differences],
        **findings.counts(),
    }


@asynccontextmanager
async def member_lock(database: Database, member: str) -> AsyncIterator[None]:
    """The right to sync this member. Raises Conflict when another process has it, StoreUnavailable."""
    parameters = {"space": _LOCK_SPACE, "member": member}
    with translated():
        async with database.engine.connect() as connection:
            held = await connection.execution_options(isolation_level="AUTOCOMMIT")
            if not (await held.execute(_TRY_LOCK, parameters)).scalar_one():
                raise Conflict(what=f"a sync of {member} is running")
            try:
                yield
            finally:
                try:
                    await asyncio.shield(held.execute(_UNLOCK, parameters))
                except DBAPIError:  # the connection broke and the lock went with it, or goes with it now
                    await connection.invalidate()


# -- a person decides --------------------------------------------------------------------------------------------
async def approve(deps: Deps, run_id: UUID, *, by: str, reason: str) -> RunResult:
    """Publish a held run. Raises NotFound, or Conflict when it does not wait (any more) or has other sources now."""
    configuration = await configuration_in_force(deps.database)
    async with deps.database.transaction() as session:
        member = member_of(configuration, (await run_of(session, run_id)).member)
    configured = origins(configuration, member)
    async with member_lock(deps.database, member.id):
        now = deps.clock.now()
        async with deps.database.transaction() as session:
            await session.execute(_UNLIMITED)
            run = await _held(session, run_id)
            stored = run.counts["outcome"]
            if stored["configured"] != configured:
                raise Conflict(what=f"the sources of {member.id} changed; sync again")
            outcome = Outcome(
                replaced=stored["replaced"],
                configured=stored["configured"],
                states=[(source, stream, state) for source, stream, state in stored["states"]],
                failures=run.failures,
            )
            differences = await publishing.compare(session, run_id, member.id, outcome)
            if not await publishing.publish(session, run_id, member.id, outcome, now):
                raise Conflict(what="another member claimed one of the ids; sync again")
            run.decided_by, run.decided_at, run.decision_reason = by, now, reason
            await session.flush()
            result = RunResult(run_id, member.id, "", tuple(differences), counts=run.counts)
            return await _end_in(session, result, outcome, "published", now, keep=False)


async def reject(deps: Deps, run_id: UUID, *, by: str, reason: str) -> RunResult:
    """Throw a held run away; the published snapshot stays. Raises NotFound or Conflict."""
    now = deps.clock.now()
    async with deps.database.transaction() as session:
        run = await _held(session, run_id)
        run.state, run.decided_by, run.decided_at, run.decision_reason = "rejected", by, now, reason
        await publishing.discard(session, [run_id])
        return RunResult(run_id, run.member, "rejected", counts=run.counts)


async def _held(session: AsyncSession, run_id: UUID) -> SyncRun:
    run = await run_of(session, run_id, lock=True)
    if run.state != "held":
        raise Conflict(what=f"run {run_id} is {run.state}, it does not wait for a decision")
    return run


# -- looking -----------------------------------------------------------------------------------------------------
async def run_of(session: AsyncSession, run_id: UUID, *, lock: bool = False) -> SyncRun:
    """A run by id. Raises NotFound."""
    chosen = select(SyncRun).where(SyncRun.id == run_id)
    found = (await session.execute(chosen.with_for_update() if lock else chosen)).scalar_one_or_none()
    if found is None:
        raise NotFound(what=f"run {run_id}")
    return found


async def latest_run(session: AsyncSession, member: str, *, state: str | None = None) -> SyncRun | None:
    """The member's newest run, dry runs aside."""
    chosen = select(SyncRun).where(SyncRun.member == member, SyncRun.state != "dry-run")
    if state is not None:
        chosen = chosen.where(SyncRun.state == state)
    newest = chosen.order_by(SyncRun.requested_at.desc(), SyncRun.id).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()


async def findings_of(session: AsyncSession, run_id: UUID) -> list[Finding]:
    """The kept findings of a run, in the order in which they were found."""
    chosen = select(SyncFinding).where(SyncFinding.run == run_id).order_by(SyncFinding.number)
    return [finding_of(row) for row in (await session.execute(chosen)).scalars()]


async def snapshots(session: AsyncSession) -> dict[str, MemberSnapshot]:
    """The published snapshot of each member that has one."""
    return {row.member: row for row in (await session.execute(select(MemberSnapshot))).scalars()}


async def latest_runs(session: AsyncSession) -> dict[str, SyncRun]:
    """The newest finished run of each member, dry runs aside."""
    chosen = (
        select(SyncRun)
        .ext(distinct_on(SyncRun.member))
        .where(SyncRun.state.not_in(("dry-run", "running", "queued")))
        .order_by(SyncRun.member, SyncRun.requested_at.desc(), SyncRun.id)
    )
    return {run.member: run for run in (await session.execute(chosen)).scalars()}


async def last_started(session: AsyncSession) -> dict[str, datetime]:
    """When the newest run of each member was requested."""
    chosen = select(SyncRun.member, func.max(SyncRun.requested_at)).where(SyncRun.state != "dry-run")
    return {row[0]: row[1] for row in await session.execute(chosen.group_by(SyncRun.member))}
