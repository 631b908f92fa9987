"""Answers of the catalogue: from memory where they are ready, else from one snapshot of the database.

Every answer is made for a set of visible members and belongs to one generation. What is kept never mixes two: the
cache is emptied when the generation changes, and nothing made from another generation enters it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.catalogue.serve import bodies, queries
from gateway.catalogue.serve.cache import BoundedCache, SingleFlight
from gateway.catalogue.serve.follower import Follower, State
from gateway.catalogue.serve.parameters import InstanceQuery, PageQuery
from gateway.catalogue.serve.selection import Selection
from gateway.clock import AMSTERDAM, Clock
from gateway.errors import NotFound
from gateway.http import Answer
from gateway.storage.engine import Database
from gateway.storage.generation import read_generation

Visible = frozenset[str]
View = Callable[[State], Visible]  # who may be seen by a caller; raises GatewayError when that is nobody's business

_HEADERS: Final = {
    "content-type": "application/json",
    # Anybody may keep it but must ask whether it still holds: a school's change shows at once, and asking is cheap.
    "cache-control": "public, max-age=0, must-revalidate",
    "vary": "Accept-Encoding, X-Route",
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer kept ready. ``operation``: for the meter. ``until``: from then on it is not valid any more."""

    answer: Answer
    operation: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """An answer and the generation that it was made from."""

    answer: Answer
    generation: int


class Catalogue:
    """The published catalogue as this process serves it."""

    def __init__(self, database: Database, follower: Follower, clock: Clock, *, cache_bytes: int) -> None:
        self._database = database
        self._follower = follower
        self._clock = clock
        self._cache: BoundedCache[Ready | bytes] = BoundedCache(cache_bytes)
        self._flights: SingleFlight[Made] = SingleFlight()
        self._orderings: SingleFlight[bytes] = SingleFlight()
        self.snapshots = 0  # reads of the database so far; a page that is ready costs none
        follower.on_change(lambda _: self._cache.clear())

    @property
    def kept_bytes(self) -> int:
        return self._cache.weight

    def today(self) -> date:
        """The day in Europe/Amsterdam."""
        return self._clock.now().astimezone(AMSTERDAM).date()

    # -- what is ready ------------------------------------------------------------------------------------------

    def ready(self, key: Hashable) -> Ready | None:
        """The answer kept under this key for the generation in force."""
        kept = self._cache.get(key)
        if not isinstance(kept, Ready):
            return None
        if kept.until is not None and self._clock.now() >= kept.until:
            self._cache.drop(key)
            return None
        return kept

    def keep(self, key: tuple[bytes | None, ...], ready: Ready, generation: int) -> None:
        """Keep an answer under the parts of the request that it belongs to, if its generation is still in force."""
        if self._follower.state.generation == generation:
            self._cache.put(key, ready, ready.answer.weight + sum(len(part) for part in key if part))

    def midnight(self) -> datetime:
        """When the present day in Europe/Amsterdam ends."""
        return datetime.combine(self.today() + timedelta(days=1), time.min, AMSTERDAM)

    # -- making answers -----------------------------------------------------------------------------------------

    async def page(self, view: View, query: PageQuery) -> Made:
        """One page. Raises NotFound for a parent that is not visible, what ``view`` raises, StoreUnavailable."""
        state = self._follower.state
        key = ("page", state.generation, view(state), query)
        return await self._flights.run(key, lambda: self._page(view, query))

    async def instance(self, view: View, resources: tuple[str, ...], identifier: UUID, query: InstanceQuery) -> Made:
        """One resource, which must be one of ``resources``. Raises NotFound, what ``view`` raises, StoreUnavailable."""
        state = self._follower.state
        key = ("instance", state.generation, view(state), resources, identifier, query)
        return await self._flights.run(key, lambda: self._instance(view, resources, identifier, query))

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[tuple[AsyncSession, State]]:
        """One moment of the database, with the state that belongs to it: who is visible is decided by that state."""
        self.snapshots += 1
        async with self._database.snapshot() as session:
            yield session, await self._follower.state_at(session, await read_generation(session))

    async def _page(self, view: View, query: PageQuery) -> Made:
        async with self._snapshot() as (session, state):
            total, items = await self._slice(session, state, view(state), query.selection, query.size, query.number)
        body = bodies.page(items, size=query.size, number=query.number, total=total)
        return Made(Answer(body, _HEADERS), state.generation)

    async def _slice(
        self, session: AsyncSession, state: State, visible: Visible, selection: Selection, size: int, number: int
    ) -> tuple[int, list[bytes]]:
        ids = await self._ordering(session, state, visible, selection)
        start = (number - 1) * size * queries.ID_BYTES
        wanted = queries.unpacked(ids[start : start + size * queries.ID_BYTES])
        found = await queries.bodies(session, wanted) if wanted else {}
        return len(ids) // queries.ID_BYTES, [found[identifier] for identifier in wanted]

    async def _ordering(self, session: AsyncSession, state: State, visible: Visible, selection: Selection) -> bytes:
        """All ids of a selection in order; computed once per generation however many pages are asked for."""
        key = ("ordering", visible, selection)
        in_force = self._follower.state.generation == state.generation
        kept = self._cache.get(key) if in_force else None
        if isinstance(kept, bytes):
            return kept
        ids = await self._orderings.run(
            (state.generation, key), lambda: queries.ordered_ids(session, visible, selection)
        )
        if self._follower.state.generation == state.generation:
            self._cache.put(key, ids, len(ids))
        return ids

    async def _instance(self, view: View, resources: tuple[str, ...], identifier: UUID, query: InstanceQuery) -> Made:
        async with self._snapshot() as (session, state):
            visible = view(state)
            item = (await queries.found(session, visible, [identifier])).get(identifier)
            if item is None or item.resource not in resources:
                raise NotFound(what=str(identifier))
            body = item.body
            if query.expand:
                body = await _expanded(session, visible, body, query.expand)
        body = bodies.with_timeline(body, item.timeline) if query.timeline else body
        return Made(Answer(body, _HEADERS), state.generation)

    # -- for pages ----------------------------------------------------------------------------------------------

    async def select(
        self, selection: Selection, *, size: int, number: int, member: str | None = None
    ) -> tuple[int, list[bytes]]:
        """How many public resources are selected, and the bodies of one page of them; of one member when named."""
        async with self._snapshot() as (session, state):
            visible = state.public if member is None else state.public & {member}
            return await self._slice(session, state, visible, selection, size, number)

    async def find(self, identifiers: Collection[UUID]) -> dict[UUID, queries.Found]:
        """The public resources among these ids."""
        async with self._snapshot() as (session, state):
            return await queries.found(session, state.public, identifiers)


def json_answer(value: object) -> Answer:
    """An answer of the catalogue that is made of a value."""
    return Answer(orjson.dumps(value), _HEADERS)


async def _expanded(session: AsyncSession, visible: Visible, body: bytes, properties: tuple[str, ...]) -> bytes:
    targets = set(bodies.referred_ids(orjson.loads(body), properties))
    found = await queries.found(session, visible, targets)
    known = {str(identifier): item.body for identifier, item in found.items()}
    return bodies.expanded(body, properties, known.get)
