"""Comparing what is staged with what is published, and publishing it: one transaction, set by set.

Readers see the snapshot before or the snapshot after, never a mixture: everything happens in one transaction, and
the generation that makes serving processes look again is raised in it too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.catalogue.sync.limits import Difference
from gateway.catalogue.sync.reading import Outcome
from gateway.catalogue.sync.staging import BODY_VERSION, GONE
from gateway.storage.generation import raise_generation

_STAGED_DIFFERENCE: Final = text(
    """
    SELECT s.origin, s.resource, count(*) AS staged,
           count(*) FILTER (WHERE c.id IS NULL) AS added,
           count(*) FILTER (WHERE c.digest <> s.digest) AS changed
    FROM staged_resources s LEFT JOIN catalogue_resources c ON c.id = s.id
    WHERE s.run = :run GROUP BY s.origin, s.resource
    """
)
_PUBLISHED_DIFFERENCE: Final = text(
    f"""
    SELECT c.origin, c.resource, count(*) AS published, count(*) FILTER (WHERE {GONE}) AS deleted
    FROM catalogue_resources c WHERE c.member = :member GROUP BY c.origin, c.resource
    """  # noqa: S608 - constant text
)

_CLAIM: Final = text(
    """
    INSERT INTO resource_identities (id, member, resource, source_key, claimed_at)
    SELECT s.id, s.member, s.resource, s.source_key, :at FROM staged_resources s
    LEFT JOIN resource_identities i ON i.id = s.id
    WHERE s.run = :run AND i.id IS NULL
    ON CONFLICT DO NOTHING
    """
)
_STOLEN: Final = text(
    """
    SELECT count(*) FROM staged_resources s LEFT JOIN resource_identities i ON i.id = s.id
    WHERE s.run = :run
      AND (i.id IS NULL OR (i.member, i.resource, i.source_key) <> (s.member, s.resource, s.source_key))
    """
)

_CHANGES_DELETED: Final = text(
    f"""
    INSERT INTO changes (partition, kind, subject, payload, at)
    SELECT :partition, 'deleted', c.resource || '/' || c.id, jsonb_build_object('run', CAST(:run AS text)), :at
    FROM catalogue_resources c WHERE {GONE}
    """  # noqa: S608 - constant text
)
_CHANGES_WRITTEN: Final = text(
    """
    INSERT INTO changes (partition, kind, subject, payload, at)
    SELECT :partition, CASE WHEN c.id IS NULL THEN 'created' ELSE 'updated' END, s.resource || '/' || s.id,
           jsonb_build_object('run', CAST(:run AS text), 'digest', encode(s.digest, 'hex')), :at
    FROM staged_resources s LEFT JOIN catalogue_resources c ON c.id = s.id
    WHERE s.run = :run AND (c.id IS NULL OR c.digest <> s.digest)
    """
)

_DELETE_BODIES: Final = text(
    f"DELETE FROM catalogue_bodies b USING catalogue_resources c WHERE b.id = c.id AND {GONE}"  # noqa: S608
)
_DELETE: Final = text(f"DELETE FROM catalogue_resources c WHERE {GONE}")  # noqa: S608 - constant text

_WRITE_BODIES: Final = text(
    f"""
    INSERT INTO catalogue_bodies (id, version, body, timeline)
    SELECT s.id, {BODY_VERSION}, s.body, s.timeline
    FROM staged_resources s LEFT JOIN catalogue_resources c ON c.id = s.id
    WHERE s.run = :run AND (c.id IS NULL OR c.digest <> s.digest)
    ON CONFLICT (id, version) DO UPDATE SET body = excluded.body, timeline = excluded.timeline
    """  # noqa: S608 - constant text
)

_INDEXED: Final = (
    "member, resource, source_key, origin, digest, primary_code, name_key, start_at, end_at, facets, refs, consumers,"
    " search_name, search_text"
)
# A name counts more than a description; both are stemmed in Dutch and in English.
_WRITE: Final = text(
    f"""
    INSERT INTO catalogue_resources (id, {_INDEXED}, search_vector, changed_at)
    SELECT s.id, {", ".join("s." + name.strip() for name in _INDEXED.split(","))},
           setweight(to_tsvector('dutch', s.search_name) || to_tsvector('english', s.search_name), 'A')
           || setweight(to_tsvector('dutch', s.search_text) || to_tsvector('english', s.search_text), 'B'),
           :at
    FROM staged_resources s LEFT JOIN catalogue_resources c ON c.id = s.id
    WHERE s.run = :run AND (c.id IS NULL OR c.digest <> s.digest)
    ON CONFLICT (id) DO UPDATE SET
        ({_INDEXED}, search_vector, changed_at)
        = ({", ".join("excluded." + name.strip() for name in _INDEXED.split(","))},
           excluded.search_vector, excluded.changed_at)
    """  # noqa: S608 - constant text
)

_STATE: Final = text(
    """
    INSERT INTO stream_states (member, source, stream, state, run, at)
    VALUES (:member, :source, :stream, CAST(:state AS jsonb), :run, :at)
    ON CONFLICT (member, source, stream) DO UPDATE SET state = excluded.state, run = excluded.run, at = excluded.at
    """
)
_COUNTS: Final = text(
    "SELECT resource, count(*) AS number FROM catalogue_resources WHERE member = :member GROUP BY resource"
)
_SNAPSHOT: Final = text(
    """
    INSERT INTO member_snapshots (member, run, published_at, verified_at, counts)
    VALUES (:member, :run, :at, :at, CAST(:counts AS jsonb))
    ON CONFLICT (member) DO UPDATE SET
        run = excluded.run, published_at = excluded.published_at, verified_at = excluded.verified_at,
        counts = excluded.counts
    """
)
_VERIFIED: Final = text("UPDATE member_snapshots SET verified_at = :at WHERE member = :member")


async def compare(session: AsyncSession, run: UUID, member: str, outcome: Outcome) -> list[Difference]:
    """What publishing the run would do, by origin and resource."""
    parameters = _parameters(run, member, outcome)
    published = {(row.origin, row.resource): row for row in await session.execute(_PUBLISHED_DIFFERENCE, parameters)}
    staged = {(row.origin, row.resource): row for row in await session.execute(_STAGED_DIFFERENCE, {"run": run})}
    differences = []
    for pair in sorted(published.keys() | staged.keys()):
        before, after = published.get(pair), staged.get(pair)
        differences.append(
            Difference(
                origin=pair[0],
                resource=pair[1],
                published=before.published if before else 0,
                deleted=before.deleted if before else 0,
                added=after.added if after else 0,
                changed=after.changed if after else 0,
                staged=after.staged if after else 0,
            )
        )
    return differences


async def publish(session: AsyncSession, run: UUID, member: str, outcome: Outcome, at: datetime) -> bool:
    """Publish the run in the caller's transaction.

    Returns False, having changed nothing, when another member claimed one of its ids meanwhile: the run must be
    read again. The caller commits; until then readers see the snapshot before.
    """
    parameters = {**_parameters(run, member, outcome), "at": at, "partition": f"catalogue:{member}"}
    await session.execute(_CLAIM, parameters)
    if (await session.execute(_STOLEN, parameters)).scalar_one():
        return False
    for statement in (_CHANGES_DELETED, _CHANGES_WRITTEN, _DELETE_BODIES, _DELETE, _WRITE_BODIES, _WRITE):
        await session.execute(statement, parameters)
    await _keep_checkpoints(session, outcome, parameters)
    counts = {row.resource: row.number for row in await session.execute(_COUNTS, parameters)}
    await session.execute(_SNAPSHOT, {**parameters, "counts": orjson.dumps(counts).decode()})
    await raise_generation(session)
    return True


async def confirm(session: AsyncSession, run: UUID, member: str, outcome: Outcome, at: datetime) -> None:
    """Nothing changed: keep the checkpoints and, when every stream could be read, say that the snapshot is right."""
    parameters = {**_parameters(run, member, outcome), "at": at}
    await _keep_checkpoints(session, outcome, parameters)
    if not outcome.failures:
        await session.execute(_VERIFIED, parameters)


async def _keep_checkpoints(session: AsyncSession, outcome: Outcome, parameters: dict[str, Any]) -> None:
    for source, stream, state in outcome.states:
        values = {"source": source, "stream": stream, "state": orjson.dumps(state).decode()}
        await session.execute(_STATE, {**parameters, **values})


async def discard(session: AsyncSession, runs: Sequence[UUID]) -> None:
    """Forget what these runs staged."""
    for table in ("staged_resources", "staged_tombstones"):
        await session.execute(text(f"DELETE FROM {table} WHERE run = ANY(:runs)"), {"runs": list(runs)})  # noqa: S608


def _parameters(run: UUID, member: str, outcome: Outcome) -> dict[str, Any]:
    return {"run": run, "member": member, "replaced": outcome.replaced, "configured": outcome.configured}
