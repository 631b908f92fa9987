"""Answers of the catalogue: from memory where they are ready, else from one snapshot of the database.

Every answer is made for a set of visible members and belongs to one generation. What is kept never mixes two: the
cache is emptied when the generation changes, and nothing made from another generation enters it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.catalogue.serve import bodies, queries
from gateway.catalogue.serve.cache import BoundedCache, SingleFlight
from gateway.catalogue.serve.follower import Follower, State
from gateway.catalogue.serve.parameters import InstanceQuery, PageQuery
from gateway.catalogue.serve.selection import Selection
from gateway.clock import AMSTERDAM, Clock
from gateway.errors import NotFound, StoreUnavailable
from gateway.http import Answer
from gateway.storage.engine import Database
from gateway.storage.generation import read_generation

Visible = frozenset[str]
Made = TypeVar("Made")

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


class GenerationMoved(Exception):
    """The snapshot shows another generation than the request started with: what is visible may differ."""


class Catalogue:
    """The published catalogue as this process serves it."""

    def __init__(self, database: Database, follower: Follower, clock: Clock, *, cache_bytes: int) -> None:
        self._database = database
        self._follower = follower
        self._clock = clock
        self._cache: BoundedCache[Ready | bytes] = BoundedCache(cache_bytes)
        self._flights: SingleFlight[Answer] = SingleFlight()
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

    async def page(self, state: State, visible: Visible, query: PageQuery) -> Answer:
        """One page. Raises NotFound for a parent that is not visible, GenerationMoved, StoreUnavailable."""
        return await self._shared(("page", visible, query), state, lambda: self._page(state, visible, query))

    async def instance(
        self, state: State, visible: Visible, resources: tuple[str, ...], identifier: UUID, query: InstanceQuery
    ) -> Answer:
        """One resource, which must be one of ``resources``. Raises NotFound, GenerationMoved, StoreUnavailable."""
        key = ("instance", visible, resources, identifier, query)
        return await self._shared(key, state, lambda: self._instance(state, visible, resources, identifier, query))

    async def _shared(self, key: Hashable, state: State, make: Callable[[], Awaitable[Answer]]) -> Answer:
        return await self._flights.run((state.generation, key), make)

    @asynccontextmanager
    async def _snapshot(self, state: State) -> AsyncIterator[AsyncSession]:
        """One moment of the database, of the generation that the request started with."""
        self.snapshots += 1
        async with self._database.snapshot() as session:
            generation = await read_generation(session)
            if generation > self._follower.state.generation:
                await self._follower.adopt(session, generation)
            if generation == state.generation:
                yield session
                return
        if generation < state.generation:
            await self._follower.refresh()  # the database was put back; the follower decides which one counts
        raise GenerationMoved

    async def _page(self, state: State, visible: Visible, query: PageQuery) -> Answer:
        ids = await self._ordering(state, visible, query.selection)
        start = (query.number - 1) * query.size * queries.ID_BYTES
        wanted = queries.unpacked(ids[start : start + query.size * queries.ID_BYTES])
        items: list[bytes] = []
        if wanted:
            async with self._snapshot(state) as session:
                found = await queries.bodies(session, wanted)
            items = [found[identifier] for identifier in wanted]
        total = len(ids) // queries.ID_BYTES
        return Answer(bodies.page(items, size=query.size, number=query.number, total=total), _HEADERS)

    async def _ordering(self, state: State, visible: Visible, selection: Selection) -> bytes:
        """All ids of a selection in order; computed once per generation however many pages are asked for."""
        key = ("ordering", visible, selection)
        kept = self._cache.get(key)
        if isinstance(kept, bytes):
            return kept

        async def compute() -> bytes:
            async with self._snapshot(state) as session:
                ids = await queries.ordered_ids(session, visible, selection)
            if self._follower.state.generation == state.generation:
                self._cache.put(key, ids, len(ids))
            return ids

        return await self._orderings.run((state.generation, key), compute)

    async def _instance(
        self, state: State, visible: Visible, resources: tuple[str, ...], identifier: UUID, query: InstanceQuery
    ) -> Answer:
        async with self._snapshot(state) as session:
            item = (await queries.found(session, visible, [identifier])).get(identifier)
            if item is None or item.resource not in resources:
                raise NotFound(what=str(identifier))
            body = item.body
            if query.expand:
                body = await _expanded(session, visible, body, query.expand)
        return Answer(bodies.with_timeline(body, item.timeline) if query.timeline else body, _HEADERS)

    # -- for pages ----------------------------------------------------------------------------------------------

    async def select(
        self, selection: Selection, *, size: int, number: int, member: str | None = None
    ) -> tuple[int, list[bytes]]:
        """How many public resources are selected, and the bodies of one page of them; of one member when named."""

        async def make() -> tuple[int, list[bytes]]:
            state = self._follower.state
            visible = state.public if member is None else state.public & {member}
            ids = await self._ordering(state, visible, selection)
            start = (number - 1) * size * queries.ID_BYTES
            wanted = queries.unpacked(ids[start : start + size * queries.ID_BYTES])
            async with self._snapshot(state) as session:
                found = await queries.bodies(session, wanted)
            return len(ids) // queries.ID_BYTES, [found[identifier] for identifier in wanted]

        return await steadily(make)

    async def find(self, identifiers: Collection[UUID]) -> dict[UUID, queries.Found]:
        """The public resources among these ids."""

        async def make() -> dict[UUID, queries.Found]:
            state = self._follower.state
            async with self._snapshot(state) as session:
                return await queries.found(session, state.public, identifiers)

        return await steadily(make)


_TRIES: Final = 5  # a request starts anew when a publication comes in between; five in a row means something else


async def steadily(make: Callable[[], Awaitable[Made]]) -> Made:
    """Run ``make`` anew as long as the generation moves under it. Raises StoreUnavailable after five times."""
    for _ in range(_TRIES):
        try:
            return await make()
        except GenerationMoved:
            continue
    raise StoreUnavailable


def json_answer(value: object) -> Answer:
    """An answer of the catalogue that is made of a value."""
    return Answer(orjson.dumps(value), _HEADERS)


async def _expanded(session: AsyncSession, visible: Visible, body: bytes, properties: tuple[str, ...]) -> bytes:
    targets = set(bodies.referred_ids(orjson.loads(body), properties))
    found = await queries.found(session, visible, targets)
    known = {str(identifier): item.body for identifier, item in found.items()}
    return bodies.expanded(body, properties, known.get)
