"""Personal streams: persons, programme enrolments and results, read by key at the moment they are needed.

Nothing that comes from here is stored, logged or part of a snapshot. Only the columns that the mapping names are
read, and the adapter refuses columns that may hold a BSN, nationality, address or gender.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from adapters.contract import Capability
from adapters.mapping import Mapped, Mapper
from gateway.clock import AMSTERDAM, Clock
from gateway.members.schemas import Configuration, Member
from gateway.members.service import adapter_for, mappings_for
from gateway.settings import Settings
from ooapi_specs.identity import as_uuid, derive_id

# What is asked of a school about one student: who, enrolled for what, with which results so far.
RESOURCES: Final = ("Person", "ProgramOfferingAssociation", "CourseOfferingAssociation")
# A mapping that copies names no properties; then this much is asked for and no more.
_ASSOCIATION: Final = ("associationType", "role", "state", "person", "offering", "result", "ext")
_COPIED: Final = {
    "Person": (
        "primaryCode", "givenName", "surnamePrefix", "surname", "displayName", "initials", "activeEnrollment",
        "affiliations", "mail",
    ),
    "ProgramOfferingAssociation": _ASSOCIATION,
    "CourseOfferingAssociation": _ASSOCIATION,
}  # fmt: skip
_MOST_RECORDS: Final = 1000  # per stream; one student has tens of results


async def look_up_student(
    configuration: Configuration,
    member: Member,
    student_number: str,
    *,
    resources: tuple[str, ...] = RESOURCES,
    settings: Settings,
    clock: Clock,
) -> list[Mapped]:
    """What the member's systems say now about the student with this number; an empty list when nobody has it.

    The first column of a stream's ``lookup_by`` is the one that holds the student number. Records that the mapping
    refuses are there too, with ``body`` None and the findings that say why. Raises AdapterError when a system fails.
    """

    def identify(resource: str, source_key: str) -> UUID:
        return as_uuid(source_key) or derive_id(member.id, resource, source_key)

    today = clock.now().astimezone(AMSTERDAM).date()
    found: list[Mapped] = []
    for source in member.sources:
        mappings = [one for one in mappings_for(configuration, member, source) if one.resource in resources]
        if not mappings:
            continue
        async with adapter_for(configuration, member, source, settings, clock) as adapter:
            streams = {stream.name: stream for stream in adapter.streams()}
            for mapping in mappings:
                stream = streams[mapping.stream]
                if not (stream.personal and Capability.LOOKUP in stream.capabilities):
                    continue
                mapper = Mapper(mapping, identify=identify, today=today)
                number = 0
                key = {stream.lookup_by[0]: student_number}
                columns = _COPIED[mapping.resource] if mapping.columns is None else mapping.columns
                async for record in adapter.lookup(stream.name, key, columns=columns):
                    mapped = mapper.map(record)
                    if mapped is not None:
                        found.append(mapped)
                    number += 1
                    if number >= _MOST_RECORDS:
                        break
    return found
