"""Person (ooapi.md §2.2, §4.18)."""

from __future__ import annotations

from typing import Annotated

from ooapi_specs.v5.common import READ_ONLY, Address, Consumer, Ext, IdentifierEntry, OpenObject, PostResponse
from ooapi_specs.v5.enumerations import Gender, ICERelationType, PersonAffiliation
from ooapi_specs.v5.types import Date, Email, Maybe, Text, Text256, Uri, Uuid


class PersonId(OpenObject):
    """The id of a person and nothing else, as lists of associations show it."""

    personId: Uuid


class PersonProperties(OpenObject):
    """A person without the id: also the body with which one is created."""

    primaryCode: Annotated[IdentifierEntry, READ_ONLY]
    givenName: Text256
    surnamePrefix: Maybe[Text] = None
    surname: Text256
    displayName: Text256
    initials: Maybe[Text] = None
    activeEnrollment: bool
    dateOfBirth: Maybe[Date] = None
    cityOfBirth: Maybe[Text] = None
    countryOfBirth: Maybe[Text] = None
    nationality: Maybe[Text] = None
    dateOfNationality: Maybe[Date] = None
    affiliations: list[PersonAffiliation]
    mail: Email
    secondaryMail: Maybe[Email] = None
    telephoneNumber: Maybe[Text256] = None
    mobileNumber: Maybe[Text256] = None
    photoSocial: Maybe[Uri] = None
    photoOfficial: Maybe[Uri] = None
    gender: Maybe[Gender] = None
    titlePrefix: Maybe[Text] = None
    titleSuffix: Maybe[Text] = None
    office: Maybe[Text] = None
    address: Maybe[Address] = None
    ICEName: Maybe[Text256] = None  # the contact in case of emergency
    ICEPhoneNumber: Maybe[Text256] = None
    ICERelation: Maybe[ICERelationType] = None
    languageOfChoice: Maybe[list[Text]] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None


class Person(PersonProperties, PersonId):
    """A student, an employee or a guest."""


class PersonWritten(PostResponse, PersonId):
    """The answer to the creation of a person."""
