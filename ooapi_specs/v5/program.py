"""Program with its timeline (ooapi.md §2.2, §4.9)."""

from __future__ import annotations

from ooapi_specs.v5.common import (
    Address,
    AtLeastOneLanguage,
    Consumer,
    Ext,
    IdentifierEntry,
    LanguageTypedStrings,
    LearningOutcomes,
    OpenObject,
    StudyLoadDescriptor,
)
from ooapi_specs.v5.education_specification import EducationSpecification
from ooapi_specs.v5.enumerations import (
    Level,
    LevelOfQualification,
    ModeOfDelivery,
    ModeOfStudy,
    ProgramType,
    QualificationAwarded,
    Sector,
)
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.person import Person
from ooapi_specs.v5.types import (
    Date,
    Duration,
    FieldsOfStudy,
    Maybe,
    Reference,
    TeachingLanguage,
    Text,
    Text256,
    Uri,
    Uuid,
)


class ProgramId(OpenObject):
    programId: Uuid


class ProgramProperties(OpenObject):
    primaryCode: IdentifierEntry
    programType: ProgramType
    name: AtLeastOneLanguage
    abbreviation: Text256
    description: AtLeastOneLanguage
    teachingLanguage: TeachingLanguage
    studyLoad: Maybe[StudyLoadDescriptor] = None
    qualificationAwarded: Maybe[QualificationAwarded] = None
    modeOfStudy: Maybe[ModeOfStudy] = None
    modeOfDelivery: Maybe[list[ModeOfDelivery]] = None
    duration: Maybe[Duration] = None
    firstStartDate: Maybe[Date] = None
    levelOfQualification: Maybe[LevelOfQualification] = None
    level: Maybe[Level] = None
    sector: Maybe[Sector] = None
    fieldsOfStudy: Maybe[FieldsOfStudy] = None
    enrollment: Maybe[LanguageTypedStrings] = None
    resources: Maybe[list[Text]] = None
    learningOutcomes: Maybe[LearningOutcomes] = None
    assessment: Maybe[AtLeastOneLanguage] = None
    admissionRequirements: Maybe[AtLeastOneLanguage] = None
    qualificationRequirements: Maybe[AtLeastOneLanguage] = None
    link: Maybe[Uri] = None
    educationSpecification: Maybe[Reference[EducationSpecification]] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    addresses: Maybe[list[Address]] = None
    parent: Maybe[Reference[Program]] = None
    children: Maybe[list[Reference[Program]]] = None
    coordinators: Maybe[list[Reference[Person]]] = None
    organization: Maybe[Reference[Organization]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None


class Program(ProgramProperties, ProgramId):
    """An education as one school gives it, or a part of one such as a minor."""

    validFrom: Maybe[Date] = None
    validTo: Maybe[Date] = None  # exclusive


class TimelineOverrideProgram(OpenObject):
    """The properties as they are during another period; the end is exclusive."""

    validFrom: Date
    validTo: Maybe[Date] = None
    program: ProgramProperties


class ProgramExpanded(Program):
    """A programme with the past and the future of its properties."""

    timelineOverrides: Maybe[list[TimelineOverrideProgram]] = None


# The properties refer to the programme, which is built from them.
ProgramProperties.model_rebuild()
