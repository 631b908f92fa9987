"""Records that already are resources of the standard (``copy = true``), and references that a row gives as ids.

The ids of another system are not ours to publish as they are: each one, the resource's own and every one it refers
to, goes through ``identify`` like any other key. Expanded objects become their id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.contract import forbidden_column
from adapters.mapping import standard
from adapters.mapping.functions import MappingFunctions
from adapters.mapping.row import Row
from adapters.mapping.shapes import cleaned
from ooapi_specs.identity import as_uuid
from ooapi_specs.v5 import RESOURCES
from ooapi_specs.v5.definitions import ReferenceProperty

TIMELINE = "timelineOverrides"
_EMBEDDED_ROOM = "room"


def copied(data: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """What can be taken over from a resource of another endpoint: all but its id, and nothing that is empty.

    Of a person nothing that may never be read (nationality, gender, address) is taken. Raises TooDeep.
    """
    personal = resource in standard.PERSONAL_RESOURCES
    left_out = {RESOURCES[resource].id_property, *standard.FIXED.get(resource, {})}
    taken: dict[str, Any] = {}
    for name, value in data.items():
        if name in left_out or forbidden_column(name, personal=personal):
            continue
        kept = cleaned(value)
        if kept is not None:
            taken[name] = kept
    return taken


class References:
    """Makes sure that every reference in a value is one of this member, and that the row knows it."""

    def __init__(self, resource: str, functions: MappingFunctions, row: Row) -> None:
        self._definition = RESOURCES[resource]
        self._properties = self._definition.references
        self._functions = functions
        self._row = row
        self._has_room = resource == "ComponentOffering"

    def settle(self, value: dict[str, Any]) -> None:
        """Re-identify, in place, the references that did not come from reference() or references()."""
        known = self._row.ids
        for reference in self._properties:
            name = reference.property
            found = value.get(name)
            if found is None:
                continue
            if reference.many:
                if type(found) is list and all(type(each) is str and each in known for each in found):
                    continue
            elif type(found) is str and found in known:
                continue
            self._settle_property(value, reference)
        if self._has_room and _EMBEDDED_ROOM in value:
            self._settle_room(value)
        if TIMELINE in value:
            self._settle_timeline(value)

    def _settle_property(self, value: dict[str, Any], reference: ReferenceProperty, prefix: str = "") -> None:
        name = reference.property
        self._row.target, self._row.columns = prefix + name, ()
        found = value.get(name)
        if found is None:
            return
        elements = found if isinstance(found, list) else [found]
        written = [text for text in (self._settled(each, reference) for each in elements) if text is not None]
        if not written:
            del value[name]
        else:
            value[name] = list(dict.fromkeys(written)) if reference.many else written[0]

    def _settled(self, element: Any, reference: ReferenceProperty) -> str | None:
        """The id of one reference; what is neither an id nor an object with one is left out with VAL001."""
        resource = _meant(element, reference.resources)
        given = element.get(RESOURCES[resource].id_property) if isinstance(element, dict) else element
        if isinstance(given, str) and given in self._row.ids:
            return given
        if not isinstance(given, str) or as_uuid(given) is None:
            shown = self._row.shown(given if isinstance(given, (str, int, float)) else type(element).__name__)
            self._row.note("VAL001", value=shown, expected="a UUID of 36 characters")
            return None
        found, written = self._functions.identity(resource, given.lower())
        self._row.refer(resource, given.lower(), found, written, many=reference.many)
        return written

    def _settle_room(self, value: dict[str, Any]) -> None:
        """The room of a component's offering is the whole object (ooapi.md §4.19): its id and its building's."""
        room = value[_EMBEDDED_ROOM]
        if not isinstance(room, dict):
            return
        room = value[_EMBEDDED_ROOM] = dict(room)
        own_id = ReferenceProperty("roomId", ("Room",), many=False, subject=False)
        for reference in (own_id, *RESOURCES["Room"].references):
            self._settle_property(room, reference, prefix=f"{_EMBEDDED_ROOM}.")

    def _settle_timeline(self, value: dict[str, Any]) -> None:
        """The properties of other periods refer to resources too."""
        inner = self._definition.timeline
        overrides = value[TIMELINE]
        if inner is None or not isinstance(overrides, list):
            return
        for override in overrides:
            properties = override.get(inner) if isinstance(override, dict) else None
            if isinstance(properties, dict):
                for reference in self._properties:
                    self._settle_property(properties, reference, prefix=f"{TIMELINE}.")


def _meant(element: Any, resources: tuple[str, ...]) -> str:
    """The resource that an element is of: offerings say their own type, otherwise the first that is possible."""
    if len(resources) > 1 and isinstance(element, dict):
        kind = element.get("offeringType")
        for resource in resources:
            if standard.FIXED.get(resource, {}).get("offeringType") == kind:
                return resource
    return resources[0]
