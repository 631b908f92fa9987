"""Room (ooapi.md §2.2)."""

from __future__ import annotations

from ooapi_specs.v5.building import Building
from ooapi_specs.v5.common import AtLeastOneLanguage, Consumer, Ext, GeoLocation, IdentifierEntry, OpenObject
from ooapi_specs.v5.enumerations import RoomType
from ooapi_specs.v5.types import Int32, Maybe, Reference, Text, Text256, Uuid


class Room(OpenObject):
    """A room in a building, with its seats."""

    roomId: Uuid
    primaryCode: IdentifierEntry
    roomType: RoomType
    abbreviation: Maybe[Text256] = None
    name: AtLeastOneLanguage
    description: Maybe[AtLeastOneLanguage] = None
    totalSeats: Maybe[Int32] = None
    availableSeats: Maybe[Int32] = None
    floor: Maybe[Text] = None
    wing: Maybe[Text] = None
    geolocation: Maybe[GeoLocation] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    building: Maybe[Reference[Building]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
