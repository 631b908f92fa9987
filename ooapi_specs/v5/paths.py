"""The 52 operations of OOAPI v5 as data, in the order of the standard (ooapi.md §2.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from ooapi_specs.v5 import parameters as p
from ooapi_specs.v5.association import (
    AssociationChange,
    AssociationWrite,
    AssociationWritten,
    ComponentOfferingAssociationExpandable,
    ComponentOfferingAssociationWithOffering,
    CourseOfferingAssociationExpandable,
    CourseOfferingAssociationWithOffering,
    ProgramOfferingAssociationExpandable,
    ProgramOfferingAssociationWithOffering,
)
from ooapi_specs.v5.course import Course
from ooapi_specs.v5.definitions import ASSOCIATIONS, OFFERINGS, RESOURCES
from ooapi_specs.v5.education_specification import EducationSpecification
from ooapi_specs.v5.parameters import PAGE, Parameter
from ooapi_specs.v5.person import PersonProperties, PersonWritten
from ooapi_specs.v5.program import Program
from ooapi_specs.v5.service import Service

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

# The error codes that the standard declares (§1.4): for most reads, for reads that know no 404, for writes.
READ_ERRORS = (400, 401, 403, 404, 405, 429, 500)
READ_ERRORS_WITHOUT_NOT_FOUND = (400, 401, 403, 405, 429, 500)
WRITE_ERRORS = (400,)


@dataclass(frozen=True, slots=True)
class PathParameter:
    """An id in the path and the resources it may name (three for an offering or an association)."""

    name: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body of a write: its media type, and the models of which it is one."""

    media_type: str
    models: tuple[type[BaseModel], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    ``path``: template without version prefix. ``item``: the resources of the page or the instance, empty where the
    answer is no resource. ``models``: what an item or the answer may look like. ``parent``: of a collection inside
    another resource. ``identifier``: for an instance. ``sort_keys``: each also with ``-`` in front; ``default_sort`` is
    ascending. ``errors``: the declared codes. ``scopes``: of the standard's openId scheme, for writes.
    ``catalogue``: answered from published data; persons, associations and writes are not.
    """

    method: Literal["get", "post", "patch"]
    path: str
    summary: str
    item: tuple[str, ...]
    models: tuple[type[BaseModel], ...]
    is_collection: bool = False
    parent: PathParameter | None = None
    identifier: PathParameter | None = None
    parameters: tuple[Parameter, ...] = ()
    sort_keys: tuple[str, ...] = ()
    default_sort: str | None = None
    expand: tuple[str, ...] = ()
    errors: tuple[int, ...] = READ_ERRORS
    success: int = 200
    request: RequestBody | None = None
    bearer: bool = False
    scopes: tuple[str, ...] = ()
    catalogue: bool = True

    @property
    def path_parameter(self) -> PathParameter | None:
        """The one id in the path, of the parent or of the instance itself."""
        return self.parent or self.identifier

    @property
    def operation_id(self) -> str:
        """A name that no other operation has, such as ``getCoursesOfferings``."""
        words = [
            word
            for segment in self.path.split("/")
            for word in segment.removeprefix("{").removesuffix("}").split("-")
            if word
        ]
        return self.method + "".join(word[0].upper() + word[1:] for word in words)


_SEGMENT_RESOURCES: dict[str, tuple[str, ...]] = {"offerings": OFFERINGS, "associations": ASSOCIATIONS} | {
    definition.collection: (name,)
    for name, definition in RESOURCES.items()
    if definition.collection not in ("offerings", "associations")
}
# The items of a page never carry their timeline.
_LISTED: dict[str, type[BaseModel]] = {
    "Program": Program,
    "Course": Course,
    "EducationSpecification": EducationSpecification,
}


def _path_parameter(path: str) -> PathParameter | None:
    collection, _, rest = path.removeprefix("/").partition("/")
    if not rest.startswith("{"):
        return None
    name = rest[1:].partition("}")[0]
    return PathParameter(name, _SEGMENT_RESOURCES[collection])


def _collection(
    path: str,
    item: str | tuple[str, ...],
    summary: str,
    parameters: Sequence[Parameter],
    sort_keys: str,
    default_sort: str,
    *,
    not_found: bool = True,
    models: tuple[type[BaseModel], ...] = (),
    catalogue: bool = True,
) -> Operation:
    items = (item,) if isinstance(item, str) else item
    return Operation(
        "get",
        path,
        summary,
        items,
        models or tuple(_LISTED.get(name, RESOURCES[name].model) for name in items),
        is_collection=True,
        parent=_path_parameter(path),
        parameters=tuple(parameters),
        sort_keys=tuple(sort_keys.split()),
        default_sort=default_sort,
        errors=READ_ERRORS if not_found else READ_ERRORS_WITHOUT_NOT_FOUND,
        catalogue=catalogue,
    )


def _instance(
    path: str,
    item: str | tuple[str, ...],
    summary: str,
    expand: str = "",
    *,
    parameters: tuple[Parameter, ...] = (),
    bearer: bool = False,
    catalogue: bool = True,
) -> Operation:
    items = (item,) if isinstance(item, str) else item
    return Operation(
        "get",
        path,
        summary,
        items,
        tuple(RESOURCES[name].model for name in items),
        identifier=_path_parameter(path),
        parameters=parameters,
        expand=tuple(expand.split()),
        bearer=bearer,
        catalogue=catalogue,
    )


_PERSON_SORT = "personId givenName surName displayName"  # surName: the standard's spelling of the key
_GROUP_SORT = "groupId name startDate"
_OFFERING_SORT = "offeringId name startDate endDate"
_ROOM_SORT = "roomId name totalSeats availableSeats"
_GROUP_FILTERS = (*PAGE, p.SEARCH, p.GROUP_TYPE)
_TIMELINE = (p.RETURN_TIMELINE_OVERRIDES,)

_PERSONS = (
    _collection(
        "/persons",
        "Person",
        "All persons",
        (p.PRIMARY_CODE, *PAGE, p.PERSON_SEARCH, p.AFFILIATIONS),
        _PERSON_SORT,
        "personId",
        not_found=False,
        catalogue=False,
    ),
    Operation(
        "post",
        "/persons",
        "Create a person",
        ("Person",),
        (PersonWritten,),
        errors=WRITE_ERRORS,
        success=201,
        request=RequestBody(JSON, (PersonProperties,)),
        catalogue=False,
    ),
    _instance("/persons/me", "Person", "The person who is logged in", bearer=True, catalogue=False),
    _instance("/persons/{personId}", "Person", "One person", catalogue=False),
    _collection(
        "/persons/{personId}/associations",
        ASSOCIATIONS,
        "The associations of a person",
        (*PAGE, *p.ASSOCIATION_FILTERS),
        "associationId",
        "associationId",
        models=(
            ProgramOfferingAssociationWithOffering,
            CourseOfferingAssociationWithOffering,
            ComponentOfferingAssociationWithOffering,
        ),
        catalogue=False,
    ),
    _collection(
        "/persons/{personId}/groups",
        "Group",
        "The groups of a person",
        _GROUP_FILTERS,
        _GROUP_SORT,
        "name",
        not_found=False,
        catalogue=False,
    ),
)

_ORGANIZATIONS = (
    _collection(
        "/organizations",
        "Organization",
        "All organisations",
        (p.PRIMARY_CODE, *PAGE, p.SEARCH, p.ORGANIZATION_TYPE),
        "organizationId name",
        "name",
        not_found=False,
    ),
    _instance("/organizations/{organizationId}", "Organization", "One organisation", "parent children"),
    _collection(
        "/organizations/{organizationId}/programs",
        "Program",
        "The programmes of an organisation",
        (*PAGE, *p.PROGRAM_FILTERS),
        "programId name",
        "name",
    ),
    _collection(
        "/organizations/{organizationId}/courses",
        "Course",
        "The courses of an organisation",
        (*PAGE, *p.COURSE_FILTERS),
        "courseId name",
        "name",
    ),
    _collection(
        "/organizations/{organizationId}/components",
        "Component",
        "The components of an organisation",
        (*PAGE, *p.COMPONENT_FILTERS),
        "componentId name",
        "name",
    ),
    _collection(
        "/organizations/{organizationId}/offerings",
        OFFERINGS,
        "The offerings of an organisation",
        (*PAGE, *p.OFFERING_FILTERS),
        _OFFERING_SORT,
        "startDate",
    ),
    _collection(
        "/organizations/{organizationId}/groups",
        "Group",
        "The groups of an organisation",
        _GROUP_FILTERS,
        _GROUP_SORT,
        "name",
        not_found=False,
    ),
    _collection(
        "/organizations/{organizationId}/education-specifications",
        "EducationSpecification",
        "The education specifications of an organisation",
        (*PAGE, p.SEARCH, p.EDUCATION_SPECIFICATION_TYPE),
        "educationSpecificationType name primarycode",  # lower case here, unlike elsewhere
        "name",
    ),
)

_ACADEMIC_SESSIONS = (
    _collection(
        "/academic-sessions",
        "AcademicSession",
        "All academic sessions",
        (p.PRIMARY_CODE, *PAGE, p.ACADEMIC_SESSION_TYPE, p.PARENT, p.YEAR),
        "academicSessionId name startDate",
        "startDate",
        not_found=False,
    ),
    _instance(
        "/academic-sessions/{academicSessionId}", "AcademicSession", "One academic session", "parent children year"
    ),
    _collection(
        "/academic-sessions/{academicSessionId}/offerings",
        OFFERINGS,
        "The offerings in an academic session",
        (*PAGE, *p.OFFERING_FILTERS),
        _OFFERING_SORT,
        "startDate",
    ),
)

_PROGRAMS = (
    _collection(
        "/programs",
        "Program",
        "All programmes",
        (p.PRIMARY_CODE, *PAGE, *p.PROGRAM_FILTERS),
        "programId name",
        "name",
        not_found=False,
    ),
    _instance(
        "/programs/{programId}",
        "Program",
        "One programme",
        "parent children coordinators organization educationSpecification",
        parameters=_TIMELINE,
    ),
    _collection(
        "/programs/{programId}/programs",
        "Program",
        "The programmes inside a programme",
        (*PAGE, *p.PROGRAM_FILTERS),
        "programId name",
        "name",
        not_found=False,
    ),
    _collection(
        "/programs/{programId}/courses",
        "Course",
        "The courses of a programme",
        (*PAGE, *p.COURSE_FILTERS),
        "courseId name",
        "courseId",
    ),
    _collection(
        "/programs/{programId}/offerings",
        "ProgramOffering",
        "The offerings of a programme",
        (*PAGE, p.SEARCH, p.TEACHING_LANGUAGE, p.MODE_OF_STUDY, p.RESULT_EXPECTED, p.SINCE, p.UNTIL),
        _OFFERING_SORT,
        "startDate",
    ),
)

_COURSES = (
    _collection(
        "/courses",
        "Course",
        "All courses",
        (p.PRIMARY_CODE, *PAGE, *p.COURSE_FILTERS),
        "courseId name",
        "name",
        not_found=False,
    ),
    _instance(
        "/courses/{courseId}",
        "Course",
        "One course",
        "programs coordinators organization educationSpecification",
        parameters=_TIMELINE,
    ),
    _collection(
        "/courses/{courseId}/components",
        "Component",
        "The components of a course",
        (*PAGE, *p.COMPONENT_FILTERS),
        "componentId name",
        "componentId",
    ),
    _collection(
        "/courses/{courseId}/offerings",
        "CourseOffering",
        "The offerings of a course",
        (*PAGE, p.SEARCH, p.TEACHING_LANGUAGE, p.MODE_OF_DELIVERY, p.RESULT_EXPECTED, p.SINCE, p.UNTIL),
        _OFFERING_SORT,
        "startDate",
    ),
    _instance("/components/{componentId}", "Component", "One component", "course organization"),
    _collection(
        "/components/{componentId}/offerings",
        "ComponentOffering",
        "The offerings of a component",
        (*PAGE, p.SEARCH, p.TEACHING_LANGUAGE, p.RESULT_EXPECTED, p.SINCE, p.UNTIL),
        "offeringId name startDateTime endDateTime",
        "startDateTime",
    ),
)

_OFFERINGS = (
    _instance(
        "/offerings/{offeringId}",
        OFFERINGS,
        "One offering",
        "program programOffering course courseOffering component organization academicSession",
    ),
    _collection(
        "/offerings/{offeringId}/associations",
        ASSOCIATIONS,
        "The associations of an offering",
        (*PAGE, *p.ASSOCIATION_FILTERS),
        "associationId",
        "associationId",
        models=(
            ProgramOfferingAssociationExpandable,
            CourseOfferingAssociationExpandable,
            ComponentOfferingAssociationExpandable,
        ),
        catalogue=False,
    ),
    _collection(
        "/offerings/{offeringId}/groups",
        "Group",
        "The groups of an offering",
        _GROUP_FILTERS,
        _GROUP_SORT,
        "name",
        not_found=False,
    ),
)

_ASSOCIATIONS = (
    _instance("/associations/{associationId}", ASSOCIATIONS, "One association", "person offering", catalogue=False),
    Operation(
        "patch",
        "/associations/{associationId}",
        "Change the remote state or the result of an association",
        ASSOCIATIONS,
        (AssociationWritten,),
        identifier=_path_parameter("/associations/{associationId}"),
        errors=WRITE_ERRORS,
        request=RequestBody(MERGE_PATCH, (AssociationChange,)),
        scopes=("associations.write",),
        catalogue=False,
    ),
    Operation(
        "post",
        "/associations/external/me",
        "Enrol the person who is logged in with an offering of another institution",
        ASSOCIATIONS,
        (AssociationWritten,),
        errors=WRITE_ERRORS,
        success=201,
        request=RequestBody(
            JSON,
            (AssociationWrite,),
        ),
        scopes=("associations:external:me.write",),
        catalogue=False,
    ),
)

_PLACES = (
    _collection(
        "/buildings",
        "Building",
        "All buildings",
        (p.PRIMARY_CODE, *PAGE, p.SEARCH),
        "buildingId name",
        "name",
        not_found=False,
    ),
    _instance("/buildings/{buildingId}", "Building", "One building"),
    _collection(
        "/buildings/{buildingId}/rooms",
        "Room",
        "The rooms of a building",
        (*PAGE, p.SEARCH, p.ROOM_TYPE),
        _ROOM_SORT,
        "name",
    ),
    _collection(
        "/rooms",
        "Room",
        "All rooms",
        (p.PRIMARY_CODE, *PAGE, p.SEARCH, p.ROOM_TYPE),
        _ROOM_SORT,
        "name",
        not_found=False,
    ),
    _instance("/rooms/{roomId}", "Room", "One room", "building"),
)

_NEWS = (
    _collection(
        "/news-feeds",
        "NewsFeed",
        "All news feeds",
        (*PAGE, p.SEARCH, p.NEWS_FEED_TYPE),
        "newsFeedId name",
        "name",
        not_found=False,
    ),
    _instance("/news-feeds/{newsFeedId}", "NewsFeed", "One news feed"),
    _collection(
        "/news-feeds/{newsFeedId}/news-items",
        "NewsItem",
        "The items of a news feed",
        (*PAGE, p.SEARCH, p.AUTHOR),
        "newsItemId name validFrom validUntil lastModified",
        "newsItemId",
    ),
    _instance("/news-items/{newsItemId}", "NewsItem", "One news item", "newsFeeds"),
)

_EDUCATION_SPECIFICATIONS = (
    _collection(
        "/education-specifications",
        "EducationSpecification",
        "All education specifications",
        (*PAGE, p.SEARCH, p.EDUCATION_SPECIFICATION_TYPE, p.PRIMARY_CODE),
        "educationSpecificationType name primaryCode",
        "name",
    ),
    _instance(
        "/education-specifications/{educationSpecificationId}",
        "EducationSpecification",
        "One education specification",
        "parent children organization",
        parameters=_TIMELINE,
    ),
    # The standard's document calls the items Course, a mistake known upstream (GH/pull/311). The document allows
    # both, for clients made from either; what is answered are education specifications.
    _collection(
        "/education-specifications/{educationSpecificationId}/education-specifications",
        "EducationSpecification",
        "The education specifications inside an education specification",
        (*PAGE, p.SEARCH),
        "educationSpecificationId name educationSpecificationType",
        "educationSpecificationId",
        models=(EducationSpecification, Course),
    ),
    _collection(
        "/education-specifications/{educationSpecificationId}/courses",
        "Course",
        "The courses of an education specification",
        (*PAGE, *p.COURSE_FILTERS),
        "courseId name",
        "courseId",
    ),
    _collection(
        "/education-specifications/{educationSpecificationId}/programs",
        "Program",
        "The programmes of an education specification",
        (*PAGE, *p.PROGRAM_FILTERS, p.CROHO_CREBO_CODE),
        "programId name",
        "name",
    ),
)

_GROUPS = (
    _collection(
        "/groups",
        "Group",
        "All groups",
        (p.PRIMARY_CODE, *_GROUP_FILTERS),
        _GROUP_SORT,
        "name",
        not_found=False,
    ),
    _instance("/groups/{groupId}", "Group", "One group", "organization"),
    _collection(
        "/groups/{groupId}/persons",
        "Person",
        "The members of a group",
        (*PAGE, p.PERSON_SEARCH, p.AFFILIATIONS),
        _PERSON_SORT,
        "personId",
        not_found=False,
        catalogue=False,
    ),
)

OPERATIONS: tuple[Operation, ...] = (
    Operation("get", "/", "Who runs this service and what it follows", (), (Service,)),
    *_PERSONS,
    *_ORGANIZATIONS,
    *_ACADEMIC_SESSIONS,
    *_PROGRAMS,
    *_COURSES,
    *_OFFERINGS,
    *_ASSOCIATIONS,
    *_PLACES,
    *_NEWS,
    *_EDUCATION_SPECIFICATIONS,
    *_GROUPS,
)
