"""Associations of a person with an offering, and their results (ooapi.md §2.2, §3).

The standard shows an association in five forms: on its own (``…Full``: person and offering are ids or objects), in
the list of an offering (``…Expandable``: the person's id as an object), in the list of a person (``…WithOffering``:
the offering in full), as the body of an enrolment (``AssociationWrite``) and as a change (``AssociationChange``).
``associationType`` tells the kinds apart (§4.3), so each kind holds its own value only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from ooapi_specs.v5.academic_session import AcademicSession
from ooapi_specs.v5.common import READ_ONLY, WRITE_ONLY, Consumer, Ext, OpenObject, PostResponse, StudyLoadDescriptor
from ooapi_specs.v5.enumerations import (
    AssociationRole,
    AssociationState,
    AssociationType,
    PassState,
    RemoteAssociationState,
    ResultState,
)
from ooapi_specs.v5.offering import AnyOffering, ComponentOffering, CourseOffering, OfferingReference, ProgramOffering
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.person import Person, PersonId
from ooapi_specs.v5.types import (
    ComponentOfferingAssociationType,
    CourseOfferingAssociationType,
    Date,
    Maybe,
    OneOf,
    ProgramOfferingAssociationType,
    Reference,
    Text,
    Uuid,
    Weight,
)

# -- results ------------------------------------------------------------------------------------------------------


class Result(OpenObject):
    """What every result has.

    The form of ``score`` follows the offering's ``resultValueType`` (§4.17).
    """

    state: ResultState
    pass_: Annotated[Maybe[PassState], Field(alias="pass")] = None
    comment: Maybe[Text] = None
    score: Maybe[Text] = None
    resultDate: Date
    ext: Maybe[Ext] = None


class ProgramResult(Result):
    studyLoad: StudyLoadDescriptor


class CourseResult(Result):
    studyLoad: StudyLoadDescriptor


class ComponentResult(Result):
    weight: Weight  # percent


def _kind_of_result(value: Mapping[str, Any]) -> str:
    """The results of a programme and of a course look the same; that of a component has a weight."""
    return (ComponentResult if "weight" in value else CourseResult).__name__


AnyResult = Annotated[ComponentResult | CourseResult | ProgramResult, OneOf(_kind_of_result)]


# -- the association itself ---------------------------------------------------------------------------------------


class AssociationId(OpenObject):
    associationId: Annotated[Uuid, READ_ONLY]


class AssociationProperties(OpenObject):
    """What an association says about itself.

    ``state`` is the status at home, ``remoteState`` the status at the host (§3.2).
    """

    associationType: Annotated[AssociationType, READ_ONLY]
    role: AssociationRole
    state: Annotated[AssociationState, READ_ONLY]
    remoteState: Annotated[Maybe[RemoteAssociationState], WRITE_ONLY] = None
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


class AssociationWrite(OpenObject):
    """A person's enrolment with an offering, as the host sends it.

    A caller may leave out what the standard calls readOnly. The document still lists it as required, where OpenAPI
    3.0 takes the two together to mean "in answers".
    """

    model_config = ConfigDict(
        json_schema_extra={"required": ["associationId", "associationType", "role", "state", "remoteState"]}
    )

    associationId: Annotated[Maybe[Uuid], READ_ONLY] = None
    associationType: Annotated[Maybe[AssociationType], READ_ONLY] = None
    role: AssociationRole
    state: Annotated[Maybe[AssociationState], READ_ONLY] = None
    remoteState: Annotated[RemoteAssociationState, WRITE_ONLY]
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
    result: Maybe[AnyResult] = None
    offering: Maybe[AnyOffering] = None
    issuer: Maybe[Organization] = None


class AssociationChange(OpenObject):
    """The body of a PATCH: the host's state, a result, or both. What is absent stays as it is."""

    remoteState: Maybe[RemoteAssociationState] = None
    result: Maybe[AnyResult] = None


class AssociationWritten(PostResponse, AssociationId):
    """The answer to an enrolment or a change."""

    state: Maybe[AssociationState] = None
