"""The resources of the standard as data: what a room needs to know without knowing each model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ooapi_specs.v5.academic_session import AcademicSession
from ooapi_specs.v5.association import (
    ComponentOfferingAssociationFull,
    CourseOfferingAssociationFull,
    ProgramOfferingAssociationFull,
)
from ooapi_specs.v5.building import Building
from ooapi_specs.v5.common import LanguageTypedString
from ooapi_specs.v5.component import Component
from ooapi_specs.v5.course import CourseExpanded
from ooapi_specs.v5.education_specification import EducationSpecificationExpanded
from ooapi_specs.v5.group import Group
from ooapi_specs.v5.news import NewsFeed, NewsItem
from ooapi_specs.v5.offering import ComponentOffering, CourseOffering, ProgramOffering
from ooapi_specs.v5.organization import Organization
from ooapi_specs.v5.person import Person
from ooapi_specs.v5.program import ProgramExpanded
from ooapi_specs.v5.room import Room

# References without which a resource means nothing: a course's offering without its course.
_SUBJECTS = frozenset(
    {
        ("ProgramOffering", "program"),
        ("CourseOffering", "course"),
        ("ComponentOffering", "component"),
        ("Component", "course"),
        ("Room", "building"),
        ("ProgramOfferingAssociation", "offering"),
        ("CourseOfferingAssociation", "offering"),
        ("ComponentOfferingAssociation", "offering"),
        ("ProgramOfferingAssociation", "person"),
        ("CourseOfferingAssociation", "person"),
        ("ComponentOfferingAssociation", "person"),
    }
)
# Where the query parameter q looks (ooapi.md §1.2).
_SEARCHED_LANGUAGE_PROPERTIES = ("name", "description")
_SEARCHED_TEXT_PROPERTIES = ("abbreviation",)
_SEARCHED_PERSON_PROPERTIES = (
    "givenName", "surnamePrefix", "surname", "displayName", "initials", "mail", "secondaryMail",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReferenceProperty:
    """A property that holds ids or, expanded, objects.

    ``resources``: which resources it may name. ``many``: a list. ``subject``: the resource means nothing without it.
    """

    property: str
    resources: tuple[str, ...]
    many: bool
    subject: bool


@dataclass(frozen=True, slots=True)
class ResourceDefinition:
    """One resource.

    ``collection``: its path segment. ``properties``: all, in the standard's order. ``language_properties`` and
    ``text_properties``: where ``q`` looks. ``timeline``: the key inside a timeline override that holds the
    properties, None where the resource has no timeline.
    """

    name: str
    model: type[BaseModel]
    id_property: str
    collection: str
    properties: tuple[str, ...]
    required: frozenset[str]
    references: tuple[ReferenceProperty, ...]
    language_properties: tuple[str, ...]
    text_properties: tuple[str, ...]
    timeline: str | None


def property_name(name: str, field: FieldInfo) -> str:
    """The name in JSON; it differs from the attribute's only for ``pass``."""
    return field.alias or name


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a property's annotation names, at any depth of lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from models_in(argument)


def _mentions(annotation: Any, wanted: type) -> bool:
    return annotation is wanted or any(_mentions(argument, wanted) for argument in get_args(annotation))


def is_list(annotation: Any) -> bool:
    """Whether an annotation is a list, possibly absent."""
    if get_origin(annotation) is list:
        return True
    return any(is_list(argument) for argument in get_args(annotation) if get_origin(annotation) is not list)


def _references(name: str, model: type[BaseModel]) -> Iterator[ReferenceProperty]:
    for attribute, field in model.model_fields.items():
        models = tuple(dict.fromkeys(found.__name__ for found in models_in(field.annotation)))
        if models and _mentions(field.annotation, UUID):
            yield ReferenceProperty(attribute, models, is_list(field.annotation), (name, attribute) in _SUBJECTS)


def _define(
    name: str, model: type[BaseModel], id_property: str, collection: str, timeline: str | None = None
) -> tuple[str, ResourceDefinition]:
    fields = model.model_fields
    language = tuple(
        found
        for found in _SEARCHED_LANGUAGE_PROPERTIES
        if found in fields and LanguageTypedString in models_in(fields[found].annotation)
    )
    texts = _SEARCHED_PERSON_PROPERTIES if name == "Person" else _SEARCHED_TEXT_PROPERTIES
    return name, ResourceDefinition(
        name=name,
        model=model,
        id_property=id_property,
        collection=collection,
        properties=tuple(property_name(attribute, field) for attribute, field in fields.items()),
        required=frozenset(
            property_name(attribute, field) for attribute, field in fields.items() if field.is_required()
        ),
        references=tuple(_references(name, model)),
        language_properties=language,
        text_properties=tuple(found for found in texts if found in fields),
        timeline=timeline,
    )


RESOURCES: Mapping[str, ResourceDefinition] = MappingProxyType(
    dict(
        (
            _define("Organization", Organization, "organizationId", "organizations"),
            _define("AcademicSession", AcademicSession, "academicSessionId", "academic-sessions"),
            _define(
                "EducationSpecification",
                EducationSpecificationExpanded,
                "educationSpecificationId",
                "education-specifications",
                "educationSpecification",
            ),
            _define("Program", ProgramExpanded, "programId", "programs", "program"),
            _define("Course", CourseExpanded, "courseId", "courses", "course"),
            _define("Component", Component, "componentId", "components"),
            _define("ProgramOffering", ProgramOffering, "offeringId", "offerings"),
            _define("CourseOffering", CourseOffering, "offeringId", "offerings"),
            _define("ComponentOffering", ComponentOffering, "offeringId", "offerings"),
            _define("Building", Building, "buildingId", "buildings"),
            _define("Room", Room, "roomId", "rooms"),
            _define("Group", Group, "groupId", "groups"),
            _define("Person", Person, "personId", "persons"),
            _define("ProgramOfferingAssociation", ProgramOfferingAssociationFull, "associationId", "associations"),
            _define("CourseOfferingAssociation", CourseOfferingAssociationFull, "associationId", "associations"),
            _define("ComponentOfferingAssociation", ComponentOfferingAssociationFull, "associationId", "associations"),
            _define("NewsFeed", NewsFeed, "newsFeedId", "news-feeds"),
            _define("NewsItem", NewsItem, "newsItemId", "news-items"),
        )
    )
)

OFFERINGS: tuple[str, ...] = ("ProgramOffering", "CourseOffering", "ComponentOffering")
ASSOCIATIONS: tuple[str, ...] = tuple(f"{offering}Association" for offering in OFFERINGS)

_KIND_PROPERTIES = {
    "offerings": ("offeringType", {"program": OFFERINGS[0], "course": OFFERINGS[1], "component": OFFERINGS[2]}),
    "associations": ("associationType", {name[0].lower() + name[1:]: name for name in ASSOCIATIONS}),
}


def resource_of(collection: str, value: Mapping[str, Any]) -> str | None:
    """The name of the resource that an object of a collection is, None when its type is missing or unknown.

    Offerings and associations say it themselves (ooapi.md §4.3); elsewhere the collection decides.
    Raises KeyError for a collection that the standard does not have.
    """
    if collection in _KIND_PROPERTIES:
        property_, names = _KIND_PROPERTIES[collection]
        kind = value.get(property_)
        return names.get(kind) if isinstance(kind, str) else None
    return _BY_COLLECTION[collection]


_BY_COLLECTION = {
    definition.collection: name
    for name, definition in RESOURCES.items()
    if definition.collection not in _KIND_PROPERTIES
}
