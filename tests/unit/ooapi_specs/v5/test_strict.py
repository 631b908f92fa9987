"""What we send: a table of values that pass and that do not, and the same bytes back."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from ooapi_specs.v5 import RESOURCES, serialise, validate
from ooapi_specs.v5.testkit import minimal, valid

ID = "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3"
NL = [{"language": "nl-NL", "value": "Naam"}]


def accepted(resource: str, **properties: Any) -> dict[str, Any]:
    """The JSON that comes out of a minimal resource with these properties."""
    return json.loads(serialise(validate(resource, minimal(resource) | properties)))  # type: ignore[no-any-return]


def refused(resource: str, **properties: Any) -> list[tuple[Any, ...]]:
    """Where the refusals are."""
    with pytest.raises(ValidationError) as refusal:
        validate(resource, minimal(resource) | properties)
    return [tuple(error["loc"]) for error in refusal.value.errors()]


@pytest.mark.parametrize("resource", RESOURCES)
def test_each_required_property_is_required(resource: str) -> None:
    complete = minimal(resource)
    validate(resource, complete)
    for name in RESOURCES[resource].required:
        without = {key: value for key, value in complete.items() if key != name}
        with pytest.raises(ValidationError) as refusal:
            validate(resource, without)
        assert [error["loc"] for error in refusal.value.errors()] == [(name,)]


@pytest.mark.parametrize("resource", RESOURCES)
def test_null_is_refused_for_every_property(resource: str) -> None:
    for name in RESOURCES[resource].properties:
        assert {place[0] for place in refused(resource, **{name: None})} == {name}


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("value", [12, 1.5, True, "", {}, {"a": 1}, [], [[]], [None], "x" * 300])
def test_a_value_of_any_kind_gives_a_resource_or_a_refusal(resource: str, value: object) -> None:
    for name in RESOURCES[resource].properties:
        places: set[Any] = set()
        try:
            model = validate(resource, minimal(resource) | {name: value})
        except ValidationError as refusal:
            places = {error["loc"][0] for error in refusal.errors()}
        assert places == {name} if places else json.loads(serialise(model))[name] == value


@pytest.mark.parametrize("resource", RESOURCES)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_what_is_valid_comes_back_the_same(resource: str, data: st.DataObject) -> None:
    value = data.draw(valid(resource))
    body = serialise(validate(resource, value))
    again = json.loads(body)
    assert serialise(validate(resource, again)) == body
    assert again.keys() == value.keys()
    assert b"null" not in body or "null" in json.dumps(value)


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("Course", "abbreviation", 12),
        ("Course", "abbreviation", "x" * 257),
        ("Course", "abbreviation", b"VOEG"),
        ("Course", "abbreviation", "\ud800"),
        ("Course", "name", NL[0]),
        ("Course", "name", "Naam"),
        ("Course", "name", []),
        ("Course", "description", []),
        ("Course", "level", "Bachelor"),
        ("Course", "level", "x-own"),
        ("Course", "duration", "P"),
        ("Course", "duration", "PT"),
        ("Course", "duration", "10W"),
        ("Course", "duration", "P1W2"),
        ("Course", "firstStartDate", "31-08-2026"),
        ("Course", "firstStartDate", "2026-02-31"),
        ("Course", "firstStartDate", "2026-08-31T00:00:00"),
        ("Course", "firstStartDate", "1788134400"),
        ("Course", "firstStartDate", "2026-08-31\n"),
        ("Course", "firstStartDate", 1788134400),
        ("Course", "firstStartDate", datetime(2026, 8, 31, tzinfo=UTC)),
        ("Course", "courseId", ID.replace("-", "")),
        ("Course", "courseId", "{" + ID + "}"),
        ("Course", "courseId", "VOEG-12"),
        ("Course", "organization", "VOEG-12"),
        ("Course", "organization", [ID]),
        ("Course", "organization", {"organizationId": ID}),
        ("Course", "programs", ID),
        ("Course", "teachingLanguage", "nl"),
        ("Course", "teachingLanguage", "NLD"),
        ("Course", "fieldsOfStudy", "07321"),
        ("Course", "fieldsOfStudy", 732),
        ("Course", "link", "www.school.example"),
        ("Course", "link", "https://school.example/een pagina"),
        ("Course", "link", "https://school.example/" + "x" * 2048),
        ("Course", "link", "https://school.example/100%"),
        ("Course", "modeOfDelivery", "online"),
        ("Course", "modeOfDelivery", ["On campus"]),
        ("Course", "resources", "boek"),
        ("Course", "resources", [1]),
        ("Course", "learningOutcomes", NL),
        ("Course", "learningOutcomes", [[]]),
        ("Course", "studyLoad", {"studyLoadUnit": "sbu", "value": "240"}),
        ("Course", "studyLoad", {"studyLoadUnit": "uur", "value": 240}),
        ("Course", "studyLoad", {"studyLoadUnit": "sbu", "value": float("nan")}),
        ("Course", "studyLoad", {"studyLoadUnit": "sbu", "value": True}),
        ("Course", "studyLoad", {"studyLoadUnit": "sbu", "value": 2**64}),
        ("Course", "primaryCode", {"codeType": "identifier", "code": "A", "name": "extra"}),
        ("Course", "primaryCode", {"codeType": "identifier", "code": 12}),
        ("Course", "primaryCode", {"code": "A"}),
        ("Course", "primaryCode", "A"),
        ("Course", "ext", []),
        ("Course", "ext", {"a": None}),
        ("Course", "ext", {"a": [1, {"b": None}]}),
        ("Course", "ext", {"a": float("inf")}),
        ("Course", "ext", {"a": 2**64}),
        ("Course", "ext", {"a": "\ud800"}),
        ("Course", "ext", {"\ud800": "a"}),
        ("Course", "ext", {1: "a"}),
        ("Course", "ext", {"a": {1, 2}}),
        ("Course", "x-own", None),
        ("Course", "consumers", [{"key": "rio"}]),
        ("Course", "consumers", {"consumerKey": "rio"}),
        ("CourseOffering", "resultExpected", "true"),
        ("CourseOffering", "resultExpected", 1),
        ("CourseOffering", "maxNumberStudents", -1),
        ("CourseOffering", "maxNumberStudents", 2**31),
        ("CourseOffering", "maxNumberStudents", "30"),
        ("CourseOffering", "maxNumberStudents", 30.5),
        ("CourseOffering", "maxNumberStudents", True),
        ("CourseOffering", "offeringType", "program"),
        ("CourseOffering", "startDate", "2026-08-31T09:00:00+02:00"),
        ("ComponentOffering", "startDateTime", "2026-08-31"),
        ("ComponentOffering", "startDateTime", "2026-08-31T09:00:00"),
        ("ComponentOffering", "startDateTime", "2026-08-31T25:00:00Z"),
        ("ComponentOffering", "resultWeight", 101),
        ("ComponentOffering", "room", ID),
        ("ProgramOffering", "priceInformation", []),
        ("Organization", "otherCodes", []),
        ("Building", "address", {"city": "Utrecht"}),
        ("Building", "address", {"addressType": "home"}),
        ("Building", "address", {"addressType": "visit", "streetNumber": 12}),
        ("Building", "address", {"addressType": "visit", "geolocation": {"latitude": 52.1}}),
        ("Person", "mail", "jan"),
        ("Person", "mail", "jan@"),
        ("Person", "mail", "jan piet@school.example"),
        ("Person", "affiliations", "student"),
        ("Person", "gender", "m"),
        ("CourseOfferingAssociation", "associationType", "programOfferingAssociation"),
        ("CourseOfferingAssociation", "result", {"state": "completed", "resultDate": "2026-08-31"}),
        ("ComponentOfferingAssociation", "result", {"state": "completed", "resultDate": "2026-08-31", "weight": 101}),
    ],
)
def test_the_standard_does_not_allow(resource: str, name: str, value: object) -> None:
    assert {place[0] for place in refused(resource, **{name: value})} == {name}


@pytest.mark.parametrize(
    ("resource", "name", "value"),
    [
        ("Course", "abbreviation", ""),
        ("Course", "abbreviation", "é" * 256),
        ("Course", "primaryCode", {"codeType": "x-own-code", "code": "A"}),
        ("Course", "primaryCode", {"codeType": "crohoCreboCode", "code": "25655"}),
        ("Course", "otherCodes", [{"codeType": "isbn", "code": "1"}, {"codeType": "isbn", "code": "2"}]),
        ("Course", "duration", "P10W"),
        ("Course", "duration", "P1Y6M"),
        ("Course", "duration", "P1DT30H4S"),
        ("Course", "duration", "-PT0.5S"),
        ("Course", "firstStartDate", "2028-02-29"),
        ("Course", "organization", ID),
        ("Course", "programs", [ID, ID]),
        ("Course", "fieldsOfStudy", "0732"),
        ("Course", "link", "https://school.example/a%20b?q=1#top"),
        ("Course", "link", "mailto:info@school.example"),
        ("Course", "link", "https://[2001:db8::1]:8443/"),
        ("Course", "modeOfDelivery", ["on campus", "online"]),
        ("Course", "modeOfDelivery", []),
        ("Course", "learningOutcomes", [NL, [{"language": "en", "value": "a"}, {"language": "nl", "value": "b"}]]),
        ("Course", "learningOutcomes", []),
        ("Course", "studyLoad", {"studyLoadUnit": "sbu", "value": 240}),
        ("Course", "studyLoad", {"studyLoadUnit": "ects", "value": 7.5}),
        ("Course", "ext", {"a": {"b": [1, 2.5, "x", True, {}]}}),
        ("Course", "x-own", {"b": [1]}),
        ("Course", "consumers", [{"consumerKey": "rio", "educationOffererCode": "110A133"}]),
        ("EducationSpecification", "name", []),
        ("CourseOffering", "priceInformation", []),
        ("CourseOffering", "maxNumberStudents", 0),
        ("ComponentOffering", "startDateTime", "2026-08-31T09:00:00+02:00"),
        ("ComponentOffering", "resultWeight", 100),
        ("AcademicSession", "academicSessionType", "x-week"),
        ("AcademicSession", "academicSessionType", "testing period"),
        ("Building", "address", {"addressType": "visit", "geolocation": {"latitude": 52, "longitude": 5.1}}),
        ("Person", "mail", "jan+lessen@school.example"),
    ],
)
def test_the_standard_allows(resource: str, name: str, value: object) -> None:
    assert accepted(resource, **{name: value})[name] == value


@pytest.mark.parametrize(
    ("language", "right"),
    [
        ("nl", True),
        ("nl-NL", True),
        ("sr-Latn", True),
        ("sr-Latn-RS", True),
        ("es-419", True),
        ("NL", False),
        ("nl-nl", False),
        ("nl_NL", False),
        ("n", False),
        ("nederlands", False),
        ("nl-NL ", False),
        ("nl-NL\n", False),
        ("", False),
    ],
)
def test_the_language_of_a_text(language: str, right: bool) -> None:
    name = [{"language": language, "value": "Naam"}]
    if right:
        assert accepted("Course", name=name)["name"] == name
    else:
        assert refused("Course", name=name) == [("name", 0, "language")]


@pytest.mark.parametrize(
    ("amount", "right"),
    [
        ("12", True),
        ("12.50", True),
        ("0", True),
        ("12,50", False),
        ("-12.50", False),
        ("+1", False),
        ("12.", False),
        (".5", False),
        ("€ 12", False),
        ("١٢", False),
        (12.5, False),
    ],
)
def test_the_amount_of_a_price(amount: object, right: bool) -> None:
    price = [{"costType": "x-boeken", "amount": amount, "currency": "EUR"}]
    if right:
        assert accepted("CourseOffering", priceInformation=price)["priceInformation"] == price
    else:
        assert refused("CourseOffering", priceInformation=price) == [("priceInformation", 0, "amount")]


def test_a_price_is_a_closed_object() -> None:
    price = [{"costType": "total costs", "vat": "1"}]
    assert refused("CourseOffering", priceInformation=price) == [("priceInformation", 0, "vat")]


def test_a_reference_may_be_the_whole_object() -> None:
    organization = minimal("Organization")
    assert accepted("Course", organization=organization)["organization"] == organization
    assert refused("Course", organization=organization | {"shortName": 1}) == [
        ("organization", "Organization", "shortName")
    ]


@pytest.mark.parametrize("resource", ["ProgramOffering", "CourseOffering", "ComponentOffering"])
def test_the_offering_of_an_association_is_read_by_its_type(resource: str) -> None:
    offering = minimal(resource)
    assert accepted("CourseOfferingAssociation", offering=offering)["offering"] == offering
    for kind in ("exam", None, ["course"]):
        places = refused("CourseOfferingAssociation", offering=offering | {"offeringType": kind})
        assert places == [("offering",)]


@pytest.mark.parametrize("resource", ["Program", "Course", "EducationSpecification"])
def test_a_timeline_override_holds_the_properties_of_another_period(resource: str) -> None:
    definition = RESOURCES[resource]
    assert definition.timeline is not None
    properties = {key: value for key, value in minimal(resource).items() if key != definition.id_property}
    override = {"validFrom": "2025-08-01", "validTo": "2026-08-01", definition.timeline: properties}
    assert accepted(resource, timelineOverrides=[override])["timelineOverrides"] == [override]
    for broken in (
        {key: value for key, value in override.items() if key != "validFrom"},
        override | {"validTo": "01-08-2026"},
        {"validFrom": "2025-08-01", "entity": properties},
        override | {definition.timeline: {}},
    ):
        assert {place[:2] for place in refused(resource, timelineOverrides=[broken])} == {("timelineOverrides", 0)}


def test_the_result_says_pass_although_python_reserves_the_word() -> None:
    result = {"state": "completed", "pass": "passed", "resultDate": "2026-08-31", "weight": 50}
    assert accepted("ComponentOfferingAssociation", result=result)["result"] == result


def test_values_of_python_are_written_as_the_standard_wants_them() -> None:
    offering = accepted("CourseOffering", offeringId=UUID(ID), startDate=date(2026, 8, 31), course=UUID(ID))
    assert (offering["offeringId"], offering["startDate"], offering["course"]) == (ID, "2026-08-31", ID)
    moment = accepted("NewsItem", validFrom=datetime(2026, 8, 31, 9, tzinfo=UTC))["validFrom"]
    assert moment == "2026-08-31T09:00:00Z"


def test_properties_leave_in_the_order_of_the_standard_without_whitespace() -> None:
    value = minimal("CourseOffering") | {"x-own": 1, "ext": {}}
    body = serialise(validate("CourseOffering", dict(reversed(value.items()))))
    order = RESOURCES["CourseOffering"].properties
    assert list(json.loads(body)) == [*(name for name in order if name in value), "x-own"]
    assert b": " not in body
    assert b", " not in body


def test_a_mapping_that_is_no_dict_is_read_too() -> None:
    from types import MappingProxyType

    assert serialise(validate("Course", MappingProxyType(minimal("Course"))))


def test_endless_nesting_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    assert {place[0] for place in refused("Course", ext=deep)} == {"ext"}
    assert {place[0] for place in refused("Course", **{"x-own": deep})} == {"x-own"}
    parent: Any = ID
    for _ in range(400):
        parent = minimal("Organization") | {"parent": parent}
    assert {place[0] for place in refused("Organization", parent=parent)} == {"parent"}


def test_a_name_that_the_standard_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        validate("Module", {})
