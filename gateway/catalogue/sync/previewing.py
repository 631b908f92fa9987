"""Looking before anything is stored: the columns of a source, a proposed mapping, rows as they would become."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.contract import Fault, Record, StreamColumns, StreamSpec
from adapters.findings import Finding
from adapters.mapping import ExplainedField, Mapped, Mapper, ResourceMapping, explain
from gateway.catalogue.sync.identities import Identities
from gateway.clock import AMSTERDAM, Clock
from gateway.errors import BadRequest, NotFound
from gateway.members.schemas import Configuration, Member, Source
from gateway.members.service import adapter_for, mappings_for
from gateway.settings import Settings

MOST_ROWS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Preview:
    """One source row and what becomes of it. ``mapped`` None: the mapping's ``where`` leaves it out."""

    mapping: str
    record: Record | None
    mapped: Mapped | None
    findings: tuple[Finding, ...]
    explained: tuple[ExplainedField, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """What one source really has, with a mapping to start from."""

    source: str
    streams: tuple[StreamColumns, ...]
    proposals: Mapping[str, str]  # stream -> text of a mapping file


async def discover(
    configuration: Configuration, member: Member, *, settings: Settings, clock: Clock
) -> AsyncIterator[Discovery]:
    """The columns of each source of a member. Raises AdapterError."""
    for source in member.sources:
        async with adapter_for(configuration, member, source, settings, clock) as adapter:
            streams = tuple(await adapter.discover())
            specs = {spec.name: spec for spec in adapter.streams()}
        proposals = {found.stream: propose(found, specs.get(found.stream)) for found in streams}
        yield Discovery(source.name, streams, proposals)


async def preview(
    configuration: Configuration,
    member: Member,
    *,
    stream: str | None,
    resource: str | None,
    limit: int,
    row: str | None,
    settings: Settings,
    clock: Clock,
) -> AsyncIterator[Preview]:
    """Rows as they would become, ``limit`` per mapping; nothing is stored and no reference is checked.

    ``row``: only the row with this key, row number or ``file:row``, explained field by field. Personal streams are
    left out: they are looked up, never read. Raises NotFound when no mapping fits or the row is not there.
    """
    chosen = list(_chosen(configuration, member, stream, resource))
    if not chosen:
        raise NotFound(what=f"mapping of {member.id} for {stream or resource or 'a catalogue stream'}")
    identities = Identities(member.id)
    today = clock.now().astimezone(AMSTERDAM).date()
    found = False
    for source, mapping in chosen:
        mapper = Mapper(mapping, identify=identities.identify, today=today)
        async with adapter_for(configuration, member, source, settings, clock) as adapter:
            if _spec(adapter.streams(), mapping.stream).personal:
                if stream is not None:
                    raise BadRequest(what=f"{mapping.stream} is personal: it is looked up by key, never listed")
                continue
            wanted = MOST_ROWS if row is not None else limit
            async for item in adapter.read(mapping.stream, columns=mapping.columns, limit=wanted):
                if isinstance(item, Fault):
                    finding = Finding(
                        item.code, item.source, mapping.stream, mapping.resource, item.key, values=item.values
                    )
                    if row is None:
                        yield Preview(mapping.name, None, None, (finding,))
                elif isinstance(item, Record) and (row is None or _is_row(item, row)):
                    found = True
                    mapped = mapper.map(item)
                    explained = explain(mapper, item) if row is not None else ()
                    yield Preview(mapping.name, item, mapped, mapped.findings if mapped else (), explained)
                    if row is not None:
                        break
    if row is not None and not found:
        raise NotFound(what=f"row {row}")


def _chosen(
    configuration: Configuration, member: Member, stream: str | None, resource: str | None
) -> list[tuple[Source, ResourceMapping]]:
    return [
        (source, mapping)
        for source in member.sources
        for mapping in mappings_for(configuration, member, source)
        if (stream is None or mapping.stream == stream) and (resource is None or mapping.resource == resource)
    ]


def _spec(streams: Any, name: str) -> StreamSpec:
    found: StreamSpec = next(spec for spec in streams if spec.name == name)
    return found


def _is_row(record: Record, row: str) -> bool:
    return row in (record.key, str(record.source)) or (record.source.row is not None and row == str(record.source.row))


# Words in column names, and what a mapping would say of such a column. The first hit counts.
_PROPOSALS: Final = (
    (("internationale", "engels", "english", "_en"), None, None),
    (("titel", "title", "naam", "name"), "name", "language({column})"),
    (("omschrijving", "description", "toelichting"), "description", "language({column})"),
    (("afkorting", "abbreviation", "kort"), "abbreviation", "text({column})"),
    (("begin", "start"), "startDate", "date({column})"),
    (("eind", "end"), "endDate", "date({column})"),
    (("max",), "maxNumberStudents", "integer({column})"),
    (("crebo",), "educationSpecification", "reference('EducationSpecification', {column})"),
    (("code",), "primaryCode", "code('identifier', {column})"),
)


def propose(found: StreamColumns, spec: StreamSpec | None) -> str:
    """A mapping file to start from: what the names of the columns suggest, the rest as comments."""
    fields: dict[str, str] = {}
    unused = []
    for sample in found.columns:
        column = sample.name if sample.name.isidentifier() and sample.name.isascii() else f'"{sample.name}"'
        name, expression = _proposal(sample.name)
        if name is None or expression is None or name in fields:
            unused.append(sample.name)
        else:
            fields[name] = expression.format(column=column)
    lines = [f'stream = "{found.stream}"', 'resource = "Course"  # choose the resource of the standard']
    if spec is not None and len(spec.key) == 1:
        lines.append(f"# the key of the stream is {spec.key[0]}")
    lines += ["", "[fields]", *(f"{name} = {_toml(expression)}" for name, expression in fields.items())]
    lines += [f"# not used yet: {name}" for name in unused]
    return "\n".join(lines) + "\n"


def _proposal(column: str) -> tuple[str | None, str | None]:
    folded = column.lower()
    for words, name, expression in _PROPOSALS:
        if any(word in folded for word in words):
            return name, expression
    return None, None


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
