"""The sentences of the pages: in both languages, with the same values, and how long ago something was."""

from __future__ import annotations

import re
import string
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gateway.web
from adapters.text import Language
from gateway.web.texts import _STEPS, TEXTS, ago, sentence
from ooapi_specs.v5.enumerations import ModeOfDelivery

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROOM = Path(gateway.web.__path__[0])


def fields(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_sentence_is_there_in_both_languages_with_the_same_values(name: str) -> None:
    text = TEXTS[name]
    assert text.nl.strip()
    assert text.en.strip()
    assert fields(text.nl) == fields(text.en)


def test_both_languages_say_how_long_ago_with_the_same_values() -> None:
    for _, text, _ in _STEPS:
        assert fields(text.nl) == fields(text.en)


def test_every_sentence_that_a_template_asks_for_is_there_and_every_one_is_used() -> None:
    sources = [path.read_text("utf-8") for path in (ROOM / "templates").glob("*.html")]
    asked = {name for text in sources for name in re.findall(r'\bt\("([^"]+)"', text)}
    assert asked
    assert asked <= set(TEXTS)
    code = "".join(path.read_text("utf-8") for path in ROOM.glob("*.py") if path.name != "texts.py")
    unused = {name for name in TEXTS if name not in asked and not name.startswith("mode_") and f'"{name}"' not in code}
    assert unused == set()


def test_every_way_of_teaching_has_words() -> None:
    assert {f"mode_{mode.value}" for mode in ModeOfDelivery} == {name for name in TEXTS if name.startswith("mode_")}


def test_an_unknown_sentence_or_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        sentence("nosuchsentence", "nl")
    with pytest.raises(KeyError):
        sentence("page", "nl", number=1)


@pytest.mark.parametrize(
    ("passed", "nl", "en"),
    [
        (timedelta(seconds=-90), "zojuist", "just now"),
        (timedelta(0), "zojuist", "just now"),
        (timedelta(seconds=59.9), "zojuist", "just now"),
        (timedelta(seconds=60), "1 minuut geleden", "1 minute ago"),
        (timedelta(seconds=119.9), "1 minuut geleden", "1 minute ago"),
        (timedelta(minutes=2), "2 minuten geleden", "2 minutes ago"),
        (timedelta(minutes=59, seconds=59), "59 minuten geleden", "59 minutes ago"),
        (timedelta(hours=1), "1 uur geleden", "1 hour ago"),
        (timedelta(hours=1, minutes=59), "1 uur geleden", "1 hour ago"),
        (timedelta(hours=2), "2 uur geleden", "2 hours ago"),
        (timedelta(hours=23, minutes=59), "23 uur geleden", "23 hours ago"),
        (timedelta(days=1), "gisteren", "yesterday"),
        (timedelta(days=1, hours=23), "gisteren", "yesterday"),
        (timedelta(days=2), "2 dagen geleden", "2 days ago"),
        (timedelta(days=400), "400 dagen geleden", "400 days ago"),
    ],
)
def test_how_long_ago(passed: timedelta, nl: str, en: str) -> None:
    assert ago(NOW - passed, NOW, "nl") == nl
    assert ago(NOW - passed, NOW, "en") == en


@given(seconds=st.integers(-(10**6), 10**8), language=st.sampled_from(["nl", "en"]))
def test_something_always_happened_some_time_ago(seconds: int, language: Language) -> None:
    said = ago(NOW - timedelta(seconds=seconds), NOW, language)
    assert said
    assert "{" not in said
    assert not re.search(r"\b[01] (minuten|dagen|minutes|hours|days)\b", said)
