"""What a collection request asks for, free of HTTP and of SQL. Hashable: it is the key of an ordering kept ready."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from ooapi_specs.v5 import OFFERINGS

SortColumn = Literal["id", "name", "start", "end", "code", "type", "total", "available", "changed"]


@dataclass(frozen=True, slots=True)
class Relation:
    """How the items of a sub-collection hang on their parent.

    ``backward``: properties of the item that name the parent. ``forward``: properties or links of the parent that
    name the item. Either side is enough, because schools register a relation on one side only.
    """

    parents: tuple[str, ...]  # resources that the parent may be
    backward: tuple[str, ...]
    forward: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Parent:
    """The resource that a sub-collection belongs to. ``path``: template of the sub-collection (``RELATIONS``)."""

    id: UUID
    path: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A facet that must equal one of the values.

    ``many``: the facet is a list that must hold one of them. ``of_parent``: the parent may have it instead.
    """

    facet: str
    values: tuple[str | bool, ...]
    many: bool = False
    of_parent: bool = False


@dataclass(frozen=True, slots=True)
class Sort:
    column: SortColumn
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Which resources, and in which order.

    ``starts_from``, ``ends_by``: days in Europe/Amsterdam, both inclusive, that bound the academic session of an
    offering, or the offering itself where it has no session. ``order`` empty with ``q``: best first; without: by id.
    ``q`` is folded.
    """

    resources: tuple[str, ...]
    parent: Parent | None = None
    filters: tuple[Filter, ...] = ()
    references: tuple[tuple[str, UUID], ...] = ()  # property of the item -> id
    primary_code: str | None = None
    consumer: str | None = None
    starts_from: date | None = None
    ends_by: date | None = None
    q: str | None = None
    order: tuple[Sort, ...] = ()


RELATIONS: dict[str, Relation] = {
    "/organizations/{organizationId}/programs": Relation(("Organization",), ("organization",), ("programs",)),
    "/organizations/{organizationId}/courses": Relation(("Organization",), ("organization",), ("courses",)),
    "/organizations/{organizationId}/components": Relation(("Organization",), ("organization",), ("components",)),
    "/organizations/{organizationId}/offerings": Relation(("Organization",), ("organization",), ("offerings",)),
    "/organizations/{organizationId}/groups": Relation(("Organization",), ("organization",), ("groups",)),
    "/organizations/{organizationId}/education-specifications": Relation(
        ("Organization",), ("organization",), ("educationSpecifications",)
    ),
    "/academic-sessions/{academicSessionId}/offerings": Relation(
        ("AcademicSession",), ("academicSession",), ("offerings",)
    ),
    "/programs/{programId}/programs": Relation(("Program",), ("parent",), ("children", "programs")),
    "/programs/{programId}/courses": Relation(("Program",), ("programs",), ("courses",)),
    "/programs/{programId}/offerings": Relation(("Program",), ("program",), ("offerings",)),
    "/courses/{courseId}/components": Relation(("Course",), ("course",), ("components",)),
    "/courses/{courseId}/offerings": Relation(("Course",), ("course",), ("offerings",)),
    "/components/{componentId}/offerings": Relation(("Component",), ("component",), ("offerings",)),
    "/offerings/{offeringId}/groups": Relation(OFFERINGS, ("offerings", "offering"), ("groups",)),
    "/buildings/{buildingId}/rooms": Relation(("Building",), ("building",), ("rooms",)),
    "/education-specifications/{educationSpecificationId}/education-specifications": Relation(
        ("EducationSpecification",), ("parent",), ("children", "educationSpecifications")
    ),
    "/education-specifications/{educationSpecificationId}/courses": Relation(
        ("EducationSpecification",), ("educationSpecification",), ("courses",)
    ),
    "/news-feeds/{newsFeedId}/news-items": Relation(("NewsFeed",), ("newsFeeds",), ("newsItems",)),
    "/education-specifications/{educationSpecificationId}/programs": Relation(
        ("EducationSpecification",), ("educationSpecification",), ("programs",)
    ),
}
