"""Component (ooapi.md §2.2)."""

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
)
from ooapi_specs.v5.course import Course
from ooapi_specs.v5.enumerations import ComponentType, ModeOfDelivery
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.types import Duration, Maybe, Reference, TeachingLanguage, Text, Text256, Uuid


class Component(OpenObject):
    """A part of a course: lessons, a test, a project."""

    componentId: Uuid
    primaryCode: IdentifierEntry
    componentType: ComponentType
    name: AtLeastOneLanguage
    abbreviation: Text256
    modeOfDelivery: Maybe[list[ModeOfDelivery]] = None
    duration: Maybe[Duration] = None
    description: Maybe[AtLeastOneLanguage] = None
    teachingLanguage: TeachingLanguage
    learningOutcomes: Maybe[LearningOutcomes] = None
    enrollment: Maybe[LanguageTypedStrings] = None
    resources: Maybe[list[Text]] = None
    assessment: Maybe[AtLeastOneLanguage] = None
    addresses: Maybe[list[Address]] = None
    otherCodes: Maybe[list[IdentifierEntry]] = None
    course: Maybe[Reference[Course]] = None
    organization: Maybe[Reference[Organization]] = None
    consumers: Maybe[list[Consumer]] = None
    ext: Maybe[Ext] = None
