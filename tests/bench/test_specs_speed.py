"""What it costs to check and write one resource. Every row of every school pays this once per synchronisation."""

import timeit
from collections.abc import Callable
from typing import Any

import pytest

from ooapi_specs.identity import derive_id
from ooapi_specs.v5 import parse, serialise, validate

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

_ID = "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3"
_OFFERING: dict[str, Any] = {
    "offeringId": _ID,
    "primaryCode": {"codeType": "offeringCode", "code": "VOEG-12-2026"},
    "offeringType": "course",
    "academicSession": _ID,
    "name": [{"language": "nl-NL", "value": "Duurzaam bouwen"}, {"language": "en-GB", "value": "Sustainable building"}],
    "description": [{"language": "nl-NL", "value": "Je leert hoe je een woning bouwt die weinig energie vraagt."}],
    "teachingLanguage": "nld",
    "modeOfDelivery": ["on campus"],
    "maxNumberStudents": 30,
    "resultExpected": True,
    "resultValueType": "1-10",
    "link": "https://roc-a.example/aanbod/VOEG-12",
    "startDate": "2026-08-31",
    "endDate": "2027-01-31",
    "enrollStartDate": "2026-05-01",
    "enrollEndDate": "2026-07-01",
    "course": _ID,
    "organization": _ID,
}


def _microseconds(work: Callable[[], object]) -> float:
    # Short rounds: the best of many is the cost itself, also on a machine that does other things.
    number = 100
    return round(min(timeit.repeat(work, number=number, repeat=100)) / number * 1e6, 2)


def test_one_course_offering(bench: Callable[..., None]) -> None:
    model = validate("CourseOffering", _OFFERING)
    broken = _OFFERING | {"link": "www", "level": None}
    bench(
        "specs-course-offering",
        validate_and_serialise_us=_microseconds(lambda: serialise(validate("CourseOffering", _OFFERING))),
        validate_us=_microseconds(lambda: validate("CourseOffering", _OFFERING)),
        serialise_us=_microseconds(lambda: serialise(model)),
        parse_valid_us=_microseconds(lambda: parse("CourseOffering", _OFFERING)),
        parse_one_bad_value_us=_microseconds(lambda: parse("CourseOffering", broken)),
        derive_id_us=_microseconds(lambda: derive_id("roc-a", "CourseOffering", "VOEG-12-2026")),
        body_bytes=len(serialise(model)),
    )
