"""What never leaves the adapter of endpoints."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ooapi.privacy import cleaned, forbidden_property
from adapters.ooapi.streams import path_id

NAMES = st.sampled_from(["name", "ext", "bsn", "BSN_nummer", "gender", "address", "otherCodes", "codeType", "code"])
TYPES = st.sampled_from(["identifier", "nationalIdentityNumber", "national_identity_number", "x-bsn", "studentNumber"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.integers(), TYPES, st.builds(lambda kind: {"codeType": kind, "code": "1"}, TYPES)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=20,
)


def _walk(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for one in value.values() for found in _walk(one))]
    return [found for one in value for found in _walk(one)] if isinstance(value, list) else []


@given(st.dictionaries(NAMES, VALUES, max_size=5), st.booleans())
def test_nothing_forbidden_is_left_at_any_depth(item: dict[str, Any], personal: bool) -> None:
    for found in _walk({"items": list(cleaned(item, personal=personal).values())}):
        assert not any(forbidden_property(name, personal=personal) for name in found)
        kind = found.get("codeType")
        assert not isinstance(kind, str) or kind in ("identifier", "studentNumber")


def test_the_catalogue_keeps_addresses_and_a_person_does_not() -> None:
    building = {"buildingId": "1", "address": {"city": "Utrecht"}}
    assert cleaned(building, personal=False) == building
    assert cleaned(building, personal=True) == {"buildingId": "1"}


def test_a_primary_code_that_is_a_bsn_goes_as_a_whole() -> None:
    person = {"personId": "1", "primaryCode": {"codeType": "nationalIdentityNumber", "code": "123456782"}}
    assert cleaned(person, personal=True) == {"personId": "1"}


@pytest.mark.parametrize("value", [None, 5, "", ".", "..", "...", "a/b", "a?b", "a%2fb", "a b", "é", "a" * 129, "a\n"])
def test_what_cannot_be_part_of_a_path(value: object) -> None:
    assert path_id(value) is None


@pytest.mark.parametrize("value", ["6e1f1a5c-0b6e-4d07-9d3a-0a5f2b8c0001", "25190", "a.b", "A_1~"])
def test_what_can(value: str) -> None:
    assert path_id(value) == value
