"""Dates of PostgreSQL that Python does not have: ``infinity``, years before 1 and after 9999.

psycopg refuses to read them, and one such date would make a whole stream unreadable. They become text instead.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, DataError
from psycopg.abc import Buffer
from psycopg.types.datetime import DateLoader, TimestampLoader, TimestamptzLoader


class _Date(DateLoader):
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Timestamp(TimestampLoader):
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


class _Timestamptz(TimestamptzLoader):
    # psycopg chooses another method at run time when the style of dates is not ISO; ours is, see lenient_moments.
    def load(self, data: Buffer) -> Any:
        try:
            return super().load(data)
        except DataError:
            return bytes(data).decode()


def lenient_moments(connection: Connection[Any], _record: Any) -> None:
    """Make a new connection read such dates as text. For SQLAlchemy's event ``connect``."""
    connection.adapters.register_loader("date", _Date)
    connection.adapters.register_loader("timestamp", _Timestamp)
    connection.adapters.register_loader("timestamptz", _Timestamptz)
