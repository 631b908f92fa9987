# ruff: noqa: DTZ001 - moments without zone are what databases give
"""Values of databases as text, and cursors as JSON."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sql.values import NoText, after, as_text, cursor_state, cursor_value, earlier, moment


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("  007  ", "  007"),
        ("", ""),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (Decimal("1E+3"), "1000"),
        (Decimal("6.50"), "6.50"),
        (Decimal("1E-9"), "0.000000001"),
        (1e22, "10000000000000000000000"),
        (0.1, "0.1"),
        (date(9999, 12, 31), "9999-12-31"),
        (datetime(2026, 3, 29, 2, 30), "2026-03-29T02:30:00"),
        (datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))), "2026-03-29T02:30:00+02:00"),
        (time(9, 30), "09:30:00"),
        (timedelta(minutes=90), "PT5400S"),
        (UUID(int=5), "00000000-0000-0000-0000-000000000005"),
        (["a", Decimal("1.5")], '["a","1.5"]'),
        ({"a": None}, '{"a":null}'),
    ],
)
def test_a_value_becomes_text(value: Any, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    "value", [b"\x00", bytearray(b"x"), memoryview(b"x"), object(), {1, 2}, [b"x"], {"a": object()}]
)
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(NoText):
        as_text(value)


@given(
    st.one_of(
        st.decimals(allow_nan=False, allow_infinity=False, places=6), st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_numbers_keep_their_value_and_have_no_exponent(value: Decimal | float) -> None:
    text = as_text(value)
    assert text is not None
    assert "e" not in text.lower()
    assert type(value)(text) == value


CURSORS = st.one_of(
    st.datetimes(timezones=st.one_of(st.none(), st.just(UTC))),
    st.dates(),
    st.integers(),
    st.text(),
    st.decimals(allow_nan=False),
)


@given(CURSORS)
def test_a_cursor_survives_its_state(value: Any) -> None:
    state = orjson.loads(orjson.dumps(cursor_state(value)))
    assert cursor_value(state) == value
    assert type(cursor_value(state)) is type(value)


@pytest.mark.parametrize("value", [b"\x01", 1.5, True, None])
def test_what_cannot_be_a_cursor_is_refused(value: Any) -> None:
    with pytest.raises(NoText):
        cursor_state(value)


@pytest.mark.parametrize(
    "state",
    [
        {"cursor": 1, "type": "integer"},
        {"cursor": "x", "type": "integer"},
        {"cursor": "x", "type": "decimal"},
        {"cursor": "x"},
    ],
)
def test_a_foreign_state_is_refused(state: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        cursor_value(state)


@pytest.mark.parametrize(
    ("value", "before"),
    [
        (datetime(2026, 1, 1, 0, 5), datetime(2026, 1, 1)),
        (date(2026, 1, 2), date(2026, 1, 1)),
        ("2026-01-01T00:05:00", "2026-01-01T00:00:00"),
        ("2026-01-01 00:05:00.250000", "2026-01-01 00:00:00.250000"),
        ("2026-01-01 00:05", "2026-01-01 00:00"),
        ("2026-01-01T00:05:00Z", "2026-01-01T00:00:00Z"),
        ("version 12 of something", "version 12 of something"),
        ("17", "17"),
        (17, 17),
        (datetime(1, 1, 1), datetime(1, 1, 1)),
    ],
)
def test_the_overlap_goes_back_five_minutes(value: Any, before: Any) -> None:
    assert earlier(value, 300) == before


@given(CURSORS)
def test_without_overlap_a_cursor_stays_exactly_what_it_was(value: Any) -> None:
    assert earlier(value, 0) is value


@given(CURSORS, st.integers(0, 10**6))
def test_the_overlap_never_goes_forward(value: Any, seconds: int) -> None:
    assert earlier(value, seconds) <= value


def test_a_far_future_moment_is_beyond_what_can_be_true() -> None:
    now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    for sentinel in (datetime(9999, 12, 31), date(9999, 12, 31), "9999-12-31", datetime(9999, 12, 31, tzinfo=UTC)):
        assert sentinel > after(sentinel, now)
    for usual in (datetime(2026, 9, 1, 14), date(2026, 9, 1), "2026-09-01 14:00:00", now):
        assert usual < after(usual, now)
    assert after(12, now) is None
    assert after("12", now) is None


def test_a_moment_without_zone_is_local() -> None:
    assert moment("2026-07-01 12:00:00") == datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert moment(datetime(2026, 1, 1, 12)) == datetime(2026, 1, 1, 11, tzinfo=UTC)
    assert moment(5) is None
    assert moment("soon") is None
