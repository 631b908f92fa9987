"""Query strings against the standard."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catalogue.serve.parameters import identifier, instance_query, known_parameters, page_query, sort_values
from gateway.catalogue.serve.selection import Filter, Selection, Sort
from gateway.errors import BadRequest, InvalidId, InvalidParameter, RepeatedParameter, UnknownParameter
from ooapi_specs.v5 import OPERATIONS, Operation

TODAY = date(2026, 11, 23)


def operation(path: str) -> Operation:
    return next(item for item in OPERATIONS if item.method == "get" and item.path == path)


def selected(path: str, **parameters: str) -> Selection:
    return page_query(operation(path), list(parameters.items()), None, TODAY).selection


COURSES = operation("/courses")
COLLECTIONS = [item for item in OPERATIONS if item.catalogue and item.is_collection]
OFFERINGS = "/organizations/{organizationId}/offerings"


@pytest.mark.parametrize("item", COLLECTIONS, ids=lambda item: item.path)
def test_without_parameters_it_is_the_first_page_in_the_order_of_the_standard(item: Operation) -> None:
    query = page_query(item, [], None, TODAY)
    assert (query.size, query.number) == (10, 1)
    assert len(query.selection.order) == 1
    assert query.dated is any(parameter.name == "since" for parameter in item.parameters)
    assert query.selection.starts_from == (TODAY if query.dated else None)


@pytest.mark.parametrize("item", COLLECTIONS, ids=lambda item: item.path)
def test_every_sort_value_of_the_standard_is_understood(item: Operation) -> None:
    for value in sort_values(item):
        query = page_query(item, [("sort", value)], None, TODAY)
        assert query.selection.order[0].descending is value.startswith("-")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pageSize", "11"), ("pageSize", ""), ("pageSize", "010"), ("pageSize", "10.0"), ("pageSize", "٢٠"),
        ("pageNumber", "0"), ("pageNumber", "-1"), ("pageNumber", "1.5"), ("pageNumber", "01"), ("pageNumber", "one"),
        ("pageNumber", "2147483648"), ("pageNumber", "9" * 40), ("pageNumber", " 1"), ("pageNumber", "1\n"),
        ("sort", "level"), ("sort", "name,"), ("sort", "+name"), ("sort", "--name"), ("sort", "name;id"),
        ("level", "MBO 4"), ("level", ""), ("level", "Bachelor"), ("modeOfDelivery", "remote"),
        ("teachingLanguage", "nl"), ("teachingLanguage", "NLD"), ("teachingLanguage", "nld\n"),
        ("teachingLanguage", "nlds"),
        ("q", "x" * 201),
    ],
)  # fmt: skip
def test_a_value_outside_the_standard_is_refused(name: str, value: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        page_query(COURSES, [(name, value)], None, TODAY)
    assert refused.value.values["name"] == name
    assert refused.value.values["expected"]


@pytest.mark.parametrize(
    "value", ["2026-02-30", "2026-13-01", "20260101", "2026-1-1", "0000-01-01", "morgen", "", "2026-01-01T00:00:00Z"]
)
def test_a_day_that_does_not_exist_is_refused(value: str) -> None:
    for name in ("since", "until"):
        with pytest.raises(InvalidParameter):
            selected(OFFERINGS, **{name: value})


@pytest.mark.parametrize("value", ["True", "1", "yes", "", "ja"])
def test_only_true_and_false_are_booleans(value: str) -> None:
    with pytest.raises(InvalidParameter):
        selected(OFFERINGS, resultExpected=value)
    with pytest.raises(InvalidParameter):
        instance_query(operation("/courses/{courseId}"), [("returnTimelineOverrides", value)])


def test_an_unknown_parameter_is_refused_with_those_that_exist() -> None:
    for name in ("order", "Sort", "expand", "since", "page", ""):
        with pytest.raises(UnknownParameter) as refused:
            page_query(COURSES, [(name, "name")], None, TODAY)
        assert refused.value.values["known"] == (
            "primaryCode, pageSize, pageNumber, consumer, q, teachingLanguage, level, modeOfDelivery, sort"
        )


def test_a_parameter_given_twice_is_refused_except_where_several_values_mean_any_of_them() -> None:
    for name, value in (("pageSize", "10"), ("q", "a"), ("sort", "name"), ("level", "bachelor")):
        with pytest.raises(RepeatedParameter):
            page_query(COURSES, [(name, value), (name, value)], None, TODAY)
    query = page_query(COURSES, [("modeOfDelivery", "online"), ("modeOfDelivery", "hybrid")], None, TODAY)
    assert query.selection.filters == (Filter("modeOfDelivery", ("online", "hybrid"), many=True),)


def test_filters_become_facets() -> None:
    assert selected(OFFERINGS, offeringType="course", resultExpected="false").filters == (
        Filter("offeringType", ("course",)),
        Filter("resultExpected", (False,)),
    )
    path = "/education-specifications/{educationSpecificationId}/programs"
    assert selected(path, **{"croho-creboCode": "25180"}).filters == (Filter("crohoCreboCode", ("25180",), many=True),)
    assert selected("/programs/{programId}/offerings", modeOfStudy="full-time").filters == (
        Filter("modeOfStudy", ("full-time",), of_parent=True),
    )
    year = str(UUID(int=7))
    assert selected("/academic-sessions", year=year.upper()).references == (("year", UUID(int=7)),)
    with pytest.raises(InvalidParameter):
        selected("/academic-sessions", parent="2026")


def test_an_own_kind_of_session_may_be_asked_for() -> None:
    assert selected("/academic-sessions", academicSessionType="x-onderwijsperiode").filters == (
        Filter("academicSessionType", ("x-onderwijsperiode",)),
    )


def test_since_and_until() -> None:
    selection = selected(OFFERINGS, since="2020-02-29", until="9999-12-31")
    assert (selection.starts_from, selection.ends_by) == (date(2020, 2, 29), date(9999, 12, 31))
    assert not page_query(operation(OFFERINGS), [("since", "2020-01-01")], None, TODAY).dated


def test_search_is_folded_and_then_the_best_comes_first() -> None:
    selection = selected("/courses", q="  Ondernémen ")
    assert (selection.q, selection.order) == ("ondernemen", ())
    assert selected("/courses", q="x", sort="-name").order == (Sort("name", descending=True),)
    assert selected("/courses", q=" ").q is None
    assert selected("/courses", q=" ").order == (Sort("name"),)


def test_sort_keeps_the_order_of_its_parts_and_the_first_of_a_repeated_one() -> None:
    assert selected(OFFERINGS, sort="-endDate,name,endDate").order == (Sort("end", descending=True), Sort("name"))


def test_an_instance_knows_expand_and_tolerates_the_consumer_of_a_profile() -> None:
    course = operation("/courses/{courseId}")
    query = instance_query(course, [("expand", "organization,programs,organization"), ("consumer", "eduxchange")])
    assert query.expand == ("organization", "programs")
    assert not query.timeline
    assert instance_query(course, [("returnTimelineOverrides", "true")]).timeline
    assert instance_query(course, [("expand", "")]).expand == ()
    for value in ("organization,", "organization.parent", "Organization", "offerings"):
        with pytest.raises(InvalidParameter):
            instance_query(course, [("expand", value)])
    with pytest.raises(UnknownParameter):
        instance_query(operation("/buildings/{buildingId}"), [("expand", "rooms")])


@pytest.mark.parametrize(
    "text",
    ["", "x", "1", "..", "00000000000000000000000000000001", "{00000000-0000-0000-0000-000000000001}",
     "urn:uuid:00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000g",
     "00000000-0000-0000-0000-000000000001 ", "00000000-0000-0000-0000-0000000000011",
     "٠0000000-0000-0000-0000-000000000001"],
)  # fmt: skip
def test_an_id_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(InvalidId):
        identifier(text)


@given(st.uuids())
def test_an_id_may_be_written_in_capitals(value: UUID) -> None:
    assert identifier(str(value)) == identifier(str(value).upper()) == value


@given(st.lists(st.tuples(st.sampled_from([*known_parameters(COURSES), "other"]), st.text(max_size=20)), max_size=4))
def test_any_query_is_understood_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        query = page_query(COURSES, pairs, None, TODAY)
    except BadRequest:
        return
    assert query.size in (10, 20, 50, 100, 250)


def test_an_empty_list_is_no_list_and_an_empty_text_is_a_text() -> None:
    assert selected("/courses", sort="").order == (Sort("name"),)
    assert selected("/courses", sort="", q="zorg").order == ()
    assert selected("/courses", consumer="", primaryCode="") == Selection(
        ("Course",), consumer="", primary_code="", order=(Sort("name"),)
    )
