"""One pass over a member's sources: records in, staged resources out, batch by batch.

A stream that cannot be read becomes a failure and keeps its published state; the others go on. Memory does not grow
with the number of rows except for the ids and keys of the run.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text

from adapters.contract import Adapter, Capability, Checkpoint, Fault, Record, StreamSpec, Tombstone
from adapters.errors import AdapterError
from adapters.findings import Finding, shown
from adapters.mapping import Mapped, Mapper, ResourceMapping
from gateway import failpoints
from gateway.catalogue.models import StreamState
from gateway.catalogue.sync.findings import FindingStore
from gateway.catalogue.sync.identities import Identities
from gateway.catalogue.sync.references import Graph
from gateway.catalogue.sync.staging import Staged, Target, copy_rows, row_of
from gateway.clock import AMSTERDAM, Clock
from gateway.members.schemas import Configuration, Member, Source
from gateway.members.service import adapter_for, mappings_for
from gateway.settings import Settings
from gateway.storage.engine import Database, raw

BATCH: Final = 1000
RARE: Final = (50_000, 20, 50)  # thresholds of the garbage collector
LONGEST_KEY: Final = 500  # characters; PostgreSQL refuses an index entry above 2,704 bytes
FULL_READ_AFTER: Final = timedelta(hours=24)  # a stream with delta is read whole once a day

_LEVELS = text(
    "SELECT id, facets ->> 'level' AS level FROM catalogue_resources"
    " WHERE member = :member AND resource = 'EducationSpecification' AND facets ? 'level'"
)
_UNSTAGE = text("DELETE FROM staged_resources WHERE run = :run AND id = ANY(:ids)")
_TAKE_BACK = text("DELETE FROM staged_resources WHERE run = :run AND origin = ANY(:origins) RETURNING id")
_TOMBSTONES = text("INSERT INTO staged_tombstones SELECT :run, unnest(CAST(:ids AS uuid[])) ON CONFLICT DO NOTHING")
_FORGET = text("DELETE FROM staged_tombstones WHERE run = :run AND id = ANY(:ids)")


@dataclass(slots=True)
class StreamProgress:
    """How far one stream is."""

    source: str
    stream: str
    rows: int = 0
    staged: int = 0
    skipped: int = 0
    refused: int = 0
    done: bool = False


Report = Callable[[Sequence[StreamProgress]], Awaitable[None]]


@dataclass(slots=True)
class Outcome:
    """What a pass left in the staging table."""

    graph: Graph = field(default_factory=Graph)
    progress: list[StreamProgress] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)  # origins that were read whole
    configured: list[str] = field(default_factory=list)  # origins that the configuration knows
    failures: list[dict[str, Any]] = field(default_factory=list)
    states: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # source, stream, state


def origin_of(source: Source, mapping: ResourceMapping) -> str:
    return f"{source.name}/{mapping.stream}/{mapping.name}"


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for circular garbage less often in this block: the rows of a batch make none, and looking for it after
    every 700 objects took a third of the time of a sync."""
    usual = gc.get_threshold()
    gc.set_threshold(*RARE)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def origins(configuration: Configuration, member: Member) -> list[str]:
    """Everything that resources of this member may come from."""
    return [
        origin_of(source, mapping)
        for source in member.sources
        for mapping in mappings_for(configuration, member, source)
    ]


