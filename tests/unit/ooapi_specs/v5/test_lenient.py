"""What we receive: kept as far as it goes, the rest reported by path."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ooapi_specs.v5 import RESOURCES, Parsed, ParseProblem, parse, parse_model, serialise, validate
from ooapi_specs.v5.association import AssociationChange, AssociationWrite
from ooapi_specs.v5.testkit import minimal, valid

ID = "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3"


def read(resource: str, **properties: Any) -> Parsed:
    return parse(resource, minimal(resource) | properties)


def test_what_is_valid_is_kept_whole() -> None:
    value = minimal("CourseOffering") | {"ext": {"a": [1]}, "x-own": "b"}
    parsed = parse("CourseOffering", value)
    assert parsed.value == value
    assert parsed.problems == ()
    assert parsed.model == validate("CourseOffering", value)


def test_null_means_absent_at_any_depth_and_is_no_problem() -> None:
    parsed = read(
        "Course",
        link=None,
        organization=None,
        name=[None, {"language": "nl-NL", "value": "Naam", "x-own": None}],
        ext={"a": None, "b": [None, 1]},
    )
    assert parsed.problems == ()
    assert parsed.model is not None
    assert parsed.value["name"] == [{"language": "nl-NL", "value": "Naam"}]
    assert parsed.value["ext"] == {"b": [1]}
    assert not {"link", "organization"} & parsed.value.keys()


def test_null_for_a_required_value_is_a_missing_value() -> None:
    parsed = read("Course", name=None)
    assert parsed.model is None
    assert parsed.problems == (ParseProblem("name", "", "a value", required=True),)


@pytest.mark.parametrize(
    ("resource", "name", "value", "problem", "left"),
    [
        ("Course", "link", "www", ("link", "www", "a URI of at most 2048 characters"), None),
        ("Course", "firstStartDate", "2026-02-31",
         ("firstStartDate", "2026-02-31", "an existing date as YYYY-MM-DD"), None),
        ("Course", "modeOfDelivery", ["online", "bus"], (
            "modeOfDelivery.1", "bus", "one of: distance-learning, on campus, online, hybrid, situated"), ["online"]),
        ("Course", "resources", ["a", 1, "b"], ("resources.1", "1", "a text"), ["a", "b"]),
        ("Course", "programs", [ID, "x", None, ID], ("programs.1", "x", "a UUID of 36 characters"), [ID, ID]),
        ("Course", "organization", 12, ("organization", "12", "a UUID of 36 characters"), None),
        ("Course", "studyLoad", {"studyLoadUnit": "sbu", "value": "veel"}, ("studyLoad.value", "veel", "a number"),
         {"studyLoadUnit": "sbu"}),
        ("Course", "otherCodes", [{"code": "A"}, {"codeType": "isbn", "code": "B"}],
         ("otherCodes.0.codeType", "", "a value"), [{"codeType": "isbn", "code": "B"}]),
        ("Course", "otherCodes", [{"codeType": "isbn", "code": "B", "x": []}],
         ("otherCodes.0.x", "[]", "no other properties"), [{"codeType": "isbn", "code": "B"}]),
        ("Course", "addresses", [{"addressType": "visit", "geolocation": {"latitude": 52}, "city": "A"}],
         ("addresses.0.geolocation.longitude", "", "a value"), [{"addressType": "visit", "city": "A"}]),
        ("Course", "ext", {"a": float("nan"), "b": 1}, ("ext.a", "nan", "a JSON value without null"), {"b": 1}),
        ("Course", "ext", {1: "a", "b": 1}, ("ext.1", "a", "a text as name"), {"b": 1}),
        ("Course", "learningOutcomes", [[{"value": "a"}], []], ("learningOutcomes.1", "[]", "at least 1 element"),
         [[{"value": "a"}]]),
        ("CourseOffering", "maxNumberStudents", -1,
         ("maxNumberStudents", "-1", "a whole number from 0 to 2147483647"), None),
        ("CourseOffering", "priceInformation", [{"costType": "x-a", "amount": "1,50"}],
         ("priceInformation.0.amount", "1,50", "an amount with a decimal point such as 12.50"), [{"costType": "x-a"}]),
        ("CourseOfferingAssociation", "offering", {"offeringType": "exam"},
         ("offering", "{…}", "an id, or an object whose type is known"), None),
    ],
)  # fmt: skip
def test_only_the_part_that_is_wrong_goes(
    resource: str, name: str, value: object, problem: tuple[str, str, str], left: object
) -> None:
    parsed = read(resource, **{name: value})
    assert parsed.problems == (ParseProblem(*problem),)
    assert parsed.model is not None
    assert parsed.value.get(name) == left
    assert validate(resource, parsed.value) == parsed.model


def test_positions_are_those_of_the_list_received() -> None:
    parsed = read("Course", resources=[None, 1, "a", None, 2, "b", 3])
    assert [problem.path for problem in parsed.problems] == ["resources.1", "resources.4", "resources.6"]
    assert parsed.value["resources"] == ["a", "b"]


def test_positions_stay_true_when_a_second_look_is_needed() -> None:
    # First the wrong text goes; only then is the inner list too short, at its old position.
    outcomes = [["x"], [{"value": "a"}], [{"value": "b"}, "y"], ["z"]]
    parsed = read("Course", learningOutcomes=outcomes)
    assert [problem.path for problem in parsed.problems] == [
        "learningOutcomes.0.0",
        "learningOutcomes.2.1",
        "learningOutcomes.3.0",
        "learningOutcomes.0",
        "learningOutcomes.3",
    ]
    assert parsed.value["learningOutcomes"] == [[{"value": "a"}], [{"value": "b"}]]


def test_an_object_that_goes_as_a_whole_has_one_reason() -> None:
    parsed = read("Course", organization={"organizationId": "x", "shortName": 3})
    assert [problem.path for problem in parsed.problems] == ["organization.organizationId"]
    assert "organization" not in parsed.value


def test_a_bad_value_in_an_expanded_object_costs_that_value_only() -> None:
    organization = minimal("Organization") | {"link": "www"}
    parsed = read("Course", organization=organization)
    assert [problem.path for problem in parsed.problems] == ["organization.link"]
    assert parsed.value["organization"] == minimal("Organization")


@pytest.mark.parametrize(
    ("resource", "name", "given_value", "meant"),
    [
        ("Course", "level", "Bachelor", "bachelor"),
        ("Course", "modeOfDelivery", ["ONLINE"], ["online"]),
        ("CourseOffering", "offeringType", "COURSE", "course"),
        ("CourseOffering", "resultValueType", "us letter", "US letter"),
        ("Program", "qualificationAwarded", "PhD", "Phd"),
        ("CourseOffering", "maxNumberStudents", 30.0, 30),
    ],
)
def test_what_was_clearly_meant_is_put_in_and_reported(
    resource: str, name: str, given_value: object, meant: object
) -> None:
    parsed = read(resource, **{name: given_value})
    assert parsed.value[name] == meant
    assert [(problem.repaired, problem.required) for problem in parsed.problems] == [(True, False)]
    assert parsed.model is not None


def test_a_known_value_that_is_not_allowed_here_is_not_repaired() -> None:
    parsed = read("CourseOffering", offeringType="Program")
    assert parsed.model is None
    assert parsed.problems == (ParseProblem("offeringType", "Program", "one of: course", required=True),)


def test_a_bad_required_value_leaves_no_model_and_keeps_the_rest() -> None:
    parsed = read("Course", level="hoog", link="www")
    assert parsed.model is None
    assert {(problem.path, problem.required) for problem in parsed.problems} == {("level", True), ("link", False)}
    assert parsed.value == {key: value for key, value in minimal("Course").items() if key != "level"}


def test_a_missing_part_of_a_required_value_is_required() -> None:
    parsed = read("Course", primaryCode={"code": "A"})
    assert parsed.model is None
    assert parsed.problems == (ParseProblem("primaryCode.codeType", "", "a value", required=True),)


def test_a_required_list_that_loses_its_last_element_is_lost() -> None:
    parsed = read("Course", name=["Naam"])
    assert parsed.model is None
    assert [(problem.path, problem.required) for problem in parsed.problems] == [("name.0", False), ("name", True)]


def test_an_empty_object_names_all_that_is_required() -> None:
    parsed = parse("CourseOffering", {})
    assert parsed.model is None
    assert {problem.path for problem in parsed.problems} == RESOURCES["CourseOffering"].required
    assert all(problem.required and problem.value == "" for problem in parsed.problems)


@pytest.mark.parametrize("value", [None, [], "x", 12, [{"courseId": ID}], True])
def test_what_is_no_object_is_no_resource(value: object) -> None:
    parsed = parse("Course", value)
    assert (parsed.model, parsed.value) == (None, {})
    assert [(problem.path, problem.expected, problem.required) for problem in parsed.problems] == [
        ("", "an object", True)
    ]


def test_a_long_value_is_cut_to_one_line() -> None:
    parsed = read("Course", abbreviation="a\n  b" + "x" * 5_000_000)
    (problem,) = parsed.problems
    assert problem.value.startswith("a b")
    assert len(problem.value) == 80
    assert problem.required


def test_what_json_cannot_carry_is_left_out_of_the_object_and_of_the_report() -> None:
    parsed = read("Course", ext={"a": "\ud800", "\ud800": 1, "b": 10**400}, **{"x-\ud800": 1})
    assert parsed.value["ext"] == {}
    for problem in parsed.problems:
        (problem.path + problem.value + problem.expected).encode()
    assert parsed.model is not None
    assert serialise(parsed.model)


def test_endless_nesting_is_cut_off() -> None:
    deep: dict[str, Any] = {"b": 1}
    for _ in range(800):
        deep = {"a": deep}
    parsed = read("Course", ext=deep)
    assert [problem.expected for problem in parsed.problems] == ["at most 64 levels"]
    assert parsed.model is not None
    assert serialise(parsed.model)


def test_a_change_may_carry_a_result_of_either_form() -> None:
    course = {"state": "completed", "resultDate": "2026-08-31", "studyLoad": {}, "comment": 3}
    parsed = parse_model(AssociationChange, {"remoteState": "associated", "result": course})
    assert [problem.path for problem in parsed.problems] == ["result.comment"]
    component = {"state": "completed", "resultDate": "2026-08-31", "weight": 10}
    assert parse_model(AssociationChange, {"result": component}).problems == ()
    assert [problem.path for problem in parse_model(AssociationChange, {"result": {"weight": 200}}).problems] == [
        "result.state"
    ]


def test_an_enrolment_may_leave_out_what_the_receiver_decides() -> None:
    body = {"role": "student", "remoteState": "pending", "offering": minimal("CourseOffering")}
    assert parse_model(AssociationWrite, body).model is not None
    without = parse_model(AssociationWrite, {"role": "student"})
    assert without.problems == (ParseProblem("remoteState", "", "a value", required=True),)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(ID) | st.just("2026-08-31"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("resource", RESOURCES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(data=st.data())
def test_whatever_arrives_the_model_is_valid_or_a_required_problem_says_why(resource: str, data: st.DataObject) -> None:
    names = st.sampled_from(RESOURCES[resource].properties)
    damage = data.draw(st.dictionaries(names, _ANYTHING, max_size=4))
    value = data.draw(valid(resource)) | damage
    before = copy.deepcopy(value)
    parsed = parse(resource, value)
    assert repr(value) == repr(before)
    assert (parsed.model is None) == any(problem.required for problem in parsed.problems)
    if parsed.model is not None:
        assert validate(resource, parsed.value) == parsed.model
        assert parse(resource, parsed.value).problems == ()
        assert serialise(parsed.model)


def test_a_name_that_the_standard_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        parse("Module", {})
