"""Bringing a database to the present form. Several processes may ask for it at once; one does it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from gateway.storage.engine import CONNECT_SECONDS, translated
from gateway.storage.urls import normalise_url

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x6F6F617069  # "ooapi"; the advisory lock around all migrations
LOCK_SECONDS = 300


async def migrate(url: str, revision: str = "head") -> None:
    """Upgrade to a revision. Waits at most 5 minutes for another process that is doing the same.

    Raises StoreUnavailable when the database cannot be reached or stays locked.
    """
    await asyncio.to_thread(upgrade, url, revision)


async def current(url: str) -> str | None:
    """The revision of the database; None for a database that was never migrated."""
    return await asyncio.to_thread(_current, url)


def upgrade(url: str, revision: str = "head") -> None:
    """What ``migrate`` does, for callers without an event loop."""
    with translated(), _connect(url) as connection:
        connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        # The lock is the session's: it outlives this commit, and each revision gets a transaction of its own.
        connection.commit()
        try:
            command.upgrade(_config(connection), revision)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
            connection.commit()


def _current(url: str) -> str | None:
    with translated(), _connect(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _connect(url: str) -> Connection:
    engine = create_engine(normalise_url(url), poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS})
    return engine.connect()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
