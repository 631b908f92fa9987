"""Course with its timeline (ooapi.md §2.2, §4.9)."""

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
from ooapi_specs.v5.enumerations import Level, ModeOfDelivery
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.person import Person
from ooapi_specs.v5.program import Program
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


class CourseId(OpenObject):
    courseId: Uuid


class CourseProperties(OpenObject):
    primaryCode: IdentifierEntry
    name: AtLeastOneLanguage
    abbreviation: Text256
    studyLoad: Maybe[StudyLoadDescriptor] = None
    modeOfDelivery: Maybe[list[ModeOfDelivery]] = None
    duration: Maybe[Duration] = None
    firstStartDate: Maybe[Date] = None
    description: AtLeastOneLanguage
    teachingLanguage: TeachingLanguage
    fieldsOfStudy: Maybe[FieldsOfStudy] = None
    learningOutcomes: Maybe[LearningOutcomes] = None
    admissionRequirements: Maybe[AtLeastOneLanguage] = None
    qualificationRequirements: Maybe[AtLeastOneLanguage] = None
    level: Level
    enrollment: Maybe[LanguageTypedStrings] = None
    resources: Maybe[list[Text]] = None
    assessment: Maybe[AtLeastOneLanguage] = None
    link: Maybe[Uri] = None
    educationSpecification: Maybe[Reference[EducationSpecification]] = None
    addresses: Maybe[list[Address]] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
    programs: Maybe[list[Reference[Program]]] = None
    coordinators: Maybe[list[Reference[Person]]] = None
    organization: Maybe[Reference[Organization]] = None


class Course(CourseProperties, CourseId):
    """A unit of study with a level and a load of its own, such as an elective module."""

    validFrom: Maybe[Date] = None
    validTo: Maybe[Date] = None  # exclusive


class TimelineOverrideCourse(OpenObject):
    """The properties as they are during another period; the end is exclusive."""

    validFrom: Date
    validTo: Maybe[Date] = None
    course: CourseProperties


class CourseExpanded(Course):
    """A course with the past and the future of its properties."""

    timelineOverrides: Maybe[list[TimelineOverrideCourse]] = None
