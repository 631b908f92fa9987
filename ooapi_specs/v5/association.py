"""Associations of a person with an offering, and their results (ooapi.md §2.2, §3).

The standard shows an association in five forms: on its own (``…Full``: person and offering are ids or objects), in
the list of an offering (``…Expandable``: the person's id as an object), in the list of a person (``…WithOffering``:
the offering in full), as the body of an enrolment (``…Write``) and as a change (``AssociationChange``).
``associationType`` tells the kinds apart (§4.3), so each kind holds its own value only.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ooapi_specs.v5.academic_session import AcademicSession
from ooapi_specs.v5.common import Consumer, Ext, OpenObject, PostResponse, StudyLoadDescriptor
from ooapi_specs.v5.enumerations import (
    AssociationRole,
    AssociationState,
    AssociationType,
    PassState,
    RemoteAssociationState,
    ResultState,
)
from ooapi_specs.v5.offering import ComponentOffering, CourseOffering, OfferingReference, ProgramOffering
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.person import Person, PersonId
from ooapi_specs.v5.types import (
    ComponentOfferingAssociationType,
    CourseOfferingAssociationType,
    Date,
    Maybe,
    ProgramOfferingAssociationType,
    Reference,
    Uuid,
    Weight,
)

# -- results ------------------------------------------------------------------------------------------------------


class Result(OpenObject):
    """What every result has. The form of ``score`` follows the offering's ``resultValueType`` (§4.17)."""

    state: ResultState
    pass_: Annotated[Maybe[PassState], Field(alias="pass")] = None
    comment: Maybe[str] = None
    score: Maybe[str] = None
    resultDate: Date
    ext: Maybe[Ext] = None


class ProgramResult(Result):
    studyLoad: StudyLoadDescriptor


class CourseResult(Result):
    studyLoad: StudyLoadDescriptor


class ComponentResult(Result):
    weight: Weight  # percent


# -- the association itself ---------------------------------------------------------------------------------------


class AssociationId(OpenObject):
    associationId: Uuid


class AssociationProperties(OpenObject):
    """``state`` is the status at home, ``remoteState`` the status at the host (§3.2)."""

    associationType: AssociationType
    role: AssociationRole
    state: AssociationState
    remoteState: Maybe[RemoteAssociationState] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None


class Association(AssociationProperties, AssociationId):
    """What every kind of association has."""


class ProgramOfferingAssociation(Association):
    associationType: ProgramOfferingAssociationType
    result: Maybe[ProgramResult] = None


class CourseOfferingAssociation(Association):
    associationType: CourseOfferingAssociationType
    result: Maybe[CourseResult] = None


class ComponentOfferingAssociation(Association):
    associationType: ComponentOfferingAssociationType
    result: Maybe[ComponentResult] = None


# -- on its own ---------------------------------------------------------------------------------------------------


class ProgramOfferingAssociationFull(ProgramOfferingAssociation):
    """A person's part in a programme's offering."""

    person: Maybe[Reference[Person]] = None
    offering: Maybe[OfferingReference] = None


class CourseOfferingAssociationFull(CourseOfferingAssociation):
    """A person's part in a course's offering."""

    person: Maybe[Reference[Person]] = None
    offering: Maybe[OfferingReference] = None


class ComponentOfferingAssociationFull(ComponentOfferingAssociation):
    """A person's part in a component's offering."""

    person: Maybe[Reference[Person]] = None
    offering: Maybe[OfferingReference] = None


# -- in the list of an offering -------------------------------------------------------------------------------------


class ProgramOfferingAssociationExpandable(ProgramOfferingAssociation):
    person: Maybe[PersonId] = None


class CourseOfferingAssociationExpandable(CourseOfferingAssociation):
    person: Maybe[PersonId] = None


class ComponentOfferingAssociationExpandable(ComponentOfferingAssociation):
    person: Maybe[PersonId] = None


# -- in the list of a person ----------------------------------------------------------------------------------------


class ProgramOfferingAssociationWithOffering(ProgramOfferingAssociation):
    offering: ProgramOffering
    academicSession: Maybe[AcademicSession] = None


class CourseOfferingAssociationWithOffering(CourseOfferingAssociation):
    offering: CourseOffering
    academicSession: Maybe[AcademicSession] = None


class ComponentOfferingAssociationWithOffering(ComponentOfferingAssociation):
    offering: ComponentOffering
    academicSession: Maybe[AcademicSession] = None


# -- writes (§3.1) --------------------------------------------------------------------------------------------------


class ProgramOfferingAssociationWrite(ProgramOfferingAssociation):
    remoteState: RemoteAssociationState
    offering: Maybe[ComponentOffering | CourseOffering | ProgramOffering] = None
    issuer: Maybe[Organization] = None


class CourseOfferingAssociationWrite(CourseOfferingAssociation):
    remoteState: RemoteAssociationState
    offering: Maybe[ComponentOffering | CourseOffering | ProgramOffering] = None
    issuer: Maybe[Organization] = None


class ComponentOfferingAssociationWrite(ComponentOfferingAssociation):
    remoteState: RemoteAssociationState
    offering: Maybe[ComponentOffering | CourseOffering | ProgramOffering] = None
    issuer: Maybe[Organization] = None


class AssociationChange(OpenObject):
    """The body of a PATCH: the host's state, a result, or both. What is absent stays as it is."""

    remoteState: Maybe[RemoteAssociationState] = None
    result: Maybe[ComponentResult | CourseResult | ProgramResult] = None


class AssociationWritten(PostResponse, AssociationId):
    """The answer to an enrolment or a change."""

    state: Maybe[AssociationState] = None
