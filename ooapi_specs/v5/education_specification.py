"""EducationSpecification with its timeline (ooapi.md §2.2, §4.9)."""

from __future__ import annotations

from ooapi_specs.v5.common import (
    Consumer,
    Ext,
    IdentifierEntry,
    LanguageTypedStrings,
    LearningOutcomes,
    OpenObject,
    StudyLoadDescriptor,
)
from ooapi_specs.v5.enumerations import (
    EducationSpecificationType,
    FormalDocument,
    Level,
    LevelOfQualification,
    Sector,
)
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.types import Date, FieldsOfStudy, Maybe, Reference, Text256, Uri, Uuid


class EducationSpecificationId(OpenObject):
    educationSpecificationId: Uuid


class EducationSpecificationProperties(OpenObject):
    primaryCode: IdentifierEntry
    otherCodes: Maybe[list[IdentifierEntry]] = None
    educationSpecificationType: EducationSpecificationType
    name: LanguageTypedStrings
    abbreviation: Maybe[Text256] = None
    description: Maybe[LanguageTypedStrings] = None
    formalDocument: Maybe[FormalDocument] = None
    level: Maybe[Level] = None
    sector: Maybe[Sector] = None
    levelOfQualification: Maybe[LevelOfQualification] = None
    fieldsOfStudy: Maybe[FieldsOfStudy] = None
    studyLoad: Maybe[StudyLoadDescriptor] = None
    learningOutcomes: Maybe[LearningOutcomes] = None
    link: Maybe[Uri] = None
    parent: Maybe[Reference[EducationSpecification]] = None
    children: Maybe[list[Reference[EducationSpecification]]] = None
    organization: Maybe[Reference[Organization]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None


class EducationSpecification(EducationSpecificationProperties, EducationSpecificationId):
    """What an education leads to, apart from the school's own programme for it."""

    validFrom: Maybe[Date] = None
    validTo: Maybe[Date] = None  # exclusive


class TimelineOverrideEducationSpecification(OpenObject):
    """The properties as they are during another period; the end is exclusive."""

    validFrom: Date
    validTo: Maybe[Date] = None
    educationSpecification: EducationSpecificationProperties


class EducationSpecificationExpanded(EducationSpecification):
    """An education specification with the past and the future of its properties."""

    timelineOverrides: Maybe[list[TimelineOverrideEducationSpecification]] = None


# The properties refer to the specification, which is built from them.
EducationSpecificationProperties.model_rebuild()
