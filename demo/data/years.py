"""Academic years, their four periods of ten weeks, and the four moments a year at which students enrol."""

from __future__ import annotations

from datetime import date, timedelta

from demo.data.model import Period

TODAY = date(2026, 11, 2)
"""The day on which the invented schools exported their data: results exist up to this day."""

# First Mondays of the four periods. Ten weeks of lessons each; holidays fall in between, the winter one within.
_STARTS = {
    2025: (date(2025, 9, 1), date(2025, 11, 17), date(2026, 2, 2), date(2026, 4, 20)),
    2026: (date(2026, 8, 31), date(2026, 11, 16), date(2027, 2, 1), date(2027, 4, 19)),
    2027: (date(2027, 8, 30), date(2027, 11, 15), date(2028, 1, 31), date(2028, 4, 17)),
}
_WEEKS = 10
_ENROLMENT_OPENS = timedelta(weeks=9)
_ENROLMENT_CLOSES = timedelta(weeks=3)

FIRST_YEARS = tuple(_STARTS)


def year_code(first: int) -> str:
    """``2026`` is the code of the year 2026-2027: ``2026-2027``."""
    return f"{first}-{first + 1}"


def period_code(first: int, number: int) -> str:
    return f"{first}-P{number}"


def year_bounds(first: int) -> tuple[date, date]:
    """The school year in law: 1 August up to and including 31 July."""
    return date(first, 8, 1), date(first + 1, 7, 31)


def period_bounds(first: int, number: int) -> tuple[date, date]:
    """Monday of the first week and Friday of the tenth. ``number`` runs from 1 to 4."""
    start = _STARTS[first][number - 1]
    return start, start + timedelta(weeks=_WEEKS) - timedelta(days=3)


def enrolment_window(start: date) -> tuple[date, date]:
    """When students may enrol for something that starts on ``start``: six weeks, closing three weeks before."""
    return start - _ENROLMENT_OPENS, start - _ENROLMENT_CLOSES


def periods() -> tuple[Period, ...]:
    """The three years, each followed by its periods."""
    result: list[Period] = []
    for first in FIRST_YEARS:
        code = year_code(first)
        start, end = year_bounds(first)
        result.append(Period(code, "schooljaar", f"Schooljaar {code}", f"Academic year {code}", start, end, None))
        for number in range(1, 5):
            start, end = period_bounds(first, number)
            name, english = f"Periode {number} {code}", f"Period {number} {code}"
            result.append(Period(period_code(first, number), "periode", name, english, start, end, code))
    return tuple(result)
