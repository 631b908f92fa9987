"""What a check of a database tries: reach, read-only, rights, each view and its columns, the clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.engine import Connection

from adapters.contract import AdapterContext, CheckItem, CheckReport, forbidden_column
from adapters.errors import AdapterError
from adapters.sql.config import SqlConfig, StreamSettings
from adapters.sql.engine import Database
from adapters.sql.queries import describe, place_of
from adapters.sql.session import Session
from adapters.text import Text

Sessions = Callable[[], AbstractAsyncContextManager[Session]]

_CLOCK_SECONDS = 60.0
_ONLY_READ = Text(
    "Geef een account dat alleen mag lezen. De gateway schrijft niet, maar wie de URL kent kan dat wel.",
    "Provide an account that may only read. The gateway does not write, but whoever knows the URL can.",
)


async def check_database(
    config: SqlConfig, database: Database, context: AdapterContext, sessions: Sessions
) -> CheckReport:
    """Try everything. Never raises AdapterError; a stream that fails does not stop the next."""
    try:
        async with sessions() as session:
            dialect = await session.run(lambda connection: connection.dialect.name)
            items = [
                CheckItem("connect", True, Text(f"Verbonden ({dialect}).", f"Connected ({dialect}).")),
                await session.run(lambda connection: _read_only(connection, dialect)),
                await session.run(lambda connection: _account(connection, dialect, config, database)),
            ]
            items += await session.run(lambda connection: _clock(connection, dialect, context.now()))
    except AdapterError as error:
        return CheckReport((CheckItem("connect", False, error.text, error.hint),))
    for stream, settings in config.streams.items():
        # A session each: after an error a transaction of PostgreSQL takes no further statement.
        try:
            async with sessions() as session:
                items.append(await _check_stream(session, stream, settings, config.schema_))
        except AdapterError as error:
            items.append(CheckItem(stream, False, error.text, error.hint))
    return CheckReport(tuple(items))


def _read_only(connection: Connection, dialect: str) -> CheckItem:
    """Whether the database itself keeps this transaction from writing."""
    if dialect == "postgresql":
        proven = connection.execute(text("SHOW transaction_read_only")).scalar() == "on"
    elif dialect == "sqlite":
        proven = connection.exec_driver_sql("PRAGMA query_only").scalar() == 1
    elif dialect in ("mysql", "mariadb", "oracle"):
        proven = True  # a START or SET TRANSACTION READ ONLY that fails ends the session before this
    else:
        unproven = Text(
            "Deze database kent geen transactie die alleen leest.", "This database has no read-only transaction."
        )
        return CheckItem("read-only", True, unproven, _ONLY_READ)
    if proven:
        return CheckItem("read-only", True, Text("De transactie kan alleen lezen.", "The transaction can only read."))
    return CheckItem("read-only", False, Text("De transactie kan schrijven.", "The transaction can write."), _ONLY_READ)


def _account(connection: Connection, dialect: str, config: SqlConfig, database: Database) -> CheckItem:
    """What the account may do outside our transaction; writing is reported, not refused."""
    can_write: bool | None = None
    if dialect == "postgresql":
        rights = text(
            "SELECT rolsuper OR EXISTS (SELECT 1 FROM information_schema.role_table_grants g"
            " WHERE g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')"
            " AND g.table_schema NOT IN ('pg_catalog', 'information_schema')"
            " AND (g.table_schema = :schema OR :schema = ''))"
            " FROM pg_roles WHERE rolname = current_user"
        )
        can_write = bool(connection.execute(rights, {"schema": config.schema_ or ""}).scalar())
    elif dialect == "sqlite":
        file = database.sqlite_file()
        can_write = file is not None and os.access(file, os.W_OK)
    if can_write is None:
        unknown = Text("De rechten van het account zijn niet bekend.", "The rights of the account are not known.")
        return CheckItem("account", True, unknown, _ONLY_READ)
    if can_write:
        return CheckItem("account", True, Text("Het account mag schrijven.", "The account can write."), _ONLY_READ)
    return CheckItem("account", True, Text("Het account mag alleen lezen.", "The account may only read."))


def _clock(connection: Connection, dialect: str, now: datetime) -> list[CheckItem]:
    """How far the clocks differ. No fault: cursors come from the database and are compared there."""
    if dialect == "sqlite":  # it has no clock of its own
        return []
    there = connection.execute(select(func.current_timestamp())).scalar()
    if not isinstance(there, datetime) or there.tzinfo is None:
        return []
    seconds = round((there - now).total_seconds())
    told = Text(f"De klok van de database wijkt {seconds} s af.", f"The database's clock differs by {seconds} s.")
    hint = Text("Controleer de klok van de server.", "Check the clock of the server.")
    return [CheckItem("clock", True, told, hint if abs(seconds) > _CLOCK_SECONDS else None)]


async def _check_stream(session: Session, stream: str, settings: StreamSettings, schema: str | None) -> CheckItem:
    place = place_of(stream, settings, schema)
    source = await session.run(lambda connection: describe(connection, stream, settings, schema), stream=place)
    source.require(settings.own_columns)
    hidden = [name for name in source.names if forbidden_column(name, personal=settings.personal)]
    hint = None
    if hidden:
        listed = ", ".join(hidden)
        hint = Text(
            f"Nooit gelezen: {listed}. Haal ze uit de view.", f"Never read: {listed}. Take them out of the view."
        )
    # One row at most, to prove the right to read these columns; of a personal stream none.
    names = list(settings.own_columns)
    probe = source.everything(names, ()).limit(0 if settings.personal else 1)
    await session.run(lambda connection: connection.execute(probe).all(), stream=place)
    columns = len(source.names)
    if settings.personal:
        told = Text(f"{place}: {columns} kolommen.", f"{place}: {columns} columns.")
        return CheckItem(stream, True, told, hint)
    rows = await session.run(lambda connection: connection.execute(source.count()).scalar(), stream=place)
    told = Text(f"{place}: {columns} kolommen, {rows} regels.", f"{place}: {columns} columns, {rows} rows.")
    return CheckItem(stream, True, told, hint)
