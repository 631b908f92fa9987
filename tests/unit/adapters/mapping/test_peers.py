"""Resources of another endpoint: every id becomes one of ours, what is not allowed goes, the rest stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from adapters.contract import Record, SourceReference
from adapters.findings import Severity
from adapters.mapping import Mapped, Mapper
from ooapi_specs.identity import derive_id

COPY = 'stream = "courses"\nresource = "{}"\ncopy = true\n'
OWN, ORGANIZATION, PERSON, PROGRAM = (f"0a6b6e0c-5a3f-4f2e-9d5c-{number:012}" for number in range(1, 5))


def peer_course(**more: Any) -> dict[str, Any]:
    return {
        "courseId": OWN,
        "primaryCode": {"codeType": "identifier", "code": "C1"},
        "name": [{"language": "nl-NL", "value": "Zorg"}],
        "abbreviation": "ZRG",
        "description": [{"language": "nl-NL", "value": "Over zorg"}],
        "teachingLanguage": "nld",
        "level": "secondary vocational education 3",
        **more,
    }


Run = Callable[..., Mapped]


@pytest.fixture
def copy(mapper: Callable[..., Mapper]) -> Run:
    def run(data: dict[str, Any], resource: str = "Course", more: str = "", **options: Any) -> Mapped:
        result = mapper(COPY.format(resource) + more, **options).map(Record(OWN, data, SourceReference("/courses")))
        assert result is not None
        return result

    return run


def rekeyed(resource: str, key: str) -> UUID:
    return derive_id("roc-a", resource, key)


def test_a_resource_stays_as_it_was(copy: Run) -> None:
    result = copy(peer_course())
    assert result.body is not None
    assert json.loads(result.body) == peer_course()
    assert result.findings == ()


def test_ids_and_expanded_objects_become_references(copy: Run) -> None:
    result = copy(
        peer_course(
            organization={"organizationId": ORGANIZATION, "shortName": "x"},
            coordinators=[{"personId": PERSON, "givenName": "Noor"}, PERSON],
            programs=[PROGRAM],
        )
    )
    assert [(found.property, found.resource, found.key, found.many) for found in result.references] == [
        ("programs", "Program", PROGRAM, True),
        ("coordinators", "Person", PERSON, True),
        ("organization", "Organization", ORGANIZATION, False),
    ]
    assert result.value["organization"] == ORGANIZATION
    assert result.value["coordinators"] == [PERSON]
    assert "Noor" not in repr(result)


def test_every_id_that_belongs_to_another_is_replaced(copy: Run) -> None:
    result = copy(peer_course(organization=ORGANIZATION, programs=[PROGRAM]), identify=rekeyed)
    assert result.value["courseId"] == str(rekeyed("Course", OWN))
    assert result.value["organization"] == str(rekeyed("Organization", ORGANIZATION))
    assert result.value["programs"] == [str(rekeyed("Program", PROGRAM))]
    assert result.value["otherCodes"] == [{"codeType": "systemId", "code": OWN}]


def test_codes_that_were_there_stay_beside_the_original_id(copy: Run) -> None:
    codes = [{"codeType": "x-a", "code": "1"}]
    result = copy(peer_course(otherCodes=codes), identify=rekeyed)
    assert result.value["otherCodes"] == [*codes, {"codeType": "systemId", "code": OWN}]


def test_nulls_are_dropped_unsaid_and_unknown_properties_stay(copy: Run) -> None:
    result = copy(peer_course(link=None, ext={"a": None, "b": 1}, x_own={"y": [None, 2]}, otherCodes=[]))
    assert result.findings == ()
    assert result.value == {**peer_course(), "ext": {"b": 1}, "x_own": {"y": [2]}}


def test_an_invalid_optional_value_is_dropped_and_said(copy: Run) -> None:
    result = copy(peer_course(link="no link", modeOfDelivery=["online", "by post"], organization="ROC", programs=[3]))
    assert result.body is not None
    assert {(found.code, found.target) for found in result.findings} == {
        ("VAL001", "organization"),
        ("VAL001", "programs"),
        ("VAL001", "link"),
        ("VAL001", "modeOfDelivery.1"),
    }
    assert result.value == {**peer_course(), "modeOfDelivery": ["online"]}
    assert result.references == ()


def test_fields_of_the_mapping_go_on_top(copy: Run) -> None:
    result = copy(
        peer_course(link="https://a.example"), more="[fields]\nabbreviation = \"concat('ROC-', abbreviation)\"\n"
    )
    assert (result.value["abbreviation"], result.value["link"]) == ("ROC-ZRG", "https://a.example")


def test_a_reference_that_a_field_replaces_is_not_recorded(copy: Run) -> None:
    result = copy(
        peer_course(organization=ORGANIZATION), more="[fields]\norganization = \"reference('Organization', 'T1')\"\n"
    )
    assert [found.key for found in result.references] == ["T1"]


def test_the_timeline_is_kept_apart_with_its_references(copy: Run) -> None:
    past = {name: value for name, value in peer_course(organization=ORGANIZATION).items() if name != "courseId"}
    result = copy(
        peer_course(
            timelineOverrides=[
                {"validFrom": "2025-08-01", "validTo": "2026-08-01", "course": past},
                {"validFrom": "01-08-2025", "course": past},
            ]
        ),
        identify=rekeyed,
    )
    assert result.body is not None
    assert "timelineOverrides" not in json.loads(result.body)
    assert "timelineOverrides" not in result.value
    assert result.timeline is not None
    (override,) = json.loads(result.timeline)
    assert override["course"]["organization"] == str(rekeyed("Organization", ORGANIZATION))
    assert [found.property for found in result.references] == ["timelineOverrides.organization"]
    assert [found.code for found in result.findings] == ["VAL001"]


def offering(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "offeringId": OWN,
        "offeringType": kind,
        "primaryCode": {"codeType": "identifier", "code": "O1"},
        "name": [{"language": "nl-NL", "value": "Zorg"}],
        "description": [{"language": "nl-NL", "value": "Over zorg"}],
        "teachingLanguage": "nld",
        "resultExpected": True,
        **more,
    }


def test_a_condition_takes_one_kind_from_a_mixed_stream(mapper: Callable[..., Mapper]) -> None:
    made = mapper("where = \"offeringType == 'course'\"\n" + COPY.format("CourseOffering"))
    dates = {"startDate": "2026-08-31", "endDate": "2026-11-13"}
    assert made.map(Record(OWN, offering("program", **dates), SourceReference("/offerings"))) is None
    result = made.map(Record(OWN, offering("course", **dates), SourceReference("/offerings")))
    assert result is not None
    assert result.body is not None


def test_a_course_offering_is_never_made_of_a_programme_offering(copy: Run) -> None:
    result = copy(offering("program", startDate="2026-08-31", endDate="2026-11-13"), "CourseOffering")
    assert (result.body, [found.code for found in result.findings]) == (None, ["VAL002"])


def test_the_room_of_a_lesson_is_an_object_with_ids_of_ours(copy: Run) -> None:
    room = {
        "roomId": PERSON, "building": {"buildingId": PROGRAM}, "roomType": "office",
        "primaryCode": {"codeType": "roomCode", "code": "1.1"}, "name": [{"language": "nl-NL", "value": "1.1"}],
    }  # fmt: skip
    times = {"startDateTime": "2026-08-31T09:00:00+02:00", "endDateTime": "2026-08-31T10:00:00+02:00"}
    result = copy(offering("component", room=room, **times), "ComponentOffering", identify=rekeyed)
    assert result.body is not None
    assert result.value["room"]["roomId"] == str(rekeyed("Room", PERSON))
    assert result.value["room"]["building"] == str(rekeyed("Building", PROGRAM))
    assert {found.property for found in result.references} == {"room.roomId", "room.building"}
    assert room["roomId"] == PERSON  # the record itself is not changed


def test_the_offering_of_an_association_is_of_the_kind_it_says(copy: Run) -> None:
    data = {
        "associationId": OWN, "associationType": "courseOfferingAssociation", "role": "student", "state": "associated",
        "person": {"personId": PERSON}, "offering": {"offeringId": PROGRAM, "offeringType": "course"},
    }  # fmt: skip
    result = copy(data, "CourseOfferingAssociation")
    assert result.body is not None
    assert {(found.property, found.resource) for found in result.references} == {
        ("person", "Person"), ("offering", "CourseOffering"),
    }  # fmt: skip


def test_of_a_person_nothing_forbidden_is_taken(copy: Run) -> None:
    data = {
        "personId": OWN, "primaryCode": {"codeType": "studentNumber", "code": "1"},
        "givenName": "Noor", "surname": "Wit", "displayName": "Wit, Noor",
        "activeEnrollment": True, "affiliations": ["student"], "mail": "n@roc-a.example",
        "nationality": "NL", "gender": "F", "address": {"addressType": "postal"}, "countryOfBirth": "NL",
    }  # fmt: skip
    result = copy(data, "Person")
    assert result.body is not None
    assert set(json.loads(result.body)) == {
        "personId", "primaryCode", "givenName", "surname", "displayName", "activeEnrollment", "affiliations", "mail",
    }  # fmt: skip


def test_a_bsn_anywhere_in_a_copied_object_refuses_it(copy: Run) -> None:
    result = copy(peer_course(ext={"deep": [{"nr": "1234.56.782"}]}))
    assert [(found.code, found.target) for found in result.findings] == [("PRIV001", "ext")]


@pytest.mark.parametrize(
    "data",
    [{}, {"courseId": None}, {"courseId": OWN, "name": "x"}, {"courseId": 3, "name": []}, peer_course(name=[{}])],
)
def test_half_an_object_is_refused_with_a_reason(copy: Run, data: dict[str, Any]) -> None:
    result = copy(data)
    assert result.body is None
    assert any(found.severity is Severity.ERROR for found in result.findings)


def test_an_object_without_id_gets_one_of_its_key(copy: Run) -> None:
    data = peer_course()
    del data["courseId"]
    result = copy(data)
    assert (result.key, str(result.id)) == (OWN, OWN)
