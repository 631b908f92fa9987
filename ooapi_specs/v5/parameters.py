"""The query parameters of OOAPI v5 (ooapi.md §1.2, §2.1), each described once.

``sort`` and ``expand`` are not here: their values differ per path and stand with the operation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ooapi_specs.v5.enumerations import (
    AcademicSessionType,
    AssociationRole,
    AssociationState,
    AssociationTypeFilter,
    ComponentType,
    EducationSpecificationType,
    GroupType,
    Level,
    LevelOfQualification,
    ModeOfDelivery,
    ModeOfStudy,
    NewsFeedType,
    OfferingType,
    OrganizationType,
    PersonAffiliation,
    ProgramType,
    QualificationAwarded,
    ResultState,
    RoomType,
    Sector,
)
from ooapi_specs.v5.pagination import DEFAULT_PAGE_SIZE, PAGE_SIZES
from ooapi_specs.v5.types import TEACHING_LANGUAGE_PATTERN


class ParameterKind(StrEnum):
    """How the text of a parameter is read."""

    ENUM = "enum"
    BOOLEAN = "boolean"
    DATE = "date"
    UUID = "uuid"
    TEXT = "text"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One query parameter.

    ``values``: the allowed ones; with ``extensible`` the known ones, and any text may be asked for. ``many``: the
    parameter may be repeated. ``default``: the value that counts when it is absent. ``property``: the property it
    filters on, None where it does something else. ``pattern`` and ``minimum`` bound texts and integers.
    """

    name: str
    kind: ParameterKind
    description: str
    values: tuple[str | int, ...] = ()
    extensible: bool = False
    many: bool = False
    default: bool | int | None = None
    property: str | None = None
    pattern: str | None = None
    minimum: int | None = None


def _filter(
    name: str, enumeration: type[StrEnum], *, property_: str | None = None, many: bool = False, extensible: bool = False
) -> Parameter:
    return Parameter(
        name,
        ParameterKind.ENUM,
        f"Only items with this {property_ or name}.",
        values=tuple(member.value for member in enumeration),
        many=many,
        extensible=extensible,
        property=property_ or name,
    )


PAGE_SIZE = Parameter(
    "pageSize",
    ParameterKind.INTEGER,
    "How many items one page holds.",
    values=PAGE_SIZES,
    default=DEFAULT_PAGE_SIZE,
)
PAGE_NUMBER = Parameter("pageNumber", ParameterKind.INTEGER, "Which page; the first one is 1.", minimum=1)
CONSUMER = Parameter(
    "consumer",
    ParameterKind.TEXT,
    "Only items that are meant for this consumer, whatever their consumers property says.",
)
PAGE = (PAGE_SIZE, PAGE_NUMBER, CONSUMER)

SEARCH = Parameter(
    "q", ParameterKind.TEXT, "Only items with this text in name, abbreviation or description; capitals do not count."
)
PERSON_SEARCH = Parameter(
    "q",
    ParameterKind.TEXT,
    "Only persons with this text in a name, the initials or a mail address; capitals do not count.",
)
PRIMARY_CODE = Parameter(
    "primaryCode",
    ParameterKind.TEXT,
    "Only items whose primary code is this, of whatever type; several items may have it.",
    property="primaryCode",
)
TEACHING_LANGUAGE = Parameter(
    "teachingLanguage",
    ParameterKind.TEXT,
    "Only items that are taught in this language, a code of three letters (ISO 639-2).",
    pattern=TEACHING_LANGUAGE_PATTERN,
    property="teachingLanguage",
)
RETURN_TIMELINE_OVERRIDES = Parameter(
    "returnTimelineOverrides",
    ParameterKind.BOOLEAN,
    "Whether the properties of other periods come along as timelineOverrides.",
    default=False,
)
RESULT_EXPECTED = Parameter(
    "resultExpected",
    ParameterKind.BOOLEAN,
    "Only offerings that do, or do not, end with a result.",
    property="resultExpected",
)
SINCE = Parameter("since", ParameterKind.DATE, "Only offerings that take place on or after this day.")
UNTIL = Parameter("until", ParameterKind.DATE, "Only offerings that take place on or before this day.")
FIELDS_OF_STUDY = Parameter(
    "fieldsOfStudy", ParameterKind.TEXT, "Only items in this ISCED-F field of study.", property="fieldsOfStudy"
)
CROHO_CREBO_CODE = Parameter(
    "croho-creboCode", ParameterKind.TEXT, "Only programmes with this CROHO or CREBO among their codes."
)
AUTHOR = Parameter("author", ParameterKind.TEXT, "Only items by this author.", property="authors")
PARENT = Parameter("parent", ParameterKind.UUID, "Only sessions inside this one.", property="parent")
YEAR = Parameter("year", ParameterKind.UUID, "Only sessions of this academic year.", property="year")

AFFILIATIONS = _filter("affiliations", PersonAffiliation, many=True)
ASSOCIATION_TYPE = _filter("associationType", AssociationTypeFilter)
ROLE = _filter("role", AssociationRole)
STATE = _filter("state", AssociationState)
RESULT_STATE = _filter("result-state", ResultState, property_="result.state")
GROUP_TYPE = _filter("groupType", GroupType)
ORGANIZATION_TYPE = _filter("organizationType", OrganizationType)
PROGRAM_TYPE = _filter("programType", ProgramType)
QUALIFICATION_AWARDED = _filter("qualificationAwarded", QualificationAwarded)
LEVEL_OF_QUALIFICATION = _filter("levelOfQualification", LevelOfQualification)
SECTOR = _filter("sector", Sector)
LEVEL = _filter("level", Level)
MODE_OF_DELIVERY = _filter("modeOfDelivery", ModeOfDelivery, many=True)
MODE_OF_STUDY = _filter("modeOfStudy", ModeOfStudy)
COMPONENT_TYPE = _filter("componentType", ComponentType)
OFFERING_TYPE = _filter("offeringType", OfferingType)
EDUCATION_SPECIFICATION_TYPE = _filter("educationSpecificationType", EducationSpecificationType)
ACADEMIC_SESSION_TYPE = _filter("academicSessionType", AcademicSessionType, extensible=True)
ROOM_TYPE = _filter("roomType", RoomType)
NEWS_FEED_TYPE = _filter("newsFeedType", NewsFeedType)

PROGRAM_FILTERS = (
    SEARCH,
    TEACHING_LANGUAGE,
    PROGRAM_TYPE,
    QUALIFICATION_AWARDED,
    LEVEL_OF_QUALIFICATION,
    SECTOR,
    FIELDS_OF_STUDY,
)
COURSE_FILTERS = (SEARCH, TEACHING_LANGUAGE, LEVEL, MODE_OF_DELIVERY)
COMPONENT_FILTERS = (SEARCH, TEACHING_LANGUAGE, COMPONENT_TYPE)
OFFERING_FILTERS = (SEARCH, TEACHING_LANGUAGE, OFFERING_TYPE, RESULT_EXPECTED, SINCE, UNTIL)
ASSOCIATION_FILTERS = (ASSOCIATION_TYPE, ROLE, STATE, RESULT_STATE)
