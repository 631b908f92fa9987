"""Which id a resource gets (architecture, decision 7).

A UUID from the source stays. Another key gives a UUIDv5 of (member, resource, key). An id that somebody else
already owns changes nothing for its owner: the newcomer gets a UUIDv5 too.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from ooapi_specs.identity import as_uuid, derive_id

_CANONICAL_LENGTH: Final = 36
_REMEMBERED: Final = 50_000

_OWNERS = text("SELECT id, member, resource, source_key FROM resource_identities WHERE id = ANY(:ids)")
_PINNED = text(
    "SELECT id, resource, source_key FROM resource_identities"
    " WHERE member = :member AND source_key = ANY(:keys) AND id <> ALL(:ids)"
)


class Identities:
    """Gives ids during one run. ``identify`` answers at once; ``settle`` asks the database about kept UUIDs."""

    def __init__(self, member: str) -> None:
        self._member = member
        self._derived: dict[tuple[str, str], UUID] = {}
        self._kept: dict[UUID, str] = {}  # UUIDs of the source in this run, and the resource that has them
        self._rekeyed: set[tuple[str, UUID]] = set()
        self._unsettled: set[tuple[str, UUID]] = set()

    def identify(self, resource: str, source_key: str) -> UUID:
        """The id of a resource of this member."""
        own = as_uuid(source_key) if len(source_key) == _CANONICAL_LENGTH else None
        if own is None or (resource, own) in self._rekeyed:
            return self._derive(resource, source_key if own is None else str(own))
        if self._kept.setdefault(own, resource) != resource:
            return self._derive(resource, str(own))
        self._unsettled.add((resource, own))
        return own

    def _derive(self, resource: str, source_key: str) -> UUID:
        pair = (resource, source_key)
        known = self._derived.get(pair)
        if known is None:
            if len(self._derived) >= _REMEMBERED:
                self._derived.clear()
            known = self._derived[pair] = derive_id(self._member, resource, source_key)
        return known

    async def settle(self, session: AsyncSession) -> bool:
        """Look up who owns the UUIDs kept since the last call.

        Returns False when some belong to another: what was mapped since then must be mapped again.
        """
        if not self._unsettled:
            return True
        asked, self._unsettled = self._unsettled, set()
        taken = await self._taken(session, asked)
        self._rekeyed |= taken
        for resource, own in taken:
            if self._kept.get(own) == resource:
                del self._kept[own]
        return not taken

    async def _taken(self, session: AsyncSession, asked: Collection[tuple[str, UUID]]) -> set[tuple[str, UUID]]:
        ids = [own for _, own in asked]
        owners = {row.id: row for row in await session.execute(_OWNERS, {"ids": ids})}
        taken = set()
        for resource, own in asked:
            owner = owners.get(own)
            if owner is not None and (owner.member, owner.resource, owner.source_key) != (
                self._member,
                resource,
                str(own),
            ):
                taken.add((resource, own))
        # Once re-keyed is re-keyed for ever, also when the first owner has gone.
        keys = {"member": self._member, "keys": [str(own) for own in ids], "ids": ids}
        for row in await session.execute(_PINNED, keys):
            taken.add((row.resource, UUID(row.source_key)))
        return taken & set(asked)
