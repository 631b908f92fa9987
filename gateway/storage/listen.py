"""Following NOTIFY: one lasting connection that comes back by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import TracebackType

import psycopg
from psycopg import sql

from gateway.clock import Clock
from gateway.errors import StoreUnavailable

logger = logging.getLogger(__name__)

Callback = Callable[[str | None], Awaitable[None]]

FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
QUIET_SECONDS = 10.0
ANSWER_SECONDS = 5.0


class Listener:
    """Calls back for every notification of a channel, until it is left.

    ``callback(payload)`` gets the text of the notification. After every new connection it is called with None:
    notifications may have been missed, so look for yourself. It may raise StoreUnavailable; that counts as a
    lost connection. Calls never overlap. A quiet connection is tested every 10 s.
    """

    def __init__(self, url: str, channel: str, callback: Callback, clock: Clock) -> None:
        self._url = url
        self._channel = channel
        self._callback = callback
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def __aenter__(self) -> Listener:
        self._task = asyncio.create_task(self.run(), name=f"listen {self._channel}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def run(self) -> None:
        """Listen until cancelled. The back-off doubles from 0.1 s to 5 s and has no end: there is no other store."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._follow()
            except (psycopg.Error, StoreUnavailable, TimeoutError, OSError) as error:
                if self.connected.is_set():
                    wait = FIRST_WAIT
                self.connected.clear()
                logger.warning("listening on %s was interrupted: %s", self._channel, type(error).__name__)
            await self._clock.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _follow(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=5, application_name="ooapi-gateway listen"
        )
        async with connection:
            await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
            await self._callback(None)
            self.connected.set()
            while True:
                async for notification in connection.notifies(timeout=QUIET_SECONDS):
                    await self._callback(notification.payload)
                async with asyncio.timeout(ANSWER_SECONDS):
                    await connection.execute("SELECT 1")
