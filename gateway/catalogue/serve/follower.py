"""Which catalogue is in force: the generation and the configuration, followed by every serve process.

NOTIFY brings a new generation within milliseconds; a poll every second covers a lost notification. While the
database cannot be reached the last state stays, marked as stale.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType

from sqlalchemy.ext.asyncio import AsyncSession

from gateway.errors import StoreUnavailable
from gateway.members.service import Configuration, Member, current
from gateway.storage.engine import Database
from gateway.storage.generation import CHANNEL, read_generation

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
LEAVE_SECONDS = 5.0

ReadConfiguration = Callable[[AsyncSession], Awaitable[Configuration | None]]
OnChange = Callable[["State"], None]


@dataclass(frozen=True, slots=True)
class State:
    """One generation. ``public``: ids of the members whose catalogue everybody may read."""

    generation: int
    configuration: Configuration | None
    public: frozenset[str]

    def member(self, name: str) -> Member | None:
        """The member with this id or schacHome."""
        for member in self.configuration.members if self.configuration else ():
            if name in (member.id, member.schac_home):
                return member
        return None


class Follower:
    """Holds the state of this process. Use as ``async with``; leaving ends the background work."""

    def __init__(self, database: Database, *, read_configuration: ReadConfiguration = current) -> None:
        self._database = database
        self._read_configuration = read_configuration
        self._look_now = asyncio.Event()
        self._on_change: list[OnChange] = []
        self._stack = AsyncExitStack()
        self._task: asyncio.Task[None] | None = None
        self._state: State | None = None
        self._lower: int | None = None  # a generation below ours that the last look saw
        self._leaving = False
        self.stale = False

    @property
    def state(self) -> State:
        """The state in force. Raises StoreUnavailable when none was ever read."""
        if self._state is None:
            raise StoreUnavailable
        return self._state

    def on_change(self, callback: OnChange) -> None:
        """Call back for every new state, before anybody sees it."""
        self._on_change.append(callback)

    async def __aenter__(self) -> Follower:
        await self._try_refresh()
        await self._stack.enter_async_context(self._database.listen(CHANNEL, self._notified))
        self._task = asyncio.create_task(self._poll(), name="follow catalogue generation")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            # A look that is under way is finished: cut off in the middle it would leave a connection behind.
            self._leaving = True
            self._look_now.set()
            await asyncio.wait({self._task}, timeout=LEAVE_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._stack.aclose()

    async def refresh(self) -> State:
        """Look in the database now. Raises StoreUnavailable."""
        async with self._database.snapshot() as session:
            generation = await read_generation(session)
            if self._state is not None and generation < self._state.generation:
                # Either a request saw a newer generation since, or the database was put back. Twice is the latter.
                if self._lower == generation:
                    self._adopt(await self._read(session, generation))
                self._lower = generation
            else:
                await self.state_at(session, generation)
                self._lower = None
        self.stale = False
        return self.state

    async def state_at(self, session: AsyncSession, generation: int) -> State:
        """The state of the generation that this snapshot shows; a newer one comes into force at once."""
        if self._state is not None and self._state.generation == generation:
            return self._state
        state = await self._read(session, generation)
        if self._state is None or generation > self._state.generation:
            self._adopt(state)
        return state

    async def _read(self, session: AsyncSession, generation: int) -> State:
        configuration = await self._read_configuration(session)
        members = configuration.members if configuration else ()
        return State(generation, configuration, frozenset(member.id for member in members if member.public))

    def _adopt(self, state: State) -> None:
        for callback in self._on_change:
            callback(state)
        self._state = state

    async def _notified(self, payload: str | None) -> None:
        self._look_now.set()

    async def _poll(self) -> None:
        while not self._leaving:
            try:
                async with asyncio.timeout(POLL_SECONDS):
                    await self._look_now.wait()
            except TimeoutError:
                pass
            self._look_now.clear()
            if not self._leaving:
                await self._try_refresh()

    async def _try_refresh(self) -> None:
        try:
            await self.refresh()
        except StoreUnavailable:
            if not self.stale:
                logger.warning("the database cannot be reached; answers that are ready are still served")
            self.stale = True
