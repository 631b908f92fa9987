"""The adapter of the kind ``sql``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Self

from sqlalchemy.engine import Connection

from adapters.contract import (
    AdapterConfig,
    AdapterContext,
    Capability,
    Checkpoint,
    CheckReport,
    ColumnSample,
    Fault,
    Item,
    Record,
    SourceReference,
    StreamColumns,
    StreamSpec,
    Tombstone,
    forbidden_column,
)
from adapters.errors import ColumnForbidden, ConfigurationInvalid
from adapters.findings import shown
from adapters.sql import values
from adapters.sql.checking import check_database
from adapters.sql.config import SqlConfig, StreamSettings
from adapters.sql.engine import Database
from adapters.sql.queries import Source, describe, place_of
from adapters.sql.session import Session

KEY_SEPARATOR = "|"
_EXAMPLES = 3


class SqlAdapter:
    """Reads views or single SELECTs of one database, each read in one read-only transaction."""

    kind: ClassVar[str] = "sql"
    config_model: ClassVar[type[AdapterConfig]] = SqlConfig

    def __init__(self, config: SqlConfig, context: AdapterContext) -> None:
        self.config = config
        self._context = context
        self._database = Database(config, context)
        self._open: set[Session] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        for session in tuple(self._open):  # reads that were left half way
            await session.aclose()

    def streams(self) -> Sequence[StreamSpec]:
        return [_spec(name, settings) for name, settings in self.config.streams.items()]

    async def check(self) -> CheckReport:
        return await check_database(self.config, self._database, self._context, self._session)

    # -- reading --------------------------------------------------------------------------------------------------

    async def read(
        self,
        stream: str,
        *,
        state: Mapping[str, Any] | None = None,
        columns: Collection[str] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Item]:
        """See :meth:`adapters.contract.Adapter.read`. The state is the highest cursor when the read began."""
        settings = self._settings(stream)
        if settings.personal:
            raise ConfigurationInvalid(what=f"{stream}: personal")
        if state and settings.cursor is None:
            raise ConfigurationInvalid(what=f"{stream}: cursor")
        self._refuse_forbidden(stream, settings, columns or ())
        since = _since(stream, settings, state or {})
        if limit is not None and limit <= 0:
            return
        async with self._session() as session:
            source = await self._source(session, stream, settings)
            reading = _Reading(source, settings, columns)
            latest = await self._latest(session, stream, source, settings)
            if since is not None and settings.cursor is not None:
                order = (settings.cursor, *settings.key)
                statement = source.changed(reading.names, order, settings.cursor, since)
            else:
                statement = source.everything(reading.names, settings.key)
            left = limit
            portions = session.rows(statement, {}, fetch_size=self.config.fetch_size, stream=source.place)
            async for portion in portions:
                for row in portion:
                    item = reading.item(row, deletions=since is not None)
                    if item is None:
                        continue
                    yield item
                    if left is not None and isinstance(item, Record):
                        left -= 1
                        if left == 0:
                            return
        yield Checkpoint(latest if latest is not None else dict(state or {}))

    async def _latest(
        self, session: Session, stream: str, source: Source, settings: StreamSettings
    ) -> Mapping[str, Any] | None:
        """The state after this read: the highest cursor, asked for before the rows so that nothing slips between."""
        if settings.cursor is None:
            return None
        cursor = settings.cursor

        def highest(connection: Connection) -> Any:
            found = connection.execute(source.latest(cursor)).scalar()
            limit = values.after(found, self._context.now())
            if limit is not None and (found == values.INFINITY or found >= limit):
                found = connection.execute(source.latest(cursor, limit)).scalar()
            return found

        found = await session.run(highest, stream=source.place)
        if found is None:
            return None
        try:
            return values.cursor_state(found)
        except values.NoText as error:
            raise ConfigurationInvalid(what=f"{stream}.cursor: {error}") from None

    async def lookup(self, stream: str, key: Mapping[str, str], *, columns: Collection[str]) -> AsyncIterator[Record]:
        """See :meth:`adapters.contract.Adapter.lookup`. Values are compared exactly, whatever the collation."""
        settings = self._settings(stream)
        if not key or not set(key) <= set(settings.lookup_by):
            raise ConfigurationInvalid(what=f"{stream}: lookup_by")
        self._refuse_forbidden(stream, settings, columns)
        async with self._session() as session:
            source = await self._source(session, stream, settings)
            reading = _Reading(source, settings, columns, extra=tuple(key))
            statement = source.equal_to(reading.names, key)
            if statement is None:
                return
            portions = session.rows(statement, {}, fetch_size=self.config.fetch_size, stream=source.place)
            async for portion in portions:
                for row in portion:
                    item = reading.item(row, deletions=False)
                    if isinstance(item, Record) and reading.equals(row, key):
                        yield item

    # -- discovering ----------------------------------------------------------------------------------------------

    async def discover(self, *, sample: int = 200) -> Sequence[StreamColumns]:
        """See :meth:`adapters.contract.Adapter.discover`. No value of a personal stream leaves the database."""
        async with self._session() as session:
            return [
                await self._discover(session, stream, settings, max(1, sample))
                for stream, settings in self.config.streams.items()
            ]

    async def _discover(self, session: Session, stream: str, settings: StreamSettings, rows: int) -> StreamColumns:
        source = await self._source(session, stream, settings)
        readable = _readable(source, settings)
        counts = await session.run(
            lambda connection: connection.execute(source.filled(readable, rows)).one(), stream=source.place
        )
        total, filled = int(counts[0]), dict(zip(readable, counts[1:], strict=True))
        examples: dict[str, list[str]] = {name: [] for name in readable}
        if not settings.personal:
            few = source.everything(readable, ()).limit(min(rows, 50))
            found = await session.run(lambda connection: connection.execute(few).all(), stream=source.place)
            for row in found:
                for name, value in zip(readable, row, strict=True):
                    _add_example(examples[name], value)
        samples = [
            ColumnSample(name, filled.get(name, 0) / total if total else 0.0, tuple(examples.get(name, ())))
            for name in source.names
        ]
        return StreamColumns(stream, total, tuple(samples))

    # -- inside ---------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        """A session that __aexit__ closes when its reader was left half way."""
        session = self._database.session()
        self._open.add(session)
        try:
            async with session:
                yield session
        finally:
            self._open.discard(session)

    async def _source(self, session: Session, stream: str, settings: StreamSettings) -> Source:
        schema = self.config.schema_
        place = place_of(stream, settings, schema)
        return await session.run(lambda connection: describe(connection, stream, settings, schema), stream=place)

    def _settings(self, stream: str) -> StreamSettings:
        try:
            return self.config.streams[stream]
        except KeyError:
            raise ConfigurationInvalid(what=f"streams.{stream}") from None

    def _refuse_forbidden(self, stream: str, settings: StreamSettings, columns: Iterable[str]) -> None:
        for column in columns:
            if forbidden_column(column, personal=settings.personal):
                raise ColumnForbidden(stream=stream, column=column)


class _Reading:
    """Which columns one read selects, and how its rows become items."""

    def __init__(
        self,
        source: Source,
        settings: StreamSettings,
        columns: Collection[str] | None,
        extra: tuple[str, ...] = (),
    ) -> None:
        self._settings = settings
        self._data = list(
            dict.fromkeys((*settings.key, *(_readable(source, settings) if columns is None else columns)))
        )
        own = [settings.cursor] if settings.cursor else []
        own += [settings.tombstone.column] if settings.tombstone else []
        self.names = list(dict.fromkeys((*self._data, *own, *extra)))
        source.require(self.names)
        self._position = {name: number for number, name in enumerate(self.names)}
        self._reference = SourceReference(source.place)
        self._gone = {value.casefold() for value in settings.tombstone.values} if settings.tombstone else set()
        self._seen: set[str] = set()

    def item(self, row: Sequence[Any], *, deletions: bool) -> Item | None:
        """The item of a row; None for a row that is gone, unless ``deletions`` are told."""
        parts = [self._text(row, name) for name in self._settings.key]
        if not all(parts):
            return Fault("ROW002", self._reference, values={"columns": ", ".join(self._settings.key)})
        key = KEY_SEPARATOR.join(part for part in parts if part)
        if key in self._seen:
            return Fault("ROW003", self._reference, key=key, values={"key": shown(key)})
        self._seen.add(key)
        if self._settings.tombstone is not None:
            mark = self._text(row, self._settings.tombstone.column)
            if mark is not None and mark.casefold() in self._gone:
                return Tombstone(key, self._reference) if deletions else None
        data: dict[str, str | None] = {}
        for name in self._data:
            try:
                data[name] = values.as_text(row[self._position[name]])
            except values.NoText:
                return Fault("ROW005", self._reference, key=key, column=name, values={"encoding": "UTF-8"})
        changed = row[self._position[self._settings.cursor]] if self._settings.cursor else None
        return Record(key, data, self._reference, values.moment(changed))

    def equals(self, row: Sequence[Any], key: Mapping[str, str]) -> bool:
        """Whether the row's columns are exactly these texts: collations may ignore case or blanks."""
        return all(self._text(row, name) == value for name, value in key.items())

    def _text(self, row: Sequence[Any], name: str) -> str | None:
        try:
            return values.as_text(row[self._position[name]])
        except values.NoText:
            return None


