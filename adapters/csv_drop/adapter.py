"""The kind ``csv_drop``: files that a school's own system or staff put in a folder."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from adapters.contract import (
    AdapterConfig,
    AdapterContext,
    Capability,
    CheckReport,
    ColumnSample,
    Item,
    Record,
    StreamColumns,
    StreamSpec,
    forbidden_column,
)
from adapters.csv_drop.checking import check_streams
from adapters.csv_drop.config import CsvDropConfig, StreamSettings
from adapters.csv_drop.drops import Place
from adapters.csv_drop.reading import StreamReader
from adapters.csv_drop.threads import ThreadedBatches
from adapters.errors import ColumnForbidden, ConfigurationInvalid
from adapters.findings import shown
from adapters.mapping.privacy import looks_like_bsn

_EXAMPLES = 3
Element = TypeVar("Element")


class CsvDropAdapter:
    """Reads complete drops of CSV files or workbooks; see README.md for the settings.

    Doubled keys are yielded as they stand: the caller, who sees all files of a member, reports them (ROW003).
    """

    kind: ClassVar[str] = "csv_drop"
    config_model: ClassVar[type[AdapterConfig]] = CsvDropConfig

    def __init__(self, config: CsvDropConfig, context: AdapterContext) -> None:
        self._config = config
        self._context = context
        self._open: set[ThreadedBatches[Any]] = set()
        if config.workbook is not None:
            path = context.base / config.workbook
            folder, self._workbook = path.parent, path.name
        else:
            folder, self._workbook = context.base / (config.folder or ""), ""
        self._place = Place(
            folder=folder,
            rule=config.complete,
            stable_seconds=config.stable_seconds,
            max_bytes=context.max_bytes,
            now=lambda: context.now().timestamp(),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        for batches in tuple(self._open):
            await batches.close()
        self._open.clear()

    def streams(self) -> Sequence[StreamSpec]:
        """The streams of the settings. A delta source does not claim SNAPSHOT: older files may have been tidied."""
        return tuple(
            StreamSpec(
                name=name,
                key=settings.key,
                capabilities=self._capabilities(settings),
                personal=settings.personal,
                lookup_by=settings.lookup_by,
            )
            for name, settings in self._config.streams.items()
        )

    async def check(self) -> CheckReport:
        """The folder, and for each stream its file, its header, its text and the age of the newest delivery."""
        readers = [self._reader(name) for name in self._config.streams]
        return await asyncio.to_thread(check_streams, self._place, readers)

    async def read(
        self,
        stream: str,
        *,
        state: Mapping[str, Any] | None = None,
        columns: Collection[str] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Item]:
        """Yield records, tombstones, faults and checkpoints; see ``Adapter.read``.

        ``state`` only where the stream has DELTA: ``{"files": {name: [size, mtime in ns]}}``.
        """
        reader = self._reader(stream)
        if reader.settings.personal:
            raise ConfigurationInvalid(what=f"{stream}: personal, lookup only")
        delta = self._config.mode_of(reader.settings) == "delta"
        if state is not None and not delta:
            raise ConfigurationInvalid(what=f"{stream}: mode = snapshot, no state")
        if limit is not None and limit <= 0:
            return
        given = 0
        generator = reader.delta(state, columns) if delta else reader.snapshot(columns)
        batches = self._walk(generator)
        try:
            while (batch := await batches.next()) is not None:
                for item in batch:
                    yield item
                    given += isinstance(item, Record)
                    if given == limit:
                        return
        finally:
            await self._leave(batches)

    async def lookup(self, stream: str, key: Mapping[str, str], *, columns: Collection[str]) -> AsyncIterator[Record]:
        """Scan the newest complete file for the rows that equal ``key``.

        Every lookup reads the whole file (about half a second for 100,000 rows) and keeps nothing, so this suits
        small schools; ``lookup_seconds`` bounds it (SourceTimeout).
        """
        reader = self._reader(stream)
        allowed = set(reader.settings.lookup_by)
        if not key or not set(key) <= allowed:
            raise ConfigurationInvalid(what=f"{stream}: lookup_by = {sorted(allowed)}")
        for column in sorted(columns):
            if forbidden_column(column, personal=reader.settings.personal):
                raise ColumnForbidden(stream=stream, column=column)
        batches = self._walk(reader.lookup(key, columns, self._context.monotonic))
        try:
            while (batch := await batches.next()) is not None:
                for record in batch:
                    yield record
        finally:
            await self._leave(batches)

    async def discover(self, *, sample: int = 200) -> Sequence[StreamColumns]:
        """The columns of the newest complete file of each stream, from at most ``sample`` rows.

        No examples of personal streams, of forbidden columns and of columns with a number that looks like a BSN.
        """
        readers = [self._reader(name) for name in self._config.streams]
        return [await asyncio.to_thread(_discover, reader, sample) for reader in readers]

    def files(self) -> list[Path]:
        """The newest complete file of each stream that may be read whole, once each. Blocks; raises AdapterError."""
        found = {
            reader.place.newest(reader.pattern).path: None
            for reader in map(self._reader, self._config.streams)
            if not reader.settings.personal
        }
        return list(found)

    def _reader(self, stream: str) -> StreamReader:
        settings = self._config.streams.get(stream)
        if settings is None:
            raise ConfigurationInvalid(what=f"stream {stream!r}")
        pattern = self._workbook or settings.file or ""
        return StreamReader(stream, self._config, settings, self._place, pattern)

    def _capabilities(self, settings: StreamSettings) -> frozenset[Capability]:
        found: set[Capability] = set()
        if settings.lookup_by:
            found.add(Capability.LOOKUP)
        if self._config.mode_of(settings) == "delta":
            found.add(Capability.DELTA)
            if settings.tombstone is not None:
                found.add(Capability.TOMBSTONES)
        elif not settings.personal:
            found.add(Capability.SNAPSHOT)
        return frozenset(found)

    def _walk(self, generator: Generator[list[Element], None, None]) -> ThreadedBatches[Element]:
        batches = ThreadedBatches(generator)
        self._open.add(batches)
        return batches

    async def _leave(self, batches: ThreadedBatches[Any]) -> None:
        # Closed first and forgotten after: a second cancellation leaves it to __aexit__.
        await batches.close()
        self._open.discard(batches)


def _discover(reader: StreamReader, sample: int) -> StreamColumns:
    filled: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    secret: set[str] = set()
    counted = 0
    for header, values in reader.sampled(sample):
        counted += values is not None
        for name in header.positions:
            examples.setdefault(name, [])
            value = values.get(name) if values is not None else None
            if value is None:
                continue
            filled[name] += 1
            if looks_like_bsn(value):
                secret.add(name)
            if len(examples[name]) < _EXAMPLES and shown(value) not in examples[name]:
                examples[name].append(shown(value))
    personal = reader.settings.personal
    columns = tuple(
        ColumnSample(
            name,
            filled[name] / counted if counted else 0.0,
            () if personal or name in secret or forbidden_column(name, personal=personal) else tuple(found),
        )
        for name, found in examples.items()
    )
    return StreamColumns(reader.name, counted, columns)
