"""The statements that the adapter sends: built by SQLAlchemy, values always as parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Numeric, String, bindparam, cast, column, func, or_, select, table, text
from sqlalchemy import inspect as inspect_connection
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement, FromClause, Select
from sqlalchemy.types import CHAR, Integer, TypeEngine

from adapters.errors import ColumnsMissing
from adapters.sql.config import StreamSettings


@dataclass(frozen=True, slots=True)
class Source:
    """A view or query with the columns that it really has. ``types`` is empty for a query."""

    place: str
    clause: FromClause
    names: tuple[str, ...]
    types: Mapping[str, TypeEngine[Any]]

    def real(self, name: str) -> str | None:
        """The column that a setting or mapping means: the exact name, or the only one that differs in case."""
        if name in self.names:
            return name
        alike = [real for real in self.names if real.casefold() == name.casefold()]
        return alike[0] if len(alike) == 1 else None

    def column(self, name: str) -> ColumnElement[Any]:
        """Raises ColumnsMissing."""
        self.require([name])
        real = self.real(name)
        assert real is not None
        return self.clause.c[real]

    def require(self, names: Iterable[str]) -> None:
        """Raises ColumnsMissing with every name that is not there."""
        missing = [name for name in dict.fromkeys(names) if self.real(name) is None]
        if missing:
            raise ColumnsMissing(place=self.place, columns=", ".join(missing))

    # -- statements -----------------------------------------------------------------------------------------------

    def everything(self, names: Iterable[str], order: Iterable[str]) -> Select[Any]:
        """SELECT these columns, in this order of rows."""
        columns = [self.column(name).label(f"c{number}") for number, name in enumerate(names)]
        return select(*columns).select_from(self.clause).order_by(*[self.column(name) for name in order])

    def changed(self, names: Iterable[str], order: Iterable[str], cursor: str, since: Any) -> Select[Any]:
        """… only rows with a cursor from ``since`` on, or without cursor: such a row may always be new."""
        moving = self.column(cursor)
        start = bindparam("since", since, type_=_type_of(since))
        return self.everything(names, order).where(or_(moving >= start, moving.is_(None)))

    def equal_to(self, names: Iterable[str], key: Mapping[str, str]) -> Select[Any] | None:
        """… only rows whose columns equal these texts; None when a text cannot be a value of its column."""
        statement = self.everything(names, ())
        for number, (name, value) in enumerate(key.items()):
            found, kind = self.column(name), self.types.get(self.real(name) or "")
            if isinstance(kind, Integer):
                if not value.removeprefix("-").isdecimal() or len(value) > 18:
                    return None
                statement = statement.where(found == bindparam(f"key{number}", int(value), type_=BigInteger()))
                continue
            if isinstance(kind, CHAR):
                found = func.rtrim(found)
            elif not isinstance(kind, String):
                found = cast(found, String(255))
            statement = statement.where(found == bindparam(f"key{number}", value, type_=String()))
        return statement

    def latest(self, cursor: str, before: Any = None) -> Select[Any]:
        """SELECT the highest cursor, of those before a value when one is given."""
        moving = self.column(cursor)
        statement = select(func.max(moving)).select_from(self.clause)
        if before is not None:
            statement = statement.where(moving < bindparam("before", before, type_=_type_of(before)))
        return statement

    def count(self) -> Select[Any]:
        return select(func.count()).select_from(self.clause)

    def filled(self, names: Iterable[str], rows: int) -> Select[Any]:
        """SELECT the number of rows and of values per column, over at most so many rows; no value leaves."""
        wanted = list(names)
        few = self.everything(wanted, ()).limit(rows).subquery("few")
        counts: list[ColumnElement[Any]] = [func.count()]
        counts += [func.count(few.c[f"c{number}"]) for number in range(len(wanted))]
        return select(*counts).select_from(few)


def describe(connection: Connection, stream: str, settings: StreamSettings, schema: str | None) -> Source:
    """Look up the columns of a stream. Raises NoSuchTableError for a view, a DBAPIError for a query."""
    if settings.view is not None:
        found = inspect_connection(connection).get_columns(settings.view, schema=schema)
        names = tuple(str(one["name"]) for one in found)
        types = {str(one["name"]): one["type"] for one in found}
        clause = table(settings.view, *[column(name) for name in names], schema=schema)
        return Source(place_of(stream, settings, schema), clause, names, types)
    query = settings.checked_select.replace(":", "\\:")  # a colon is no parameter here
    # The dialect writes the alias: some want AS before it and some refuse it.
    unknown = text(query).columns(column("one")).subquery("source")
    probe = select(text("*")).select_from(unknown).where(text("1 = 0"))
    names = tuple(connection.execute(probe).keys())
    known = text(query).columns(*[column(name) for name in names]).subquery("source")
    return Source(place_of(stream, settings, schema), known, names, {})


def place_of(stream: str, settings: StreamSettings, schema: str | None) -> str:
    """What a person calls the stream's source: the view with its schema, or the stream when it is a query."""
    if settings.view is None:
        return stream
    return f"{schema}.{settings.view}" if schema else settings.view


def _type_of(value: Any) -> TypeEngine[Any] | None:
    """The type of a parameter, where guessing from the value loses something (zone, size)."""
    if isinstance(value, datetime):
        return DateTime(timezone=value.tzinfo is not None)
    if isinstance(value, int):
        return BigInteger()
    return Numeric() if isinstance(value, Decimal) else None
