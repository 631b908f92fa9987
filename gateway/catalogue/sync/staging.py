"""The staging table: rows of a run that are not published yet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import AsyncConnection

from adapters.contract import SourceReference
from gateway.catalogue.sync.index import INDEX_VERSION, Index, index_of

COLUMNS: Final = (
    "run", "id", "member", "resource", "source_key", "origin", "digest", "primary_code", "name_key", "start_at",
    "end_at", "facets", "refs", "consumers", "search_name", "search_text", "body", "timeline", "target_ids",
    "targets", "place", "row",
)  # fmt: skip
BODY_VERSION: Final = 5

# Rows that the run deletes: of an origin that it read whole and did not stage again, of an origin that the
# configuration no longer knows, or named by a tombstone.
GONE: Final = """
    c.member = :member
    AND NOT EXISTS (SELECT 1 FROM staged_resources s WHERE s.run = :run AND s.id = c.id)
    AND (
        c.origin = ANY(CAST(:replaced AS text[]))
        OR c.origin <> ALL(CAST(:configured AS text[]))
        OR EXISTS (SELECT 1 FROM staged_tombstones t WHERE t.run = :run AND t.id = c.id)
    )
"""

_COPY: Final = f"COPY staged_resources ({', '.join(COLUMNS)}) FROM STDIN"
_VERSION: Final = INDEX_VERSION.to_bytes(2, "big")


@dataclass(frozen=True, slots=True)
class Target:
    """One reference of a staged resource. ``link``: a relation that does not stand in the body."""

    property: str
    resource: str
    key: str
    id: UUID
    many: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Staged:
    """One resource as it goes to the staging table."""

    id: UUID
    resource: str
    source_key: str
    origin: str
    value: Mapping[str, Any]
    body: bytes
    timeline: bytes | None
    targets: Sequence[Target]
    source: SourceReference


def refs_of(targets: Iterable[Target]) -> dict[str, list[str]]:
    refs: dict[str, list[str]] = {}
    for target in targets:
        refs.setdefault(target.property, []).append(str(target.id))
    return refs


def digest_of(staged: Staged, refs: Mapping[str, list[str]]) -> bytes:
    """A digest of everything that is published of a resource."""
    digest = hashlib.sha256(_VERSION)
    digest.update(staged.origin.encode())
    digest.update(b"\0")
    digest.update(staged.body)
    digest.update(b"\0")
    digest.update(staged.timeline or b"")
    digest.update(b"\0")
    digest.update(orjson.dumps(refs))
    return digest.digest()


def row_of(run: UUID, member: str, staged: Staged) -> tuple[Any, ...]:
    """The values of COLUMNS."""
    index: Index = index_of(staged.value)
    refs = refs_of(staged.targets)
    return (
        run,
        staged.id,
        member,
        staged.resource,
        staged.source_key,
        staged.origin,
        digest_of(staged, refs),
        index.primary_code,
        index.name_key,
        index.start_at,
        index.end_at,
        orjson.dumps(index.facets).decode(),
        orjson.dumps(refs).decode(),
        index.consumers,
        index.search_name,
        index.search_text,
        staged.body,
        staged.timeline,
        list({target.id for target in staged.targets}),
        orjson.dumps(
            [
                [target.property, target.resource, target.key, str(target.id), target.many, target.link]
                for target in staged.targets
            ]
        ).decode(),
        staged.source.place,
        staged.source.row,
    )


def targets_of(stored: Sequence[Sequence[Any]]) -> list[Target]:
    """The stored form of ``targets`` as values."""
    return [
        Target(property=item[0], resource=item[1], key=item[2], id=UUID(item[3]), many=item[4], link=item[5])
        for item in stored
    ]


async def copy_rows(connection: AsyncConnection[Any], rows: Iterable[tuple[Any, ...]]) -> None:
    """Append rows in the caller's transaction."""
    async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            await copy.write_row(row)
