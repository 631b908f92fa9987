"""The SQL of serving: an ordering of ids, bodies by id. Each function takes the session and the visible members.

An ordering is one ``bytes`` of 16-byte ids, so that a page is a slice of it and the last page costs what the first
costs. The caller opens one snapshot for everything that belongs to one answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    any_,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from gateway.catalogue.models import CatalogueBody, CatalogueResource
from gateway.catalogue.serve.search import best_first, matching, prefer_indexes, resembling, words_holding
from gateway.catalogue.serve.selection import RELATIONS, Filter, Parent, Selection, Sort
from gateway.clock import AMSTERDAM
from gateway.errors import NotFound

ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Found:
    """One published resource in version 5. ``timeline``: JSON array of its overrides, where it has any."""

    id: UUID
    resource: str
    member: str
    body: bytes
    timeline: bytes | None
    refs: dict[str, list[str]]


async def ordered_ids(session: AsyncSession, visible: Collection[str], selection: Selection) -> bytes:
    """The ids of everything selected, in order, 16 bytes each.

    Raises NotFound when the parent does not exist or belongs to a member that is not visible.
    """
    conditions: list[ColumnElement[bool]] = [CatalogueResource.resource.in_(selection.resources)]
    if selection.q:
        conditions += await _not_hidden(session, visible)
    else:
        conditions.append(CatalogueResource.member.in_(sorted(visible)))
    parent_facets: dict[str, Any] = {}
    if selection.parent is not None:
        condition, parent_facets = await _hangs_on(session, visible, selection.parent)
        conditions.append(condition)
    conditions += [_equals(item, parent_facets) for item in selection.filters]
    conditions += [_refers(name, identifier) for name, identifier in selection.references]
    if selection.primary_code is not None:
        conditions.append(CatalogueResource.primary_code == selection.primary_code)
    if selection.consumer is not None:
        conditions.append(literal(selection.consumer) == any_(CatalogueResource.consumers))
    statement = select(CatalogueResource.id).where(*conditions)
    if selection.starts_from or selection.ends_by:
        statement = _within(statement, selection.starts_from, selection.ends_by)
    order = [_by(item) for item in selection.order]
    if not selection.q:
        return await _ids(session, statement.order_by(*order, CatalogueResource.id))
    return await _searched(session, statement, selection.q, order)


# The members that have anything published: one step through the index per member, not per resource.
_PUBLISHING = text(
    """
    WITH RECURSIVE publishing (member) AS (
        SELECT min(member) FROM catalogue_resources
        UNION ALL
        SELECT (SELECT min(c.member) FROM catalogue_resources c WHERE c.member > publishing.member) FROM publishing
        WHERE publishing.member IS NOT NULL
    )
    SELECT member FROM publishing WHERE member IS NOT NULL
    """
)


async def _not_hidden(session: AsyncSession, visible: Collection[str]) -> list[ColumnElement[bool]]:
    """The condition that leaves out members that are not visible; none where all are.

    In a search the texts must lead, and most members are visible to most callers: comparing ten thousand hits with
    every visible member took a fifth of the time, and the planner liked to start from the index of the members.
    """
    publishing = (await session.execute(_PUBLISHING)).scalars()
    hidden = sorted(set(publishing) - set(visible))
    return [CatalogueResource.member.concat("").not_in(hidden)] if hidden else []


async def _searched(
    session: AsyncSession, statement: Select[Any], q: str, order: Sequence[ColumnElement[Any]]
) -> bytes:
    """What contains or means the text; only when that is nothing, what resembles it."""
    words = await words_holding(session, q)
    await prefer_indexes(session, q, words)
    tie = (CatalogueResource.name_key, CatalogueResource.id)
    found = await _ids(session, statement.where(matching(q, words)).order_by(*(order or best_first(q)), *tie))
    if found:
        return found
    similar = await resembling(session, q)
    if similar is None:
        return b""
    return await _ids(session, statement.where(similar.condition).order_by(*(order or similar.order), *tie))


async def _ids(session: AsyncSession, ordered: Select[Any]) -> bytes:
    """All ids of an ordered statement in one value: one row to fetch instead of thousands."""
    rows = ordered.subquery()
    joined = func.string_agg(func.uuid_send(rows.c.id, type_=LargeBinary), literal(b"", LargeBinary))
    value = (await session.execute(select(joined))).scalar_one()
    return bytes(value) if value is not None else b""


async def _hangs_on(
    session: AsyncSession, visible: Collection[str], parent: Parent
) -> tuple[ColumnElement[bool], dict[str, Any]]:
    """The condition that an item belongs to the parent, and the facets of the parent. Raises NotFound."""
    relation = RELATIONS[parent.path]
    row = (
        await session.execute(
            select(CatalogueResource.refs, CatalogueResource.facets).where(
                CatalogueResource.id == parent.id,
                CatalogueResource.resource.in_(relation.parents),
                CatalogueResource.member.in_(sorted(visible)),
            )
        )
    ).one_or_none()
    if row is None:
        raise NotFound(what=str(parent.id))
    named = [UUID(target) for name in relation.forward for target in row.refs.get(name, ())]
    sides = [_refers(name, parent.id) for name in relation.backward]
    if named:
        sides.append(CatalogueResource.id.in_(named))
    return or_(*sides), row.facets


def _refers(name: str, identifier: UUID) -> ColumnElement[bool]:
    return CatalogueResource.refs.contains({name: [str(identifier)]})


def _equals(item: Filter, parent_facets: dict[str, Any]) -> ColumnElement[bool]:
    if item.of_parent and parent_facets.get(item.facet) in item.values:
        return true()
    facets: Any = CatalogueResource.facets
    return or_(*(facets.contains({item.facet: [value] if item.many else value}) for value in item.values))


def _within(statement: Select[Any], starts_from: date | None, ends_by: date | None) -> Select[Any]:
    """Bound the period of the academic session, or of the offering itself where it has none (or none visible)."""
    session = aliased(CatalogueResource, name="academic_session")
    named = cast(CatalogueResource.refs["academicSession"][0].astext, PG_UUID(as_uuid=True))
    statement = statement.outerjoin(
        session,
        (session.id == named) & (session.resource == "AcademicSession") & (session.member == CatalogueResource.member),
    )
    if starts_from:
        begin = datetime.combine(starts_from, time.min, AMSTERDAM)
        statement = statement.where(func.coalesce(session.start_at, CatalogueResource.start_at) >= begin)
    if ends_by and ends_by < date.max:
        end = datetime.combine(ends_by + timedelta(days=1), time.min, AMSTERDAM)
        statement = statement.where(func.coalesce(session.end_at, CatalogueResource.end_at) < end)
    return statement


_SORT_COLUMNS: dict[str, Any] = {
    "id": CatalogueResource.id,
    "name": CatalogueResource.name_key,
    "start": CatalogueResource.start_at,
    "end": CatalogueResource.end_at,
    "code": CatalogueResource.primary_code.collate("C"),
    "type": CatalogueResource.facets["educationSpecificationType"].astext.collate("C"),
    "total": cast(CatalogueResource.facets["totalSeats"].astext, Integer),
    "changed": CatalogueResource.changed_at,
    "available": cast(CatalogueResource.facets["availableSeats"].astext, Integer),
}
_ALWAYS_THERE = ("id", "name")


def _by(item: Sort) -> ColumnElement[Any]:
    """A resource without the value comes last in either direction."""
    column: ColumnElement[Any] = _SORT_COLUMNS[item.column]
    directed = column.desc() if item.descending else column.asc()
    return directed if item.column in _ALWAYS_THERE else directed.nulls_last()


async def bodies(session: AsyncSession, ids: Collection[UUID], version: int = 5) -> dict[UUID, bytes]:
    """The serialised bodies of these ids. The ids come from an ordering of the same generation."""
    statement = select(CatalogueBody.id, CatalogueBody.body).where(
        CatalogueBody.id.in_(list(ids)), CatalogueBody.version == version
    )
    return {row.id: bytes(row.body) for row in await session.execute(statement)}


async def found(
    session: AsyncSession, visible: Collection[str], ids: Collection[UUID], version: int = 5
) -> dict[UUID, Found]:
    """The published resources among these ids that belong to a visible member."""
    statement = (
        select(
            CatalogueResource.id,
            CatalogueResource.resource,
            CatalogueResource.member,
            CatalogueResource.refs,
            CatalogueBody.body,
            CatalogueBody.timeline,
        )
        .join(CatalogueBody, (CatalogueBody.id == CatalogueResource.id) & (CatalogueBody.version == version))
        .where(CatalogueResource.id.in_(list(ids)), CatalogueResource.member.in_(sorted(visible)))
    )
    return {
        row.id: Found(
            row.id,
            row.resource,
            row.member,
            bytes(row.body),
            None if row.timeline is None else bytes(row.timeline),
            row.refs,
        )
        for row in await session.execute(statement)
    }


def unpacked(ids: bytes) -> list[UUID]:
    """The ids of a slice of an ordering."""
    return [UUID(bytes=ids[start : start + ID_BYTES]) for start in range(0, len(ids), ID_BYTES)]
