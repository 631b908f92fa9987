"""Our models and the standard's JSON schemas judge the same objects the same way.

Ours may be stricter (a date must exist, each kind of offering holds its own type), never more lenient. Where the
standard's oneOf has branches that overlap, the branch is chosen by the object's own type (ooapi.md §4.3).
"""

import copy
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import ValidationError

from ooapi_specs.v5 import RESOURCES, parse, serialise, validate
from ooapi_specs.v5.document import openapi_document
from ooapi_specs.v5.testkit import minimal, valid

pytestmark = pytest.mark.needs_shared

Judge = Callable[[str, Any], list[str]]
_EXPANDED = {name: f"{name}Expanded" for name in ("Program", "Course", "EducationSpecification")}

_formats = FormatChecker(("uuid", "date", "email"))


@_formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return re.match(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d", value) is not None and (
        datetime.fromisoformat(value.upper()).tzinfo is not None
    )


@_formats.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or (bool(urlsplit(value).scheme) and not re.search(r"[\s<>\"{}|\\^`]", value))


def _choose_by_type(schema: Any) -> Any:
    """The document with each oneOf of several objects as anyOf: the type in the object says which one it is."""
    if isinstance(schema, list):
        return [_choose_by_type(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _choose_by_type(inner) for key, inner in schema.items()}
    if sum("Identifier" not in branch.get("$ref", "Identifier") for branch in changed.get("oneOf", ())) > 1:
        changed["anyOf"] = changed.pop("oneOf")
    return changed


def _judge(document: dict[str, Any], schema_of: Callable[[str], dict[str, Any]]) -> Judge:
    components = _choose_by_type(document["components"])
    validators: dict[str, Draft202012Validator] = {}

    def judge(resource: str, value: Any) -> list[str]:
        if resource not in validators:
            schema = {**schema_of(resource), "components": components}
            validators[resource] = Draft202012Validator(schema, format_checker=_formats)
        return [error.message for error in validators[resource].iter_errors(value)]

    return judge


@pytest.fixture(scope="module")
def standard(shared: Path) -> Judge:
    """What the standard's document says against an object."""
    document = json.loads((shared / "specs" / "ooapi" / "ooapi-v5.json").read_text())
    full = document["components"]["schemas"]["AssociationFull"]["properties"]

    def schema_of(resource: str) -> dict[str, Any]:
        named = {"$ref": f"#/components/schemas/{_EXPANDED.get(resource, resource)}"}
        return {"allOf": [named, {"properties": _choose_by_type(full)}]} if resource.endswith("Association") else named

    return _judge(document, schema_of)


@pytest.fixture(scope="module")
def ours() -> Judge:
    """What our own document says against an object."""
    document = openapi_document(server_url="https://gateway.example/ooapi/v5")
    full = document["paths"]["/associations/{associationId}"]["get"]["responses"]["200"]["content"]["application/json"]
    associations = {each["allOf"][0]["$ref"].rpartition("/")[2]: each for each in full["schema"]["anyOf"]}

    def schema_of(resource: str) -> dict[str, Any]:
        return associations.get(resource) or {"$ref": f"#/components/schemas/{_EXPANDED.get(resource, resource)}"}

    return _judge(document, schema_of)


_SETTINGS = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_we_send_is_valid_by_the_standard_and_by_our_document(resource: str, standard: Judge, ours: Judge) -> None:
    @_SETTINGS
    @given(valid(resource))
    def check(value: dict[str, Any]) -> None:
        sent = json.loads(serialise(validate(resource, value)))
        assert standard(resource, sent) == []
        assert ours(resource, sent) == []

    check()


# Values that break most properties in one way or another.
_BROKEN: list[Any] = [
    None, 12, -1, 1.5, True, "", "x", "x" * 300, "x" * 3000, "2026-02-31", "31-08-2026", "2026-08-31T10:00:00",
    "NL", "P", [], [[]], ["x"], [None], [{}], [{"language": "NL", "value": "x"}], [{"value": 1}], {},
    {"codeType": "x"}, {"codeType": "a", "code": "b", "c": 1}, {"addressType": "home"}, {"latitude": "1"},
    [{"costType": "a", "amount": "1,5"}], [{"costType": "a", "x": 1}], {"studyLoadUnit": "uur"},
    {"value": "1"}, {"organizationId": "x"}, [{"courseId": "x"}], {"state": "completed"},
    [{"validFrom": "2026-08-31", "course": {}}], "00000000-0000-4000-8000-00000000000g",
]  # fmt: skip


@pytest.mark.parametrize("resource", RESOURCES)
def test_what_the_standard_forbids_we_refuse(resource: str, standard: Judge) -> None:
    @_SETTINGS
    @given(valid(resource), st.sampled_from(RESOURCES[resource].properties), st.sampled_from(_BROKEN), st.booleans())
    def check(value: dict[str, Any], name: str, broken: object, remove: bool) -> None:
        damaged = {key: inner for key, inner in value.items() if key != name} if remove else value | {name: broken}
        try:
            validate(resource, damaged)
        except ValidationError:
            kept = parse(resource, damaged)
            if kept.model is not None:
                assert standard(resource, json.loads(serialise(kept.model))) == []
        else:
            assert standard(resource, damaged) == []

    check()


@pytest.mark.parametrize("resource", RESOURCES)
def test_each_broken_value_of_each_property_is_judged_alike(resource: str, standard: Judge) -> None:
    whole = minimal(resource)
    forbidden = 0
    for name in RESOURCES[resource].properties:
        for broken in _BROKEN:
            damaged = copy.deepcopy(whole) | {name: broken}
            if standard(resource, damaged):
                forbidden += 1
                with pytest.raises(ValidationError):
                    validate(resource, damaged)
    assert forbidden > 10 * len(RESOURCES[resource].properties)


@pytest.mark.parametrize("resource", RESOURCES)
def test_the_same_properties_are_required(resource: str, standard: Judge) -> None:
    complete = minimal(resource)
    assert standard(resource, complete) == []
    for name in complete:
        without = {key: inner for key, inner in complete.items() if key != name}
        assert standard(resource, without)
        with pytest.raises(ValidationError):
            validate(resource, without)
