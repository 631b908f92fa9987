"""For tests: a published catalogue without sources, and a client that calls the application without a socket.

Fills the tables as a publication of the sync would. No production code imports this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.catalogue.sync.index import index_of
from gateway.clock import Clock
from gateway.http import Application, Message
from gateway.members.schemas import Document, Federation, Member, Names
from gateway.members.service import apply
from gateway.storage.generation import raise_generation
from ooapi_specs.v5 import RESOURCES

_BATCH: Final = 1000

_INSERT: Final = text(
    """
    INSERT INTO catalogue_resources
        (id, member, resource, source_key, origin, digest, primary_code, name_key, start_at, end_at, facets, refs,
         consumers, search_name, search_text, search_vector, changed_at)
    SELECT id, member, resource, id::text, 'test', ''::bytea, primary_code, name_key, start_at, end_at, facets, refs,
           consumers, search_name, search_text,
           setweight(to_tsvector('dutch', search_name) || to_tsvector('english', search_name), 'A')
           || setweight(to_tsvector('dutch', search_text) || to_tsvector('english', search_text), 'B'),
           now()
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
        id uuid, member text, resource text, primary_code text, name_key text, start_at timestamptz,
        end_at timestamptz, facets jsonb, refs jsonb, consumers text[], search_name text, search_text text)
    ON CONFLICT (id) DO UPDATE SET
        facets = excluded.facets, refs = excluded.refs, name_key = excluded.name_key,
        search_name = excluded.search_name, search_text = excluded.search_text,
        search_vector = excluded.search_vector, start_at = excluded.start_at, end_at = excluded.end_at
    """
)
_INSERT_BODIES: Final = text(
    """
    INSERT INTO catalogue_bodies (id, version, body, timeline)
    SELECT id, 5, convert_to(body, 'UTF8'), convert_to(timeline, 'UTF8')
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (id uuid, body text, timeline text)
    ON CONFLICT (id, version) DO UPDATE SET body = excluded.body, timeline = excluded.timeline
    """
)


@dataclass(frozen=True, slots=True)
class Published:
    """One resource as it is to be served. ``value``: its properties, id included; ``links``: relations beside them."""

    resource: str
    value: Mapping[str, Any]
    timeline: Sequence[Mapping[str, Any]] | None = None
    links: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        return UUID(str(self.value[RESOURCES[self.resource].id_property]))


async def configure(
    session: AsyncSession, members: Mapping[str, bool], clock: Clock, *, public_url: str = "http://gateway.example"
) -> None:
    """Apply a configuration with these members; the value says whether a member is public."""
    document = Document(
        federation=Federation(
            id="proef",
            name=Names(nl="Proeffederatie", en="Trial federation"),
            public_url=public_url,
            contact_email="beheer@gateway.example",
        ),
        members=tuple(
            Member(
                id=name,
                schac_home=f"{name}.example",
                brin=f"{number % 100:02}AA",
                oin=f"{number:020}",
                public=public,
                name=Names(nl=name, en=name),
                short_name=name,
            )
            for number, (name, public) in enumerate(members.items())
        ),
        mappings={},
        base="/",
    )
    await apply(session, document, by="test", clock=clock)


async def publish(session: AsyncSession, member: str, resources: Iterable[Published]) -> int:
    """Put the resources in the catalogue of the member. Returns the new generation."""
    rows: list[dict[str, Any]] = []
    for item in resources:
        rows.append(_row(member, item))
        if len(rows) == _BATCH:
            await _write(session, rows)
            rows = []
    await _write(session, rows)
    return await raise_generation(session)


async def withdraw(session: AsyncSession, ids: Iterable[UUID]) -> int:
    """Take resources out of the catalogue. Returns the new generation."""
    gone = {"ids": list(ids)}
    await session.execute(text("DELETE FROM catalogue_bodies WHERE id = ANY(:ids)"), gone)
    await session.execute(text("DELETE FROM catalogue_resources WHERE id = ANY(:ids)"), gone)
    return await raise_generation(session)


async def _write(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    if rows:
        document = orjson.dumps(rows).decode()
        await session.execute(_INSERT, {"rows": document})
        await session.execute(_INSERT_BODIES, {"rows": document})


def _row(member: str, item: Published) -> dict[str, Any]:
    index = index_of(item.value)
    return {
        "id": str(item.id),
        "member": member,
        "resource": item.resource,
        "primary_code": index.primary_code,
        "name_key": index.name_key,
        "start_at": _moment(index.start_at),
        "end_at": _moment(index.end_at),
        "facets": index.facets,
        "refs": _references(item),
        "consumers": index.consumers,
        "search_name": index.search_name,
        "search_text": index.search_text,
        "body": orjson.dumps(item.value).decode(),
        "timeline": None if item.timeline is None else orjson.dumps(item.timeline).decode(),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _references(item: Published) -> dict[str, list[str]]:
    refs = {name: list(ids) for name, ids in item.links.items()}
    for reference in RESOURCES[item.resource].references:
        named = item.value.get(reference.property)
        if named:
            refs[reference.property] = list(named) if reference.many else [named]
    return refs


# -- resources ----------------------------------------------------------------------------------------------------

_OWN: Final[dict[str, dict[str, Any]]] = {
    "Organization": {"organizationType": "institute", "shortName": "O"},
    "AcademicSession": {"academicSessionType": "period"},
    "EducationSpecification": {"educationSpecificationType": "program"},
    "Program": {"programType": "program", "abbreviation": "P", "teachingLanguage": "nld"},
    "Course": {"abbreviation": "C", "teachingLanguage": "nld", "level": "secondary vocational education 4"},
    "Component": {"componentType": "lecture", "abbreviation": "D", "teachingLanguage": "nld"},
    "ProgramOffering": {"offeringType": "program", "teachingLanguage": "nld", "resultExpected": True},
    "CourseOffering": {"offeringType": "course", "teachingLanguage": "nld", "resultExpected": True},
    "ComponentOffering": {"offeringType": "component", "teachingLanguage": "nld", "resultExpected": True},
    "Building": {"address": {"addressType": "visit"}},
    "Room": {"roomType": "lecture room"},
    "Group": {"groupType": "class"},
}
_WITHOUT_DESCRIPTION: Final = frozenset({"AcademicSession"})


def id_of(resource: str, number: int) -> str:
    """The id that ``sample`` gives to this resource."""
    return str(UUID(int=(list(_OWN).index(resource) + 1) << 96 | number))


def sample(
    resource: str,
    number: int,
    name: str = "",
    *,
    timeline: Sequence[Mapping[str, Any]] | None = None,
    links: Mapping[str, Sequence[str]] | None = None,
    **properties: Any,
) -> Published:
    """A valid resource with all that the standard requires. ``properties`` replace and add; None leaves one out."""
    shown = name or f"{resource} {number}"
    value: dict[str, Any] = {
        RESOURCES[resource].id_property: id_of(resource, number),
        "primaryCode": {"codeType": "identifier", "code": f"{resource}-{number}"},
        "name": [{"language": "nl-NL", "value": shown}],
    }
    if resource not in _WITHOUT_DESCRIPTION:
        value["description"] = [{"language": "nl-NL", "value": f"Over {shown}"}]
    dates = {"ComponentOffering": ("startDateTime", "T09:00:00+01:00"), "AcademicSession": ("startDate", "")}
    if resource.endswith("Offering") or resource in dates:
        begin, clock = dates.get(resource, ("startDate", ""))
        value[begin] = f"2027-02-01{clock}"
        value[begin.replace("start", "end")] = f"2027-06-30{clock}"
    value |= _OWN[resource] | properties
    kept = {key: item for key, item in value.items() if item is not None}
    return Published(resource, kept, timeline, links or {})


# -- calling ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def ids(self) -> list[str]:
        """The ids of the items of a page."""
        return [next(value for key, value in item.items() if key.endswith("Id")) for item in self.json()["items"]]


class Caller:
    """Calls an ASGI application in this process. Targets are sent as they are given, encoded or not."""

    def __init__(self, application: Application, prefix: str = "/ooapi/v5") -> None:
        self._application = application
        self._prefix = prefix

    async def get(self, target: str, method: str = "GET", **headers: str) -> Reply:
        """``headers``: names with ``_`` for ``-``."""
        path, _, query = (self._prefix + target).partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode("latin-1"),
            "query_string": query.encode("latin-1"),
            "headers": [(name.replace("_", "-").lower().encode(), text.encode()) for name, text in headers.items()],
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await self._application(scope, receive, send)
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Reply(sent[0]["status"], answered, b"".join(message.get("body", b"") for message in sent[1:]))
