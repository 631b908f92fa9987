"""Service: what ``GET /`` answers (ooapi.md §2.2)."""

from __future__ import annotations

from ooapi_specs.v5.common import Consumer, Ext, OpenObject
from ooapi_specs.v5.types import Email, Maybe, Uri


class Service(OpenObject):
    """Whom to write to, and which specification and documentation hold."""

    contactEmail: Email
    specification: Uri
    documentation: Uri
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