class Reading:
    """Reads all catalogue streams of a member for one run."""

    def __init__(
        self,
        database: Database,
        configuration: Configuration,
        member: Member,
        run: UUID,
        *,
        settings: Settings,
        clock: Clock,
        findings: FindingStore,
        report: Report,
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._member = member
        self._run = run
        self._settings = settings
        self._clock = clock
        self._findings = findings
        self._report = report
        self._identities = Identities(member.id)
        self._today = clock.now().astimezone(AMSTERDAM).date()
        self.levels: dict[UUID, str] = {}  # of education specifications: the default level of their courses
        self.outcome = Outcome()

    async def read(self) -> Outcome:
        with rare_collections():
            return await self._read()

    async def _read(self) -> Outcome:
        states = await self._saved_states()
        async with self._database.transaction() as session:  # a specification may come later than its courses, or fail
            self.levels = {row.id: row.level for row in await session.execute(_LEVELS, {"member": self._member.id})}
        self.outcome.configured = origins(self._configuration, self._member)
        for source in self._member.sources:
            mappings = mappings_for(self._configuration, self._member, source)
            await self._read_source(source, mappings, states)
        return self.outcome

    async def _saved_states(self) -> dict[tuple[str, str], dict[str, Any]]:
        chosen = select(StreamState).where(StreamState.member == self._member.id)
        async with self._database.transaction() as session:
            return {(row.source, row.stream): row.state for row in (await session.execute(chosen)).scalars()}

    async def _read_source(
        self,
        source: Source,
        mappings: Sequence[ResourceMapping],
        states: Mapping[tuple[str, str], dict[str, Any]],
    ) -> None:
        try:
            adapter = adapter_for(self._configuration, self._member, source, self._settings, self._clock)
            async with adapter:
                # Stored settings do not keep the order of the file, and the level of a specification is the default
                # of its courses.
                first = {mapping.stream for mapping in mappings if mapping.resource == "EducationSpecification"}
                for spec in sorted(adapter.streams(), key=lambda spec: spec.name not in first):
                    wanted = [mapping for mapping in mappings if mapping.stream == spec.name]
                    if wanted and not spec.personal:
                        await self._read_stream(source, adapter, spec, wanted, states.get((source.name, spec.name)))
        except AdapterError as error:  # the source as a whole: no secret, no way to open it
            self._failed(source, "", error)

    async def _read_stream(
        self,
        source: Source,
        adapter: Adapter,
        spec: StreamSpec,
        mappings: Sequence[ResourceMapping],
        saved: dict[str, Any] | None,
    ) -> None:
        progress = StreamProgress(source.name, spec.name)
        self.outcome.progress.append(progress)
        version = self._version(mappings)
        state = _resume(spec, saved, version, self._clock.now())
        whole = state is None and Capability.SNAPSHOT in spec.capabilities
        columns = _columns(mappings)
        lane = _Lane(self, source, mappings, progress, whole=whole)
        try:
            last: Mapping[str, Any] | None = None
            async for item in adapter.read(spec.name, state=state, columns=columns):
                match item:
                    case Record():
                        await lane.add(item)
                    case Tombstone():
                        await lane.bury(item)
                    case Checkpoint():
                        last = item.state
                    case Fault():
                        progress.refused += 1
                        self._findings.add_fault(item, spec.name)
            await lane.flush()
        except AdapterError as error:
            await lane.abandon()
            self._failed(source, spec.name, error)
            return
        progress.done = True
        if whole:
            self.outcome.replaced += [origin_of(source, mapping) for mapping in mappings]
        if last is not None and Capability.DELTA in spec.capabilities:
            full_at = self._clock.now().isoformat() if state is None else (saved or {})["full_at"]
            self.outcome.states.append(
                (source.name, spec.name, {"state": dict(last), "mapping": version, "full_at": full_at})
            )
        await self._report(self.outcome.progress)

    def _version(self, mappings: Sequence[ResourceMapping]) -> str:
        """A digest of the mapping files of a stream: another one makes old checkpoints useless."""
        texts = self._configuration.mappings[self._member.id]
        return hashlib.sha256("\0".join(texts[mapping.name] for mapping in mappings).encode()).hexdigest()

    def _failed(self, source: Source, stream: str, error: AdapterError) -> None:
        self.outcome.failures.append(
            {
                "source": source.name,
                "stream": stream,
                "code": error.code,
                "message": error.text.as_dict(),
                "hint": error.hint.as_dict(),
            }
        )


class _Lane:
    """The batch of one stream on its way to the staging table."""

    def __init__(
        self,
        reading: Reading,
        source: Source,
        mappings: Sequence[ResourceMapping],
        progress: StreamProgress,
        *,
        whole: bool,
    ) -> None:
        self._reading = reading
        self._progress = progress
        self._whole = whole
        self._mappings = [(origin_of(source, mapping), mapping) for mapping in mappings]
        self._mappers = self._made()
        self._records: list[Record] = []
        self._tombstones: list[Tombstone] = []
        self._gone: set[UUID] = set()  # what tombstones of this stream named
        self._own: set[int] = set()  # what this stream staged; of several sources the first counts

    def _made(self) -> list[tuple[str, ResourceMapping, Mapper]]:
        """Fresh mappers: they remember ids, so they are made again when ids turn out to be somebody else's."""
        reading = self._reading
        return [
            (
                origin,
                mapping,
                Mapper(
                    mapping,
                    identify=reading._identities.identify,
                    today=reading._today,
                    level_of=reading.levels.get,
                ),
            )
            for origin, mapping in self._mappings
        ]

    async def add(self, record: Record) -> None:
        self._progress.rows += 1
        self._records.append(record)
        if len(self._records) >= BATCH:
            await self.flush()

    async def bury(self, tombstone: Tombstone) -> None:
        # Order matters within a delta: what came before must be staged before it is buried.
        self._progress.rows += 1
        await self.flush()
        self._tombstones.append(tombstone)

    async def flush(self) -> None:
        records, self._records = self._records, []
        tombstones, self._tombstones = self._tombstones, []
        if not (records or tombstones):
            return
        reading = self._reading
        mapped, buried = self._map(records), self._buried(tombstones)
        async with reading._database.transaction() as session:
            while not await reading._identities.settle(session):
                self._mappers = self._made()
                mapped, buried = self._map(records), self._buried(tombstones)
            self._progress.skipped += len(records) * len(self._mappers) - len(mapped)
            staged = self._accept(mapped)
            buried = [one for one in buried if not self._is_taken(one)]
            if buried:
                await session.execute(_UNSTAGE, {"run": reading._run, "ids": buried})
                await session.execute(_TOMBSTONES, {"run": reading._run, "ids": buried})
                self._gone.update(buried)
                reading.outcome.graph.remove(buried)
            if not self._whole and staged:
                staged = list({item.id: item for item in staged}.values())  # the last of a delta counts
                ids = [item.id for item in staged]
                await session.execute(_UNSTAGE, {"run": reading._run, "ids": ids})
                await session.execute(_FORGET, {"run": reading._run, "ids": ids})
            connection = await raw(session)
            await copy_rows(connection, (row_of(reading._run, reading._member.id, item) for item in staged))
            await reading._findings.write(connection)
        for item in staged:
            reading.outcome.graph.add(item.id, item.targets)
            self._own.add(item.id.int)
            if item.resource == "EducationSpecification" and "level" in item.value:
                reading.levels[item.id] = str(item.value["level"])
        self._progress.staged += len(staged)
        failpoints.reach("stage.batch")
        await reading._report(reading.outcome.progress)

    def _map(self, records: Sequence[Record]) -> list[tuple[str, ResourceMapping, Mapped]]:
        mapped = []
        for record in records:
            for origin, mapping, mapper in self._mappers:
                one = mapper.map(record)
                if one is not None:
                    mapped.append((origin, mapping, one))
        return mapped

    def _accept(self, batch: Sequence[tuple[str, ResourceMapping, Mapped]]) -> list[Staged]:
        """The resources that are staged; of the others the findings say why not."""
        findings = self._reading._findings
        here: set[UUID] = set()
        staged = []
        for origin, mapping, mapped in batch:
            for finding in mapped.findings:
                findings.add(finding)
            if mapped.body is None:
                self._progress.refused += 1
            elif len(mapped.key) > LONGEST_KEY:
                self._progress.refused += 1
                findings.add(_refusal("MAP009", mapping, mapped, what=f"{len(mapped.key)} > {LONGEST_KEY}"))
            elif self._is_taken(mapped.id) or (self._whole and (mapped.id in here or mapped.id.int in self._own)):
                self._progress.refused += 1
                findings.add(_refusal("ROW003", mapping, mapped, key=shown(mapped.key)))
            else:
                here.add(mapped.id)
                staged.append(_staged(origin, mapped, mapped.body))
        return staged

    def _is_taken(self, resource_id: UUID) -> bool:
        """Whether another stream gave this resource in this run."""
        return resource_id in self._reading.outcome.graph and resource_id.int not in self._own

    def _buried(self, tombstones: Sequence[Tombstone]) -> list[UUID]:
        identify = self._reading._identities.identify
        return [identify(mapping.resource, one.key) for one in tombstones for _, mapping, _ in self._mappers]

    async def abandon(self) -> None:
        """Take back what this stream staged: half a stream is never published."""
        reading = self._reading
        origins = [origin for origin, _ in self._mappings]
        async with reading._database.transaction() as session:
            await session.execute(_FORGET, {"run": reading._run, "ids": list(self._gone)})
            taken_back = await session.execute(_TAKE_BACK, {"run": reading._run, "origins": origins})
            reading.outcome.graph.remove(taken_back.scalars())
        self._progress.staged = 0


def _refusal(code: str, mapping: ResourceMapping, mapped: Mapped, **values: str) -> Finding:
    return Finding(
        code=code,
        source=mapped.source,
        stream=mapping.stream,
        resource=mapped.resource,
        key=shown(mapped.key),
        target="key" if code == "MAP009" else None,
        values=values,
    )


def _staged(origin: str, mapped: Mapped, body: bytes) -> Staged:
    return Staged(
        id=mapped.id,
        resource=mapped.resource,
        source_key=mapped.key,
        origin=origin,
        value=mapped.value,
        body=body,
        timeline=mapped.timeline,
        targets=_targets(mapped),
        source=mapped.source,
    )


def _targets(mapped: Mapped) -> list[Target]:
    targets = [
        Target(reference.property, reference.resource, reference.key, reference.id, reference.many)
        for reference in mapped.references
    ]
    targets += [Target(name, resource, key, target, True, True) for name, resource, key, target in mapped.links]
    return targets


def _columns(mappings: Sequence[ResourceMapping]) -> frozenset[str] | None:
    """The columns that the mappings need; None when one of them takes the whole record."""
    columns: set[str] = set()
    for mapping in mappings:
        if mapping.columns is None:
            return None
        columns |= mapping.columns
    return frozenset(columns)


def _resume(spec: StreamSpec, saved: Mapping[str, Any] | None, version: str, now: datetime) -> Mapping[str, Any] | None:
    """The checkpoint to read on from, or None to read everything.

    A delta that names no deletions, a changed mapping, or a day since the last whole read all ask for a whole read
    where the stream has one.
    """
    if saved is None or Capability.DELTA not in spec.capabilities or saved.get("mapping") != version:
        return None
    if Capability.SNAPSHOT in spec.capabilities:
        if Capability.TOMBSTONES not in spec.capabilities:
            return None
        if now - datetime.fromisoformat(saved["full_at"]) >= FULL_READ_AFTER:
            return None
    state: Mapping[str, Any] = saved["state"]
    return state
