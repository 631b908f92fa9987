"""References to nothing and references in a circle, found before anything is published.

A reference that a resource cannot do without (an offering's course) refuses the row; any other is left out of the
body and said. Refusing a row may break further references, so this repeats until nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.contract import SourceReference
from adapters.findings import Finding, shown
from gateway.catalogue.sync.findings import FindingStore
from gateway.catalogue.sync.staging import BODY_VERSION, GONE, Staged, Target, copy_rows, row_of, targets_of
from gateway.storage.engine import Database, raw
from ooapi_specs.v5 import RESOURCES

PARENT: Final = "parent"
_BATCH: Final = 500
_IN_TIMELINE: Final = "timelineOverrides."

_PUBLISHED = text(
    f"SELECT c.id FROM catalogue_resources c WHERE c.id = ANY(:ids) AND c.member = :member AND NOT ({GONE})"  # noqa: S608
)
# Published rows that the run leaves alone, though something that they refer to goes away.
_LEFT_BEHIND = text(
    f"""
    WITH gone AS MATERIALIZED (SELECT c.id FROM catalogue_resources c WHERE {GONE})
    SELECT c.id, c.resource, c.source_key, c.origin, c.refs, b.body, b.timeline
    FROM catalogue_resources c JOIN catalogue_bodies b ON b.id = c.id AND b.version = {BODY_VERSION}
    WHERE c.member = :member AND c.id NOT IN (SELECT id FROM gone)
      AND NOT EXISTS (SELECT 1 FROM staged_resources s WHERE s.run = :run AND s.id = c.id)
      AND EXISTS (
          SELECT 1 FROM jsonb_each(c.refs) AS named, jsonb_array_elements_text(named.value) AS target
          WHERE CAST(target AS uuid) IN (SELECT id FROM gone)
      )
    ORDER BY c.id LIMIT :batch
    """  # noqa: S608 - constant text
)
_GONE_NAMES = text(
    f"SELECT c.id, c.resource, c.source_key FROM catalogue_resources c WHERE c.id = ANY(:ids) AND {GONE}"  # noqa: S608
)
_BURY = text("INSERT INTO staged_tombstones SELECT :run, unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING")
_PUBLISHED_PARENTS = text(
    "SELECT id, CAST(refs -> 'parent' ->> 0 AS uuid) AS parent FROM catalogue_resources c"
    " WHERE member = :member AND refs ? 'parent' AND origin <> ALL(:replaced)"
    " AND NOT EXISTS (SELECT 1 FROM staged_resources s WHERE s.run = :run AND s.id = c.id)"
    " AND NOT EXISTS (SELECT 1 FROM staged_tombstones t WHERE t.run = :run AND t.id = c.id)"
)
_AFFECTED = text(
    "SELECT id, resource, source_key, origin, body, timeline, targets, place, row FROM staged_resources"
    " WHERE run = :run AND target_ids && CAST(:ids AS uuid[]) ORDER BY id LIMIT :batch"
)
_DELETE = text("DELETE FROM staged_resources WHERE run = :run AND id = ANY(:ids)")
_CHOSEN = text(
    "SELECT id, resource, source_key, origin, body, timeline, targets, place, row FROM staged_resources"
    " WHERE run = :run AND id = ANY(:ids) ORDER BY id"
)

# The subject of each resource: the reference that it is meaningless without.
_SUBJECTS: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(reference.property for reference in definition.references if reference.subject)
    for name, definition in RESOURCES.items()
}


class Origins(Protocol):
    """``replaced``: origins that the run read whole; ``configured``: all that the configuration knows."""

    replaced: list[str]
    configured: list[str]


class Graph:
    """What a run's resources refer to, as far as it is needed to find what is missing.

    Ids are kept as integers: a hundred thousand UUID objects would make every collection of garbage slow.
    """

    def __init__(self) -> None:
        self._present: set[int] = set()
        self._wanted: set[int] = set()
        self.parents: dict[UUID, UUID] = {}

    def __contains__(self, resource_id: UUID) -> bool:
        return resource_id.int in self._present

    def add(self, resource_id: UUID, targets: Iterable[Target]) -> None:
        self._present.add(resource_id.int)
        self.parents.pop(resource_id, None)  # a later row of a delta may have none
        for target in targets:
            self._wanted.add(target.id.int)
            if target.property == PARENT:
                self.parents[resource_id] = target.id

    def remove(self, ids: Iterable[UUID]) -> None:
        """These resources are not staged any more."""
        for resource_id in ids:
            self._present.discard(resource_id.int)
            self.parents.pop(resource_id, None)

    def missing(self) -> set[UUID]:
        """What is referred to and not staged."""
        return {UUID(int=number) for number in self._wanted - self._present}

    def wanted(self, ids: Iterable[UUID]) -> set[UUID]:
        """Those of these ids that something refers to."""
        return {resource_id for resource_id in ids if resource_id.int in self._wanted}


async def check_references(
    database: Database, run: UUID, member: str, outcome: Origins, graph: Graph, findings: FindingStore
) -> int:
    """Repair or refuse what would refer to nothing after this run; returns how many were refused or go along.

    Judges what is staged, and what is published and left alone by the run: a course that goes takes its offerings.
    """
    parameters = {"run": run, "member": member, "replaced": outcome.replaced, "configured": outcome.configured}
    refused = 0
    while True:
        refused += await _check_staged(database, parameters, graph, findings)
        if set(outcome.configured) == set(outcome.replaced):
            break  # everything is staged, nothing is left alone
        buried = await _settle_left_behind(database, parameters, findings)
        refused += buried
        if not buried:
            break
    async with database.transaction() as session:
        kept = await session.execute(_PUBLISHED_PARENTS, parameters)
        parents = {row.id: row.parent for row in kept}
    await _break_circles(database, run, member, {**parents, **graph.parents}, findings)
    return refused


async def _check_staged(database: Database, parameters: dict[str, Any], graph: Graph, findings: FindingStore) -> int:
    refused = 0
    missing = graph.missing()
    while missing:
        async with database.transaction() as session:
            published = await session.execute(_PUBLISHED, {**parameters, "ids": list(missing)})
            missing -= {row.id for row in published}
        gone: set[UUID] = set()
        while missing:
            batch_gone, more = await _repair(database, parameters["run"], parameters["member"], missing, findings)
            gone |= batch_gone
            if not more:
                break
        graph.remove(gone)
        refused += len(gone)
        missing = graph.wanted(gone)
    return refused


async def _settle_left_behind(database: Database, parameters: dict[str, Any], findings: FindingStore) -> int:
    """Published rows of streams that this run did not read whole: what they refer to may be going away.

    They are staged again without the reference, or buried when it is their subject; returns how many were buried.
    """
    run, member = parameters["run"], parameters["member"]
    total = 0
    while True:
        async with database.transaction() as session:
            rows = (await session.execute(_LEFT_BEHIND, {**parameters, "batch": _BATCH})).all()
            if not rows:
                return total
            ids = {UUID(target) for row in rows for targets in row.refs.values() for target in targets}
            named = await session.execute(_GONE_NAMES, {**parameters, "ids": list(ids)})
            gone = {row.id: (row.resource, row.source_key) for row in named}
            kept, buried = [], []
            for row in rows:
                targets = _targets_of_published(row, gone)
                broken = [target for target in targets if target.id in gone]
                subject = next((t for t in broken if t.property in _SUBJECTS[row.resource]), None)
                for target in broken if subject is None else [subject]:
                    findings.add(_finding(row, target, "REF002" if subject is None else "REF001"))
                if subject is None:
                    kept.append(_without(row, targets, broken))
                else:
                    buried.append(row.id)
            await session.execute(_BURY, {"run": run, "ids": buried})
            connection = await raw(session)
            await copy_rows(connection, _rows(run, member, kept))
            await findings.write(connection)
        total += len(buried)


def _targets_of_published(row: Any, gone: Mapping[UUID, tuple[str, str]]) -> list[Target]:
    """The references of a published row; resource and key are known of those that go away."""
    body = orjson.loads(row.body)
    targets = []
    for name, ids in row.refs.items():
        for text_ in ids:
            target = UUID(text_)
            resource, key = gone.get(target, ("", ""))
            stands = name.partition(".")[0] in body or name.startswith(_IN_TIMELINE)
            many = isinstance(body.get(name), list) or not stands
            targets.append(Target(name, resource, key, target, many, link=not stands))
    return targets


async def _repair(
    database: Database, run: UUID, member: str, missing: set[UUID], findings: FindingStore
) -> tuple[set[UUID], bool]:
    """Repair one batch of resources that refer to something missing; returns the refused ids and whether any was."""
    async with database.transaction() as session:
        rows = (await session.execute(_AFFECTED, {"run": run, "ids": list(missing), "batch": _BATCH})).all()
        gone: set[UUID] = set()
        kept: list[Staged] = []
        for row in rows:
            targets = targets_of(row.targets)
            broken = [target for target in targets if target.id in missing]
            subject = next((t for t in broken if t.property in _SUBJECTS[row.resource]), None)
            for target in broken if subject is None else [subject]:
                findings.add(_finding(row, target, "REF002" if subject is None else "REF001"))
            if subject is None:
                kept.append(_without(row, targets, broken))
            else:
                gone.add(row.id)
        await _replace(session, database, run, member, [row.id for row in rows], kept)
        await findings.write(await raw(session))
    return gone, bool(rows)


async def _break_circles(
    database: Database, run: UUID, member: str, parents: Mapping[UUID, UUID], findings: FindingStore
) -> None:
    """Leave out the parent of every staged resource that stands in a circle of parents, published ones included."""
    circles = sorted(in_circles(parents))
    for start in range(0, len(circles), _BATCH):
        async with database.transaction() as session:
            chosen = await session.execute(_CHOSEN, {"run": run, "ids": circles[start : start + _BATCH]})
            kept, ids = [], []
            for row in chosen.all():
                targets = targets_of(row.targets)
                broken = [target for target in targets if target.property == PARENT]
                for target in broken:
                    findings.add(_finding(row, target, "REF003"))
                kept.append(_without(row, targets, broken))
                ids.append(row.id)
            await _replace(session, database, run, member, ids, kept)
            await findings.write(await raw(session))


def in_circles(parents: Mapping[UUID, UUID]) -> set[UUID]:
    """The ids that reach themselves by going from parent to parent."""
    found: set[UUID] = set()
    done: set[UUID] = set()
    for start in parents:
        path: dict[UUID, None] = {}
        here: UUID | None = start
        while here is not None and here not in done and here not in path:
            path[here] = None
            here = parents.get(here)
        if here is not None and here in path:
            walked = list(path)
            found.update(walked[walked.index(here) :])
        done.update(path)
    return found


def _finding(row: Any, target: Target, code: str) -> Finding:
    return Finding(
        code=code,
        source=_source(row),
        stream=row.origin.split("/")[1],
        resource=row.resource,
        key=row.source_key,
        target=target.property,
        values={"resource": target.resource, "key": shown(target.key)},
    )


def _without(row: Any, targets: Sequence[Target], broken: Sequence[Target]) -> Staged:
    """The staged resource with these references left out of body and references."""
    value: dict[str, Any] = orjson.loads(row.body)
    timeline: list[dict[str, Any]] = orjson.loads(row.timeline) if row.timeline else []
    for target in broken:
        if target.property.startswith(_IN_TIMELINE):
            _drop_from_timeline(timeline, target)
        else:
            _drop(value, target)
    return Staged(
        id=row.id,
        resource=row.resource,
        source_key=row.source_key,
        origin=row.origin,
        value=value,
        body=orjson.dumps(value),
        timeline=orjson.dumps(timeline) if timeline else None,
        targets=[target for target in targets if target not in broken],
        source=_source(row),
    )


def _source(row: Any) -> SourceReference:
    """Where a staged row stands; of a published one only the stream is known."""
    if hasattr(row, "place"):
        return SourceReference(row.place, row.row)
    return SourceReference(row.origin.split("/")[1])


def _drop(value: dict[str, Any], target: Target) -> None:
    """Take one reference out of a body. A nested one (``room.roomId``) takes the object along that it names."""
    if target.link:
        return
    if "." in target.property:
        value.pop(target.property.partition(".")[0], None)
        return
    if not target.many:
        value.pop(target.property, None)
        return
    left = [item for item in value.get(target.property, ()) if item != str(target.id)]
    if left:
        value[target.property] = left
    else:
        value.pop(target.property, None)


def _drop_from_timeline(timeline: list[dict[str, Any]], target: Target) -> None:
    """Take a reference out of every override that has it: ``{validFrom, course: {organization, …}}``."""
    inner = replace(target, property=target.property.removeprefix(_IN_TIMELINE))
    for override in timeline:
        for value in override.values():
            if isinstance(value, dict) and str(target.id) in orjson.dumps(value.get(inner.property)).decode():
                _drop(value, inner)


async def _replace(
    session: AsyncSession,
    database: Database,
    run: UUID,
    member: str,
    ids: Sequence[UUID],
    kept: Sequence[Staged],
) -> None:
    await session.execute(_DELETE, {"run": run, "ids": list(ids)})
    if kept:
        await copy_rows(await raw(session), _rows(run, member, kept))


def _rows(run: UUID, member: str, kept: Iterable[Staged]) -> Iterator[tuple[Any, ...]]:
    for staged in kept:
        yield row_of(run, member, staged)
