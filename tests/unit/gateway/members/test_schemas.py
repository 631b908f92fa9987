"""The shapes of a configuration that have rules of their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gateway.members.schemas import Federation, Limits, Names, Rollover


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2026, 7, 14), False),
        (date(2026, 7, 15), True),
        (date(2026, 8, 1), True),
        (date(2026, 9, 15), True),
        (date(2026, 9, 16), False),
        (date(2027, 1, 1), False),
    ],
)
def test_the_usual_rollover_is_the_summer(day: date, covered: bool) -> None:
    assert Rollover().covers(day) is covered


@pytest.mark.parametrize(
    ("day", "covered"),
    [
        (date(2026, 12, 9), False),
        (date(2026, 12, 10), True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),
        (date(2027, 1, 20), True),
        (date(2027, 1, 21), False),
        (date(2027, 6, 1), False),
    ],
)
def test_a_rollover_over_new_year(day: date, covered: bool) -> None:
    assert Rollover(start="12-10", end="01-20").covers(day) is covered


def test_a_rollover_of_one_day_and_one_on_a_leap_day() -> None:
    assert [day for day in range(1, 29) if Rollover(start="02-14", end="02-14").covers(date(2027, 2, day))] == [14]
    leap = Rollover(start="02-29", end="02-29")
    assert leap.covers(date(2028, 2, 29))
    assert not leap.covers(date(2027, 2, 28))
    assert not leap.covers(date(2027, 3, 1))


days = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@given(start=days, end=days, day=days)
def test_a_rollover_covers_what_lies_between_its_days_in_any_year(start: date, end: date, day: date) -> None:
    rollover = Rollover(start=start.strftime("%m-%d"), end=end.strftime("%m-%d"))
    # A leap year holds every day that can be written; walk from the start to the end, round the year if need be.
    walked = date(2024, start.month, start.day)
    found = set()
    while True:
        found.add((walked.month, walked.day))
        if (walked.month, walked.day) == (end.month, end.day):
            break
        walked += timedelta(days=1)
        if walked.year == 2025:
            walked = date(2024, 1, 1)
    assert rollover.covers(day) == ((day.month, day.day) in found)


@pytest.mark.parametrize("share", [-0.01, 1.01, float("nan"), float("inf"), "veel", None])
def test_a_share_lies_between_nothing_and_everything(share: object) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate({"delete_share": share})


def test_the_usual_limits() -> None:
    assert Limits().model_dump() == {"delete_share": 0.10, "change_share": 0.75, "least": 5, "max_bytes": None}


def test_an_address_loses_its_last_slash() -> None:
    federation = Federation(
        id="a", name=Names(nl="a", en="b"), public_url="https://gateway.example/", contact_email="a@b.example"
    )
    assert federation.public_url == "https://gateway.example"


def test_a_name_in_a_language() -> None:
    names = Names(nl="School", en="College")
    assert (names.in_language("nl"), names.in_language("en")) == ("School", "College")


def test_a_configuration_cannot_be_changed_afterwards() -> None:
    limits = Limits()
    with pytest.raises(ValidationError):
        limits.delete_share = 1.0  # type: ignore[misc]
