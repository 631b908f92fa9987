"""Building (ooapi.md §2.2)."""

from __future__ import annotations

from ooapi_specs.v5.common import Address, AtLeastOneLanguage, Consumer, Ext, IdentifierEntry, OpenObject
from ooapi_specs.v5.types import Maybe, Text256, Uuid


class Building(OpenObject):
    """A building with its address."""

    buildingId: Uuid
    primaryCode: IdentifierEntry
    abbreviation: Maybe[Text256] = None
    name: AtLeastOneLanguage
    description: Maybe[AtLeastOneLanguage] = None
    address: Address
    otherCodes: Maybe[list[IdentifierEntry]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
