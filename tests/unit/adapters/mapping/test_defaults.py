"""Each documented default, and what has none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from adapters.mapping import Mapper, default_value
from ooapi_specs.identity import derive_id
from ooapi_specs.v5 import RESOURCES, parse

NAME = [{"language": "nl-NL", "value": "Zorg"}, {"language": "en-GB", "value": "Care"}]


@pytest.mark.parametrize(
    ("resource", "name", "value", "expected"),
    [
        ("Course", "primaryCode", {}, {"codeType": "identifier", "code": "K1"}),
        ("Course", "description", {"name": NAME}, NAME),
        ("Course", "description", {}, None),
        ("Course", "abbreviation", {}, "K1"),
        ("Course", "abbreviation", {"primaryCode": {"codeType": "identifier", "code": "C7"}}, "C7"),
        ("Program", "abbreviation", {"primaryCode": {"codeType": "identifier", "code": "c" * 257}}, None),
        ("Course", "teachingLanguage", {}, "nld"),
        ("Course", "level", {}, "undefined"),
        ("Course", "level", {"levelOfQualification": "3"}, "secondary vocational education 3"),
        ("Course", "level", {"levelOfQualification": "4+"}, "undefined"),
        ("Organization", "shortName", {"name": NAME}, "Zorg"),
        ("Organization", "shortName", {"name": "Zorg"}, None),
        ("CourseOffering", "resultExpected", {}, False),
        ("ProgramOffering", "resultExpected", {}, False),
        ("ComponentOffering", "resultExpected", {}, True),
        ("CourseOffering", "startDate", {}, "1900-01-01"),
        ("ProgramOffering", "endDate", {}, "2999-12-31"),
        ("AcademicSession", "startDate", {}, None),
        ("ComponentOffering", "startDateTime", {}, None),
        ("Person", "mail", {"givenName": "A", "surname": "B"}, None),
        ("Person", "displayName", {"givenName": "Noor", "surname": "Wit"}, "Wit, Noor"),
        ("Person", "displayName", {"surname": "Wit"}, None),
        ("Person", "activeEnrollment", {"affiliations": ["employee"]}, False),
        ("Person", "activeEnrollment", {}, None),
        ("Organization", "organizationType", {}, None),
        ("Course", "name", {}, None),
    ],
)
def test_what_stands_in(resource: str, name: str, value: dict[str, Any], expected: Any) -> None:
    assert default_value(resource, name, value=value, key="K1") == expected


def test_every_default_is_allowed_by_the_standard() -> None:
    value = {"name": NAME, "givenName": "Noor", "surname": "Wit", "affiliations": ["student"]}
    for resource, definition in RESOURCES.items():
        for name in definition.required:
            found = default_value(resource, name, value=value, key="K1")
            if found is not None:
                assert not [fault for fault in parse(resource, {name: found}).problems if fault.path.startswith(name)]


def test_the_level_comes_from_the_specification_where_it_is_known(
    mapper: Callable[..., Mapper], record: Any, course: str
) -> None:
    specification = derive_id("roc-a", "EducationSpecification", "25190")

    def level_of(identity: UUID) -> str | None:
        return "secondary vocational education 4" if identity == specification else None

    made = mapper(course + "educationSpecification = \"reference('EducationSpecification', crebo)\"", level_of=level_of)
    known, unknown = made.map(record(titel="x", crebo="25190")), made.map(record(titel="x", crebo="25191"))
    assert known is not None
    assert unknown is not None
    assert known.value["level"] == "secondary vocational education 4"
    assert unknown.value["level"] == "undefined"
