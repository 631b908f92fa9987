"""One connection in one worker thread, in one read-only transaction.

Drivers of databases are mostly synchronous. A thread per connection serves every dialect of SQLAlchemy along one
path: each step is a call into that thread with a deadline, and a step that takes too long or is no longer wanted is
interrupted through the driver.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Self, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.sql import Executable

from adapters.errors import AdapterError, SourceTimeout
from adapters.sql.failures import connecting_failed, reading_failed

Result = TypeVar("Result")

_GRACE_SECONDS = 2.0  # the database's own time limit comes first: its message is better
_CLOSE_SECONDS = 5.0


class Session:
    """Made by :class:`adapters.sql.engine.Database`, used as ``async with``; :meth:`aclose` may be called twice.

    ``place`` names the source in errors. Everything that the driver raises leaves as an AdapterError without the
    address, and without the driver's error in its chain: that may quote the address, the statement or values.
    """

    def __init__(
        self,
        make_engine: Callable[[], Engine],
        begin: Callable[[Connection], None],
        *,
        place: str,
        statement_seconds: float,
        connect_seconds: float,
    ) -> None:
        self._make_engine = make_engine
        self._begin = begin
        self._place = place
        self._seconds = statement_seconds
        self._connect_seconds = connect_seconds
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sql")
        self._engine: Engine | None = None
        self._connection: Connection | None = None
        self._driver_connection: Any = None
        self._result: Any = None
        self._running: asyncio.Future[Any] | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        try:
            await self._in_thread(self._open, self._connect_seconds, connecting=True)
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def _open(self) -> None:
        self._engine = self._make_engine()

        @event.listens_for(self._engine, "connect")
        def connected(driver_connection: Any, _record: Any) -> None:
            self._driver_connection = driver_connection

        self._connection = self._engine.connect()
        self._begin(self._connection)

    async def run(self, work: Callable[[Connection], Result], *, stream: str = "") -> Result:
        """Call ``work`` with the connection in the worker thread, within the statement's time."""

        def call() -> Result:
            assert self._connection is not None
            return work(self._connection)

        return await self._in_thread(call, self._seconds + _GRACE_SECONDS, stream=stream)

    async def rows(
        self, statement: Executable, parameters: dict[str, Any], *, fetch_size: int, stream: str
    ) -> AsyncIterator[Sequence[Any]]:
        """The rows of a statement, in portions of at most ``fetch_size``, through a cursor at the server."""

        def execute(connection: Connection) -> Any:
            options = {"stream_results": True, "max_row_buffer": fetch_size}
            return connection.execution_options(**options).execute(statement, parameters)

        result = self._result = await self.run(execute, stream=stream)
        while True:
            portion: Sequence[Any] = await self.run(lambda _: result.fetchmany(fetch_size), stream=stream)
            if not portion:
                return
            yield portion

    async def aclose(self) -> None:
        """Interrupt what runs, roll back, close. Waits a few seconds at most; safe to call again."""
        if self._closed:
            return
        self._closed = True
        if self._running is not None and not self._running.done():
            await self._interrupt(self._running)

        def close() -> None:
            with suppress(SQLAlchemyError, OSError):
                if self._result is not None:
                    self._result.close()  # SQLite keeps its file open as long as a cursor has rows left
                if self._connection is not None:
                    self._connection.close()
            if self._engine is not None:
                self._engine.dispose()

        future = asyncio.get_running_loop().run_in_executor(self._thread, close)
        self._thread.shutdown(wait=False)
        await _settled(future)

    async def _in_thread(
        self, call: Callable[[], Result], seconds: float, *, stream: str = "", connecting: bool = False
    ) -> Result:
        if self._closed:
            raise AssertionError("the session is closed")
        future = asyncio.get_running_loop().run_in_executor(self._thread, call)
        self._running = future
        failure: AdapterError
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except TimeoutError:
            await self._interrupt(future)
            failure = SourceTimeout(place=self._place, seconds=f"{seconds:g}")
        except asyncio.CancelledError:
            await self._interrupt(future)
            raise
        except DBAPIError as error:
            translate = connecting_failed if connecting else reading_failed
            failure = translate(error, place=self._place, stream=stream, seconds=self._seconds)
        except SQLAlchemyError as error:
            failure = reading_failed(error, place=self._place, stream=stream, seconds=self._seconds)
        raise failure from None

    async def _interrupt(self, future: asyncio.Future[Any]) -> None:
        """Stop the statement that runs in the thread, as far as the driver can, and wait for it a moment."""
        driver = self._driver_connection
        for name in ("cancel_safe", "cancel", "interrupt"):  # psycopg; oracledb and others; sqlite3
            stop = getattr(driver, name, None)
            if stop is not None:
                with suppress(Exception):  # whatever the driver says: the connection is closed next
                    await asyncio.wait_for(asyncio.shield(asyncio.to_thread(stop)), _CLOSE_SECONDS)
                break
        await _settled(future)


async def _settled(future: asyncio.Future[Any]) -> None:
    """Wait until a call in the thread has ended, a few seconds at most, whatever it raises."""
    await asyncio.wait([future], timeout=_CLOSE_SECONDS)
    if future.done() and not future.cancelled():
        future.exception()  # taken note of: nobody else waits for it
