"""What a held run would change, resource by resource and property by property; or a sync of this moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.catalogue.sync import service
from gateway.catalogue.sync.service import Deps
from gateway.catalogue.sync.staging import BODY_VERSION, GONE

_MOST_PROPERTIES: Final = 12

_DIFFERENT: Final = text(
    f"""
    SELECT s.resource, s.source_key, b.body AS before, s.body AS after
    FROM staged_resources s
    LEFT JOIN catalogue_resources c ON c.id = s.id
    LEFT JOIN catalogue_bodies b ON b.id = c.id AND b.version = {BODY_VERSION}
    WHERE s.run = :run AND (c.id IS NULL OR c.digest <> s.digest)
    ORDER BY c.id IS NULL, s.resource, s.source_key LIMIT :limit
    """  # noqa: S608 - constant text
)
_GONE: Final = text(
    f"""
    SELECT c.resource, c.source_key, b.body AS before
    FROM catalogue_resources c JOIN catalogue_bodies b ON b.id = c.id AND b.version = {BODY_VERSION}
    WHERE {GONE} ORDER BY c.resource, c.source_key LIMIT :limit
    """  # noqa: S608 - constant text
)


@dataclass(frozen=True, slots=True)
class Change:
    """One resource that differs. ``properties``: ``name: before → after``, at most a dozen."""

    kind: Literal["new", "changed", "gone"]
    resource: str
    key: str
    name: str
    properties: tuple[str, ...] = ()


async def changes(deps: Deps, member: str, *, limit: int) -> list[Change]:
    """At most ``limit`` differences, deletions first.

    Of the run that waits for a person; when none does, of a dry run of this moment. Raises what a sync raises.
    """
    async with deps.database.transaction() as session:
        held = await service.latest_run(session, member, state="held")
        if held is not None:
            return await differences(session, held.id, member, held.counts["outcome"], limit)
    found: list[Change] = []

    async def look(session: AsyncSession, run: UUID, stored: dict[str, Any]) -> None:
        found.extend(await differences(session, run, member, stored, limit))

    await service.synchronise(deps, member, reason="command", dry_run=True, look=look)
    return found


async def differences(
    session: AsyncSession, run: UUID, member: str, stored: dict[str, Any], limit: int
) -> list[Change]:
    parameters = {
        "run": run,
        "member": member,
        "limit": limit,
        "replaced": stored["replaced"],
        "configured": stored["configured"],
    }
    found = [
        Change("gone", row.resource, row.source_key, _name(orjson.loads(row.before)))
        for row in await session.execute(_GONE, parameters)
    ]
    for row in await session.execute(_DIFFERENT, parameters):
        after = orjson.loads(row.after)
        if row.before is None:
            found.append(Change("new", row.resource, row.source_key, _name(after)))
        else:
            properties = _properties(orjson.loads(row.before), after)
            found.append(Change("changed", row.resource, row.source_key, _name(after), properties))
    return found[:limit]


def _name(body: dict[str, Any]) -> str:
    names = body.get("name") or [{"value": body.get("displayName", "")}]
    return str(names[0].get("value", ""))


def _properties(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, ...]:
    lines = []
    for name in [*after, *(name for name in before if name not in after)]:
        if before.get(name) != after.get(name):
            lines.append(f"{name}: {_short(before.get(name))} → {_short(after.get(name))}")
    return tuple(lines[:_MOST_PROPERTIES])


def _short(value: Any) -> str:
    shown = "–" if value is None else orjson.dumps(value).decode()
    return shown if len(shown) <= 60 else shown[:59] + "…"