def _spec(name: str, settings: StreamSettings) -> StreamSpec:
    if settings.personal:
        capabilities = {Capability.LOOKUP}
    else:
        capabilities = {Capability.SNAPSHOT}
        if settings.cursor is not None:
            capabilities.add(Capability.DELTA)
            if settings.tombstone is not None:
                capabilities.add(Capability.TOMBSTONES)
        if settings.lookup_by:
            capabilities.add(Capability.LOOKUP)
    return StreamSpec(name, settings.key, frozenset(capabilities), settings.personal, settings.lookup_by)


def _readable(source: Source, settings: StreamSettings) -> list[str]:
    return [name for name in source.names if not forbidden_column(name, personal=settings.personal)]


def _since(stream: str, settings: StreamSettings, state: Mapping[str, Any]) -> Any:
    """Where a delta begins: the last cursor minus the overlap; None for everything."""
    try:
        return values.earlier(values.cursor_value(state), settings.overlap_seconds)
    except ValueError:
        raise ConfigurationInvalid(what=f"{stream}: state") from None


def _add_example(examples: list[str], value: Any) -> None:
    try:
        text = values.as_text(value)
    except values.NoText:
        return
    if text and len(examples) < _EXAMPLES and shown(text) not in examples:
        examples.append(shown(text))
