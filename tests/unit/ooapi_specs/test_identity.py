"""Derived ids stay the same for ever and never collide by accident of joining."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooapi_specs.identity import as_uuid, derive_id

_TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
_TRIPLES = st.tuples(_TEXT, _TEXT, _TEXT)


@pytest.mark.parametrize(
    ("member", "resource", "key", "expected"),
    [
        ("roc-a", "Course", "VOEG-12", "1b20c11a-3899-59f6-90d9-a259b38e701a"),
        ("roc-b", "Course", "VOEG-12", "97661a96-6080-5b6c-9702-b6288ad6ced9"),
        ("roc-a", "CourseOffering", "VOEG-12", "69fdce4e-901a-5416-9d13-8e083e678004"),
        ("roc-a", "Course", "", "1f58042a-a7cc-5218-a9f0-b7c31d3bb760"),
        ("roc-é", "Course", "ü/1", "3311eccf-a74f-5b25-a4fc-f354711b262d"),
    ],
)
def test_the_id_of_a_key_never_changes(member: str, resource: str, key: str, expected: str) -> None:
    # Literals: a change of any of them would give every school's resources new ids.
    assert derive_id(member, resource, key) == UUID(expected)


@given(_TRIPLES, _TRIPLES)
def test_different_keys_have_different_ids(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert (derive_id(*one) == derive_id(*other)) == (one == other)


@given(_TEXT, _TEXT, _TEXT)
def test_moving_a_border_between_the_parts_gives_another_id(first: str, second: str, third: str) -> None:
    assert derive_id(first + "x", second, third) != derive_id(first, "x" + second, third)
    assert derive_id(first, second + "/", third) != derive_id(first, second, "/" + third)
    assert derive_id(first, second, third + "0") != derive_id(first, second + "0", third)


@given(_TRIPLES)
def test_a_derived_id_is_a_uuid_of_version_5(triple: tuple[str, str, str]) -> None:
    derived = derive_id(*triple)
    assert derived.version == 5
    assert derived.variant == "specified in RFC 4122"
    assert as_uuid(str(derived)) == derived


def test_a_key_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        derive_id("roc-a", "Course", "\ud800")


def test_the_canonical_form_is_read_in_any_case() -> None:
    text = "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3"
    assert as_uuid(text) == UUID(text)
    assert as_uuid(text.upper()) == UUID(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6f1c3b529d0e5a478b662f4d7e90c1a3",
        "{6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3}",
        "urn:uuid:6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3",
        " 6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3",
        "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3\n",
        "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a",
        "6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1ag",
        "6f1c3b529-d0e-5a47-8b66-2f4d7e90c1a3",
        "٦f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3",
        None,
        12,
        b"6f1c3b52-9d0e-5a47-8b66-2f4d7e90c1a3",
    ],
)
def test_any_other_form_is_no_id(text: object) -> None:
    assert as_uuid(text) is None
