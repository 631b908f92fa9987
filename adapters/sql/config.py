"""Settings of the kind ``sql``."""

from __future__ import annotations

from pydantic import ConfigDict, Field, model_validator
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from adapters.contract import AdapterConfig, SecretReference, forbidden_column
from adapters.sql.statement import StatementRefused, checked_select


class Tombstone(AdapterConfig):
    """How a row says that it is gone: ``column``, as text, holds one of ``values`` (compared without case)."""

    column: str = Field(min_length=1)
    values: tuple[str, ...] = Field(min_length=1)


class StreamSettings(AdapterConfig):
    """One stream: a view (or table), or a single SELECT."""

    view: str | None = Field(None, min_length=1, description="View or table; a schema goes in `schema`.")
    select: str | None = Field(None, description="Instead of a view: one SELECT or WITH … SELECT.")
    key: tuple[str, ...] = Field(min_length=1, description="Columns that together identify a row.")
    cursor: str | None = Field(
        None, description="Column that grows with every change (a moment or a number): makes the stream a delta."
    )
    overlap_seconds: int = Field(
        300,
        ge=0,
        description="Rows changed this long before the last cursor are read again: commits come out of order.",
    )
    tombstone: Tombstone | None = None
    personal: bool = Field(False, description="Persons, enrolments or results: looked up by key, never read whole.")
    lookup_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> StreamSettings:
        if (self.view is None) == (self.select is None):
            raise ValueError("give either view or select")
        if self.select is not None:
            try:
                checked_select(self.select)
            except StatementRefused as refused:
                raise ValueError(f"select: {refused.reason.en}") from None
        for column in self.own_columns:
            if forbidden_column(column, personal=self.personal):
                raise ValueError(f"column {column!r} may not be read")
        if self.personal and not self.lookup_by:
            raise ValueError("a personal stream needs lookup_by: it is never read whole")
        return self

    @property
    def own_columns(self) -> tuple[str, ...]:
        """The columns that the adapter itself needs, each once: key, cursor, tombstone, lookup_by."""
        extra = [self.cursor] if self.cursor else []
        extra += [self.tombstone.column] if self.tombstone else []
        return tuple(dict.fromkeys((*self.key, *extra, *self.lookup_by)))

    @property
    def checked_select(self) -> str:
        """The SELECT without comments."""
        assert self.select is not None
        return checked_select(self.select)


class SqlConfig(AdapterConfig):
    """A database. ``url`` refers to a secret; ``database`` is for an address without password (SQLite, a socket)."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: SecretReference | None = Field(None, description="Reference to the SQLAlchemy URL, as env:NAME or file:/path.")
    database: str | None = Field(
        None, description="SQLAlchemy URL without password; a relative SQLite file is allowed."
    )
    schema_: str | None = Field(None, alias="schema", min_length=1, description="Schema of the views.")
    statement_seconds: float = Field(60.0, gt=0, le=3600, description="Longest time of one statement or fetch.")
    connect_seconds: float = Field(10.0, gt=0, le=120, description="Longest time of connecting.")
    fetch_size: int = Field(2000, ge=1, le=50_000, description="Rows fetched at a time.")
    streams: dict[str, StreamSettings] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_address(self) -> SqlConfig:
        if (self.url is None) == (self.database is None):
            raise ValueError("give either url or database")
        if self.database is not None:
            try:
                address = make_url(self.database)
            except ArgumentError:
                raise ValueError("database is not an SQLAlchemy URL") from None
            if address.password or "password" in address.query:
                raise ValueError("database holds a password: put the URL in a secret and refer to it with url")
        return self
