"""AcademicSession (ooapi.md §2.2)."""

from __future__ import annotations

from ooapi_specs.v5.common import AtLeastOneLanguage, Consumer, Ext, IdentifierEntry, OpenObject
from ooapi_specs.v5.types import AnyAcademicSessionType, Date, Maybe, Reference, Uuid


class AcademicSession(OpenObject):
    """A named stretch of time: a school year, a period, a week of tests."""

    academicSessionId: Uuid
    academicSessionType: Maybe[AnyAcademicSessionType] = None
    primaryCode: Maybe[IdentifierEntry] = None
    name: AtLeastOneLanguage
    startDate: Date
    endDate: Date
    parent: Maybe[Reference[AcademicSession]] = None
    children: Maybe[list[Reference[AcademicSession]]] = None
    year: Maybe[Reference[AcademicSession]] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
