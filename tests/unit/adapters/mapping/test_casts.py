"""Texts as schools write them, and texts that are nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping import casts
from adapters.mapping.casts import CastFailed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-31", "2026-08-31"),
        ("31-08-2026", "2026-08-31"),
        ("31-8-2026", "2026-08-31"),
        ("31/08/2026", "2026-08-31"),
        ("46265", "2026-08-31"),
        ("46265.0", "2026-08-31"),
        ("2026-08-31T09:30:00", "2026-08-31"),
        ("2026-08-31 00:00:00.000", "2026-08-31"),
        ("2026-08-31T23:30:00Z", "2026-08-31"),
        ("31-08-2026 00:00", "2026-08-31"),
        ("2999-12-31", "2999-12-31"),
        ("29-02-2028", "2028-02-29"),
    ],
)
def test_dates_in_the_forms_of_schools(text: str, expected: str) -> None:
    assert casts.to_date(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "31-02-2026", "2026-13-01", "29-02-2027", "00-00-0000", "31-08-26", "31-08/2026", "31.08.2026", "augustus",
        "2026", "09999", "123456", "2026-08-31T", "2026-08-31 negen uur", "31-08-2026x", "1" * 5000, "２", "20260831",
    ],
)  # fmt: skip
def test_what_is_no_date_fails(text: str) -> None:
    with pytest.raises(CastFailed):
        casts.to_date(text)


@given(st.dates(min_value=date(1, 1, 1)))
def test_every_date_is_read_back_in_both_orders(day: date) -> None:
    assert casts.to_date(day.isoformat()) == day.isoformat()
    assert casts.to_date(f"{day.day}-{day.month}-{day.year:04}") == day.isoformat()


@given(st.text(max_size=30))
def test_no_text_does_more_than_fail(text: str) -> None:
    for read in (casts.to_date, casts.to_datetime, casts.to_number, casts.to_integer, casts.to_boolean):
        try:
            read(text)
        except CastFailed:
            continue


def test_a_date_by_pattern() -> None:
    assert casts.to_date("08/31/26", "%m/%d/%y") == "2026-08-31"
    with pytest.raises(CastFailed):
        casts.to_date("2026-08-31", "%m/%d/%y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-31T09:30:00+02:00", "2026-08-31T09:30:00+02:00"),
        ("2026-08-31T07:30:00Z", "2026-08-31T07:30:00+00:00"),
        ("2026-08-31T07:30:00+0200", "2026-08-31T07:30:00+02:00"),
        ("2026-08-31 09:30", "2026-08-31T09:30:00+02:00"),
        ("31-08-2026 9:30", "2026-08-31T09:30:00+02:00"),
        ("01-12-2026 09:30:15", "2026-12-01T09:30:15+01:00"),
        ("2026-08-31", "2026-08-31T00:00:00+02:00"),
        ("46265.5", "2026-08-31T12:00:00+02:00"),
        ("46265,375", "2026-08-31T09:00:00+02:00"),
        ("25-10-2026 02:30", "2026-10-25T02:30:00+02:00"),  # occurs twice: the first
    ],
)
def test_moments_get_the_offset_of_amsterdam(text: str, expected: str) -> None:
    assert casts.to_datetime(text) == expected


@pytest.mark.parametrize("text", ["31-08-2026 25:00", "2026-08-31T09:61", "09:30", "2026-08-31T09:30:00+99:99", ""])
def test_what_is_no_moment_fails(text: str) -> None:
    with pytest.raises(CastFailed):
        casts.to_datetime(text)


def test_a_moment_by_pattern_is_local_unless_it_says_otherwise() -> None:
    assert casts.to_datetime("20260831 0930", "%Y%m%d %H%M") == "2026-08-31T09:30:00+02:00"
    assert casts.to_datetime("20260831 0930 +0000", "%Y%m%d %H%M %z") == "2026-08-31T09:30:00+00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("240", 240), ("6,0", 6), ("6.5", 6.5), ("6,5", 6.5), ("1.600", 1600), ("1.600,50", 1600.5), ("0.600", 0.6),
        ("1.600.000", 1_600_000), ("-3", -3), ("+4", 4), ("12.3456", 12.3456), ("007", 7),
    ],
)  # fmt: skip
def test_numbers_in_dutch_and_english(text: str, expected: float) -> None:
    found = casts.to_number(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("text", ["", "6,", ",5", "1e5", "nan", "inf", "1.60.0", "zes", "6 uur", "9" * 30, "½", "--1"])
def test_what_is_no_number_fails(text: str) -> None:
    with pytest.raises(CastFailed):
        casts.to_number(text)


def test_a_whole_number_may_be_written_with_a_comma() -> None:
    assert casts.to_integer("240,0") == 240
    with pytest.raises(CastFailed):
        casts.to_integer("6,5")


@pytest.mark.parametrize(
    ("text", "expected"),
    [(yes, True) for yes in ("J", "ja", "JA", "1", "true", "Waar", "x", "X")]
    + [(no, False) for no in ("N", "nee", "0", "FALSE", "onwaar")],
)
def test_yes_and_no(text: str, expected: bool) -> None:
    assert casts.to_boolean(text) is expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["Jan", " ", "van der", " ", "Berg"], "Jan van der Berg"),
        (["Jan", " ", "", " ", "Berg"], "Jan Berg"),
        (["", " ", "", " ", "Berg"], "Berg"),
        (["Jan", " ", "", " ", ""], "Jan"),
        (["Kok", " (", "Utrecht", ")"], "Kok (Utrecht)"),
        (["Kok", " (", "", ")"], "Kok"),
        (["", ", ", ""], None),
        ([" - ", ", "], None),
        (["ROC ", "A"], "ROC A"),
        (["a", ",", " ", "b"], "a, b"),
        (["(", "x", ")"], "(x)"),
        (["25190", "BOL"], "25190BOL"),
    ],
)
def test_separators_stand_only_between_two_texts(texts: list[str], expected: str | None) -> None:
    assert casts.joined(texts) == expected


@pytest.mark.parametrize("pattern", ["%d-%m-%Y", "%Y%m%d", "%d/%m/%y %H:%M"])
def test_known_patterns(pattern: str) -> None:
    assert casts.known_pattern(pattern)


@pytest.mark.parametrize("pattern", ["", "dd-mm-yyyy", "%Q", "%d-%m", "%"])
def test_unknown_patterns(pattern: str) -> None:
    assert not casts.known_pattern(pattern)
