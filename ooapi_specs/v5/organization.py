"""Organization (ooapi.md §2.2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ooapi_specs.v5.common import Address, AtLeastOneLanguage, Consumer, Ext, IdentifierEntry, OpenObject
from ooapi_specs.v5.enumerations import OrganizationType
from ooapi_specs.v5.types import Maybe, Reference, Text256, Uri, Uuid


class Organization(OpenObject):
    """A school or a part of one."""

    organizationId: Uuid
    primaryCode: IdentifierEntry
    organizationType: OrganizationType
    name: AtLeastOneLanguage
    shortName: Text256
    description: Maybe[AtLeastOneLanguage] = None
    addresses: Maybe[list[Address]] = None
    link: Maybe[Uri] = None
    logo: Maybe[Uri] = None
    otherCodes: Maybe[Annotated[list[IdentifierEntry], Field(min_length=1)]] = None
    parent: Maybe[Reference[Organization]] = None
    children: Maybe[list[Reference[Organization]]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
