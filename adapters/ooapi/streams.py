"""The streams of the standard: where each stands, what identifies an object, which hold personal data.

OOAPI v5 has no root collection of components and offerings: they are read below another object.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Per = Literal["organizations", "courses", "programs", "components"]


@dataclass(frozen=True, slots=True)
class StreamKind:
    """``path``: the root collection, None where v5 has none. ``below``: sub-collection by parent collection."""

    name: str
    id_property: str
    path: str | None = None
    below: Mapping[Per, str] = field(default_factory=dict)
    offering_type: str | None = None  # value of offeringType, also of the query parameter
    association_type: str | None = None  # value of the query parameter; the property ends in "Association"
    personal: bool = False
    lookup_by: tuple[str, ...] = ()
    timeline: bool = False  # whether the instance has timelineOverrides


def _root(name: str, id_property: str, *, timeline: bool = False) -> StreamKind:
    return StreamKind(name, id_property, f"/{name}", timeline=timeline)


def _offerings(of: str, parent: Per) -> StreamKind:
    below: dict[Per, str] = {"organizations": "offerings", parent: "offerings"}
    return StreamKind(f"{of}-offerings", "offeringId", below=below, offering_type=of)


def _associations(of: str) -> StreamKind:
    return StreamKind(
        f"{of}-offering-associations",
        "associationId",
        association_type=f"{of}Offering",
        personal=True,
        lookup_by=("primaryCode", "personId"),
    )


STREAMS: dict[str, StreamKind] = {
    kind.name: kind
    for kind in (
        _root("organizations", "organizationId"),
        _root("academic-sessions", "academicSessionId"),
        _root("education-specifications", "educationSpecificationId", timeline=True),
        _root("programs", "programId", timeline=True),
        _root("courses", "courseId", timeline=True),
        StreamKind("components", "componentId", below={"organizations": "components", "courses": "components"}),
        _offerings("program", "programs"),
        _offerings("course", "courses"),
        _offerings("component", "components"),
        _root("buildings", "buildingId"),
        _root("rooms", "roomId"),
        _root("groups", "groupId"),
        StreamKind("coordinators", "personId"),
        StreamKind("persons", "personId", "/persons", personal=True, lookup_by=("primaryCode", "personId")),
        _associations("program"),
        _associations("course"),
    )
}

CATALOGUE_STREAMS = tuple(name for name, kind in STREAMS.items() if not kind.personal)
COORDINATED = ("programs", "courses")  # resources with a property coordinators


_SAFE_ID = re.compile(r"(?!\.+$)[A-Za-z0-9._~-]{1,128}")


def path_id(value: Any) -> str | None:
    """An id that may become part of a path, else None. The standard wants UUIDs; other plain ids are accepted."""
    return value if isinstance(value, str) and _SAFE_ID.fullmatch(value) else None
