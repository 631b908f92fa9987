"""The one way to the database: transactions, snapshots and notifications.

Services take the session that they are given and never commit; the route or task opens ``transaction()``.
Errors of the connection leave this module as StoreUnavailable, all others (constraints, serialisation) as they are.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from gateway.clock import Clock, SystemClock
from gateway.errors import StoreUnavailable
from gateway.storage.errors import DatabaseUnusable
from gateway.storage.listen import Callback, Listener
from gateway.storage.urls import driver_url, normalise_url

LEAST_VERSION = 15
CONNECT_SECONDS = 5
POOL_SECONDS = 5.0
IDLE_SECONDS = 60

# SQLSTATEs (classes and codes) that say that the store cannot answer now, whatever was asked: connection lost, no
# resources (full disk, no connections left), shutting down or starting up, deadline passed, left idle, read-only.
UNAVAILABLE_CLASSES = ("08", "53", "58")
UNAVAILABLE_CODES = frozenset({"57P01", "57P02", "57P03", "57P05", "57014", "25006", "25P03", "55P03"})


class Database:
    """A pool of connections to one database.

    ``url``: see ``normalise_url``. ``pool``: most connections at a time. ``statement_seconds``: the longest that one
    statement may take; None for work in the background, which has deadlines of its own.
    """

    def __init__(
        self,
        url: str,
        *,
        pool: int = 10,
        statement_seconds: float | None = None,
        pool_seconds: float = POOL_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._url = normalise_url(url)
        self._driver_url = driver_url(url)
        self._clock = clock or SystemClock()
        options = "-c timezone=UTC"
        if statement_seconds is not None:
            options += f" -c statement_timeout={max(1, round(statement_seconds * 1000))}"
            # A request that hangs with its transaction open would hold back the numbering of changes.
            options += f" -c idle_in_transaction_session_timeout={IDLE_SECONDS * 1000}"
        self.engine: AsyncEngine = create_async_engine(
            self._url,
            pool_size=pool,
            max_overflow=0,
            pool_timeout=pool_seconds,
            pool_pre_ping=True,  # after a restart of the database the first request must not fail
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "options": options,
                "application_name": "ooapi-gateway",
                **KEEPALIVES,
            },
        )
        self._snapshots = self.engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    @property
    def driver_url(self) -> str:
        """The address for libraries that connect by themselves. May hold a password: never log it."""
        return self._driver_url

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session in one READ COMMITTED transaction: committed at the end of the block, undone on any error."""
        with translated():
            async with AsyncSession(self.engine, expire_on_commit=False) as session, session.begin():
                yield session

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads, and sees one moment throughout (REPEATABLE READ, READ ONLY)."""
        with translated():
            async with AsyncSession(self._snapshots, expire_on_commit=False) as session, session.begin():
                yield session

    def listen(self, channel: str, callback: Callback) -> Listener:
        """A listener for NOTIFY on a channel, not started yet: ``async with database.listen(...)``."""
        return Listener(self._driver_url, channel, callback, self._clock)

    async def dispose(self) -> None:
        """Close all connections that are not in use."""
        await self.engine.dispose()


KEEPALIVES = {
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms; a network that swallows packets must not hold a request for minutes
}


async def raw(session: AsyncSession) -> psycopg.AsyncConnection[Any]:
    """The psycopg connection of the session's present transaction, for COPY and for procrastinate's ``connection=``.

    Inside a savepoint call it again: only the call itself makes SQLAlchemy send the SAVEPOINT.
    """
    pooled = await (await session.connection()).get_raw_connection()
    connection = pooled.driver_connection
    assert isinstance(connection, psycopg.AsyncConnection)
    return connection


async def check_version(database: Database) -> int:
    """The major version of the server. Raises DatabaseUnusable when it is older than 15."""
    async with database.transaction() as session:
        number = int(str((await session.execute(text("SHOW server_version_num"))).scalar_one()))
    major = number // 10_000
    if major < LEAST_VERSION:
        raise DatabaseUnusable(what=f"The database is PostgreSQL {major}; version {LEAST_VERSION} or newer is needed.")
    return major


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors that only say 'the store cannot answer now' into StoreUnavailable; for code beside a session."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_unavailable(error.orig):
            raise StoreUnavailable from error
        raise
    except psycopg.Error as error:
        if _is_unavailable(error):
            raise StoreUnavailable from error
        raise


def _is_unavailable(error: BaseException | None) -> bool:
    """Whether it lies with the store and not with what was asked of it."""
    if not isinstance(error, psycopg.OperationalError):
        return isinstance(error, psycopg.InterfaceError) and "clos" in str(error)
    state = error.sqlstate
    # Without a state it never reached the server or the connection broke.
    return state is None or state[:2] in UNAVAILABLE_CLASSES or state in UNAVAILABLE_CODES
