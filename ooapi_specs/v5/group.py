"""Group (ooapi.md §2.2). The members are no property: they are read at ``/groups/{groupId}/persons``."""

from __future__ import annotations

from ooapi_specs.v5.common import AtLeastOneLanguage, Consumer, Ext, IdentifierEntry, OpenObject
from ooapi_specs.v5.enumerations import GroupType
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.types import Count, Date, Maybe, Reference, Uuid


class Group(OpenObject):
    """People who learn or work together."""

    groupId: Uuid
    primaryCode: IdentifierEntry
    groupType: GroupType
    name: AtLeastOneLanguage
    description: Maybe[AtLeastOneLanguage] = None
    startDate: Maybe[Date] = None
    endDate: Maybe[Date] = None
    personCount: Maybe[Count] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    consumers: Maybe[list[Consumer]] = None
    organization: Maybe[Reference[Organization]] = None
    ext: Maybe[Ext] = None
