"""The three kinds of offering (ooapi.md §2.2, §4.10).

The standard lets ``offeringType`` of any kind hold any of the three values. Here each kind holds its own: it is the
only thing by which a reader can tell a course's offering from a programme's (§4.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from ooapi_specs.v5.academic_session import AcademicSession
from ooapi_specs.v5.common import Address, AtLeastOneLanguage, Consumer, Cost, Ext, IdentifierEntry, OpenObject
from ooapi_specs.v5.component import Component
from ooapi_specs.v5.course import Course
from ooapi_specs.v5.enumerations import ModeOfDelivery, OfferingType, ResultValueType
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.program import Program
from ooapi_specs.v5.room import Room
from ooapi_specs.v5.types import (
    ComponentOfferingType,
    Count,
    CourseOfferingType,
    Date,
    DateTime,
    Maybe,
    OneOf,
    Percentage,
    ProgramOfferingType,
    Reference,
    TeachingLanguage,
    Text256,
    Uri,
    Uuid,
)


class OfferingId(OpenObject):
    offeringId: Uuid


class OfferingProperties(OpenObject):
    primaryCode: IdentifierEntry
    offeringType: OfferingType
    academicSession: Maybe[Reference[AcademicSession]] = None
    name: AtLeastOneLanguage
    abbreviation: Maybe[Text256] = None
    description: AtLeastOneLanguage
    teachingLanguage: TeachingLanguage
    modeOfDelivery: Maybe[list[ModeOfDelivery]] = None
    maxNumberStudents: Maybe[Count] = None
    enrolledNumberStudents: Maybe[Count] = None
    pendingNumberStudents: Maybe[Count] = None
    minNumberStudents: Maybe[Count] = None
    resultExpected: bool
    resultValueType: Maybe[ResultValueType] = None
    link: Maybe[Uri] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None


class Offering(OfferingProperties, OfferingId):
    """What every kind of offering has."""


class ProgramOffering(Offering):
    """A programme that starts at a certain time."""

    offeringType: ProgramOfferingType
    startDate: Date
    endDate: Date
    enrollStartDate: Maybe[Date] = None
    enrollEndDate: Maybe[Date] = None
    flexibleEntryPeriodStart: Maybe[Date] = None
    flexibleEntryPeriodEnd: Maybe[Date] = None
    addresses: Maybe[list[Address]] = None
    priceInformation: Maybe[Annotated[list[Cost], Field(min_length=1)]] = None
    program: Maybe[Reference[Program]] = None
    organization: Maybe[Reference[Organization]] = None


class CourseOffering(Offering):
    """A course that is given at a certain time."""

    offeringType: CourseOfferingType
    startDate: Date
    endDate: Date
    enrollStartDate: Maybe[Date] = None
    enrollEndDate: Maybe[Date] = None
    flexibleEntryPeriodStart: Maybe[Date] = None
    flexibleEntryPeriodEnd: Maybe[Date] = None
    addresses: Maybe[list[Address]] = None
    priceInformation: Maybe[list[Cost]] = None
    course: Maybe[Reference[Course]] = None
    programOffering: Maybe[Reference[ProgramOffering]] = None
    organization: Maybe[Reference[Organization]] = None


class ComponentOffering(Offering):
    """A component that is given at a certain time; ``room`` is the whole object, never an id."""

    offeringType: ComponentOfferingType
    startDateTime: DateTime
    endDateTime: DateTime
    enrollStartDate: Maybe[Date] = None
    enrollEndDate: Maybe[Date] = None
    resultWeight: Maybe[Percentage] = None
    addresses: Maybe[list[Address]] = None
    priceInformation: Maybe[list[Cost]] = None
    room: Maybe[Room] = None
    component: Maybe[Reference[Component]] = None
    courseOffering: Maybe[Reference[CourseOffering]] = None
    organization: Maybe[Reference[Organization]] = None


_KINDS: dict[object, str] = {
    OfferingType.COMPONENT: ComponentOffering.__name__,
    OfferingType.COURSE: CourseOffering.__name__,
    OfferingType.PROGRAM: ProgramOffering.__name__,
}


def _kind_of_offering(value: Mapping[str, Any]) -> str | None:
    kind = value.get("offeringType")
    return _KINDS.get(kind) if isinstance(kind, str) else None


AnyOffering = Annotated[ComponentOffering | CourseOffering | ProgramOffering, OneOf(_kind_of_offering)]
OfferingReference = Annotated[UUID | ComponentOffering | CourseOffering | ProgramOffering, OneOf(_kind_of_offering)]
