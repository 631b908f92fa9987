"""What the standard expects is said in Dutch too."""

from __future__ import annotations

from typing import get_args

import pytest

from adapters.contract import SourceReference
from adapters.findings import Finding, expected_in_dutch
from ooapi_specs.v5 import types


def test_every_form_of_the_models_has_dutch_words() -> None:
    forms = {
        mark.expected for value in vars(types).values() for mark in get_args(value) if hasattr(mark, "expected")
    }  # fmt: skip
    assert len(forms) > 5
    assert [form for form in forms if expected_in_dutch(form) == form] == []


@pytest.mark.parametrize(
    ("english", "dutch"),
    [
        ("one of: a, b", "een van: a, b"),
        ("a whole number from 0 to 100", "een heel getal van 0 tot en met 100"),
        ("at least 1 element", "minstens 1 element"),
        ("31-08-2026", "31-08-2026"),
    ],
)
def test_forms_with_values(english: str, dutch: str) -> None:
    assert expected_in_dutch(english) == dutch


def test_a_message_is_dutch_as_a_whole() -> None:
    finding = Finding(
        "VAL001", SourceReference("x"), target="link", values={"value": "x", "expected": "a text"}
    )  # fmt: skip
    assert finding.message.nl == "link: 'x' mag niet volgens de standaard (een tekst)."
    assert finding.message.en == "link: 'x' is not allowed by the standard (a text)."
