"""The adapter of the kind ``ooapi``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from typing import Any, ClassVar, Self

import orjson

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
)
from adapters.errors import ColumnForbidden, ConfigurationInvalid
from adapters.findings import shown
from adapters.http import HttpClient, Retries
from adapters.ooapi.checking import check_endpoint
from adapters.ooapi.config import OoapiConfig
from adapters.ooapi.objects import Objects
from adapters.ooapi.people import People
from adapters.ooapi.privacy import COORDINATOR_PROPERTIES, cleaned, forbidden_property
from adapters.ooapi.streams import STREAMS, StreamKind

_EXAMPLES = 3


class OoapiAdapter:
    """Reads the catalogue of an endpoint of OOAPI v5 as it is, and looks persons up one at a time."""

    kind: ClassVar[str] = "ooapi"
    config_model: ClassVar[type[AdapterConfig]] = OoapiConfig

    def __init__(self, config: OoapiConfig, context: AdapterContext) -> None:
        self.config = config
        self._context = context
        self._client = HttpClient(
            context,
            config.base_url,
            auth=config.auth,
            deadline=config.deadline_seconds,
            retries=Retries(config.attempts),
            connections=5,
        )
        self._objects = Objects(config, self._client)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._client.aclose()

    def streams(self) -> Sequence[StreamSpec]:
        return [_spec(STREAMS[name]) for name in self.config.streams]

    async def check(self) -> CheckReport:
        return await check_endpoint(self.config, self._client, self._context)

    async def read(
        self,
        stream: str,
        *,
        state: Mapping[str, Any] | None = None,
        columns: Collection[str] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Item]:
        """See :meth:`adapters.contract.Adapter.read`. v5 cannot tell what changed, so every read is complete.

        An object that is met twice (pages move while they are read, nested collections overlap) counts once.
        """
        kind = self._kind(stream)
        if kind.personal:
            raise ConfigurationInvalid(what=f"{stream}: personal")
        if state:
            raise ConfigurationInvalid(what=f"{stream}: state")
        self._refuse_forbidden(kind, columns or ())
        if limit is not None and limit <= 0:
            return
        left = limit
        seen: set[str] = set()
        until = self._context.monotonic() + self.config.total_seconds
        async for place, item in self._objects.read(kind, until=until):
            result = _record(kind, item, place, columns)
            if isinstance(result, Record):
                if result.key in seen:
                    continue
                seen.add(result.key)
            yield result
            if left is not None and isinstance(result, Record):
                left -= 1
                if left == 0:
                    return
        yield Checkpoint({})

    async def lookup(self, stream: str, key: Mapping[str, str], *, columns: Collection[str]) -> AsyncIterator[Record]:
        """See :meth:`adapters.contract.Adapter.lookup`."""
        kind = self._kind(stream)
        if not key or not set(key) <= set(kind.lookup_by):
            raise ConfigurationInvalid(what=f"{stream}: lookup_by")
        self._refuse_forbidden(kind, columns)
        people = People(self.config, self._client, until=self._context.monotonic() + self.config.lookup_seconds)
        async for place, item in people.find(kind, key):
            result = _record(kind, item, place, columns)
            if isinstance(result, Record):
                yield result

    async def discover(self, *, sample: int = 200) -> Sequence[StreamColumns]:
        """See :meth:`adapters.contract.Adapter.discover`. Personal streams are not touched."""
        return [await self._discover(self._kind(stream), max(1, sample)) for stream in self.config.streams]

    async def _discover(self, kind: StreamKind, sample: int) -> StreamColumns:
        if kind.personal:
            return StreamColumns(kind.name, 0, ())
        filled: dict[str, int] = {}
        examples: dict[str, list[str]] = {}
        rows = 0
        async for item in self.read(kind.name, limit=sample):
            if not isinstance(item, Record):
                continue
            rows += 1
            for name, value in item.data.items():
                filled[name] = filled.get(name, 0) + (value not in (None, "", [], {}))
                text = shown(value if isinstance(value, str) else orjson.dumps(value).decode())
                known = examples.setdefault(name, [])
                if len(known) < _EXAMPLES and text not in known and kind.name != "coordinators":
                    known.append(text)
        columns = [ColumnSample(name, count / rows, tuple(examples[name])) for name, count in filled.items()]
        return StreamColumns(kind.name, rows, tuple(columns))

    def _kind(self, stream: str) -> StreamKind:
        if stream not in self.config.streams:
            raise ConfigurationInvalid(what=f"streams.{stream}")
        return STREAMS[stream]

    def _refuse_forbidden(self, kind: StreamKind, columns: Collection[str]) -> None:
        for column in columns:
            if forbidden_property(column, personal=_about_persons(kind)):
                raise ColumnForbidden(stream=kind.name, column=column)


def _spec(kind: StreamKind) -> StreamSpec:
    capability = Capability.LOOKUP if kind.personal else Capability.SNAPSHOT
    return StreamSpec(kind.name, (kind.id_property,), frozenset({capability}), kind.personal, kind.lookup_by)


def _about_persons(kind: StreamKind) -> bool:
    return kind.personal or kind.name == "coordinators"


def _record(kind: StreamKind, item: Any, place: str, columns: Collection[str] | None) -> Record | Fault:
    """The record of an object: its JSON without what is forbidden, and only the wanted properties."""
    source = SourceReference(place)
    key = item.get(kind.id_property) if isinstance(item, dict) else None
    if not isinstance(key, str) or not key.strip():
        return Fault("ROW002", source, values={"columns": kind.id_property})
    wanted: Collection[str] | None = None if columns is None else {kind.id_property, *columns}
    if kind.name == "coordinators":
        wanted = COORDINATOR_PROPERTIES if wanted is None else COORDINATOR_PROPERTIES & set(wanted)
    kept = {name: value for name, value in item.items() if wanted is None or name in wanted}
    return Record(key.strip(), cleaned(kept, personal=_about_persons(kind)), source)
