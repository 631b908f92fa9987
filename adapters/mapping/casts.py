"""Texts of a school's system as values of the standard: dates, times, numbers, yes or no, durations.

Every function takes the text as it came (never blank) and raises :class:`CastFailed` when it cannot be read. None of
them knows findings, records or the standard's resources.
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Europe/Amsterdam")

_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DUTCH_DATE = re.compile(r"(\d{1,2})([-/])(\d{1,2})\2(\d{4})")
_TIME = re.compile(r"[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?", re.IGNORECASE)
_SERIAL = re.compile(r"(\d{5})(?:[.,](\d+))?")
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_SECONDS_OF_DAY = 86_400

_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_LONGEST_NUMBER = 18  # digits; beyond it a float no longer holds what was written

_BOOLEANS = {
    **dict.fromkeys(("j", "ja", "y", "yes", "1", "true", "waar", "x"), True),
    **dict.fromkeys(("n", "nee", "no", "0", "false", "onwaar"), False),
}
DURATION_UNITS = ("Y", "M", "W", "D")


class CastFailed(ValueError):
    """The text cannot be read as what was asked for."""


def to_date(text: str, pattern: str | None = None) -> str:
    """ISO date. ``2026-08-31``, ``31-08-2026``, ``31/8/2026``, these with a time behind them, or an Excel serial.

    ``pattern``: a strptime pattern that replaces all of these. Raises CastFailed, also for 31 February.
    """
    if pattern is not None:
        return _by_pattern(text, pattern).date().isoformat()
    found, rest = _leading_date(text)
    if rest and not _TIME.fullmatch(rest):
        raise CastFailed(text)
    return found.isoformat()


def to_datetime(text: str, pattern: str | None = None) -> str:
    """RFC 3339 with offset. A text without offset is local time of Europe/Amsterdam.

    Of an hour that occurs twice (end of summer time) the first is taken. A date alone is midnight. Raises CastFailed.
    """
    if pattern is not None:
        moment = _by_pattern(text, pattern)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).isoformat()
    serial = _SERIAL.fullmatch(text)
    if serial:
        seconds = round(float(f"0.{serial[2] or 0}") * _SECONDS_OF_DAY)
        midnight = datetime.combine(_from_serial(serial[1]), datetime.min.time())
        return (midnight + timedelta(seconds=seconds)).replace(tzinfo=LOCAL).isoformat()
    found, rest = _leading_date(text)
    if not rest:
        return datetime(found.year, found.month, found.day, tzinfo=LOCAL).isoformat()
    time = _TIME.fullmatch(rest)
    if time is None:
        raise CastFailed(text)
    hour, minute, second, fraction, offset = time.groups()
    micro = (fraction or "")[:6].ljust(6, "0")
    written = f"{found.isoformat()}T{int(hour):02}:{minute}:{second or '00'}.{micro}{_offset(offset)}"
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise CastFailed(text) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).isoformat()


def _leading_date(text: str) -> tuple[date, str]:
    """The date that a text begins with, and what stands behind it."""
    serial = _SERIAL.fullmatch(text)
    if serial:
        return _from_serial(serial[1]), ""
    try:
        if iso := _ISO_DATE.match(text):
            found, end = date(int(iso[1]), int(iso[2]), int(iso[3])), iso.end()
        elif dutch := _DUTCH_DATE.match(text):
            found, end = date(int(dutch[4]), int(dutch[3]), int(dutch[1])), dutch.end()
        else:
            raise CastFailed(text)
    except ValueError:
        raise CastFailed(text) from None
    return found, text[end:]


def _from_serial(digits: str) -> date:
    """The day of an Excel serial; five digits are the days from 1927 to 2173."""
    number = int(digits)
    if number < 10_000:
        raise CastFailed(digits)
    return _EXCEL_DAY_ZERO + timedelta(days=number)


def _offset(offset: str | None) -> str:
    if not offset:
        return ""
    if offset in "Zz":
        return "+00:00"
    return offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"


def _by_pattern(text: str, pattern: str) -> datetime:
    try:
        return datetime.strptime(text, pattern)  # noqa: DTZ007 - the callers add the zone where one is wanted
    except ValueError:
        raise CastFailed(text) from None


def known_pattern(pattern: str) -> bool:
    """Whether strptime knows the pattern: a moment written with it can be read back."""
    try:
        written = datetime(2026, 8, 31, 13, 45, tzinfo=LOCAL).strftime(pattern)
        return "%" in pattern and datetime.strptime(written, pattern).year == 2026  # noqa: DTZ007
    except ValueError:
        return False


def to_number(text: str) -> int | float:
    """A number as written in Dutch or English: ``6,0``, ``6.5``, ``1.600`` (thousands), ``1.600,50``.

    Whole numbers come back as int. Raises CastFailed.
    """
    if _THOUSANDS.fullmatch(text):
        plain = text.replace(".", "").replace(",", ".")
    elif _NUMBER.fullmatch(text):
        plain = text.replace(",", ".")
    else:
        raise CastFailed(text)
    if len(plain) > _LONGEST_NUMBER + 2:
        raise CastFailed(text)
    return whole_or_float(float(plain)) if "." in plain else int(plain)


def whole_or_float(number: float) -> int | float:
    """The number as int when nothing is behind the point. Raises CastFailed when it is not finite."""
    if not math.isfinite(number):
        raise CastFailed(str(number))
    return int(number) if number == int(number) else number


def to_integer(text: str) -> int:
    """A whole number; ``240,0`` is 240. Raises CastFailed."""
    number = to_number(text)
    if not isinstance(number, int):
        raise CastFailed(text)
    return number


def to_boolean(text: str) -> bool:
    """Yes or no: J/N, ja/nee, 1/0, true/false, waar/onwaar, x (in any case). Raises CastFailed."""
    try:
        return _BOOLEANS[text.lower()]
    except KeyError:
        raise CastFailed(text) from None


def to_duration(number: int, unit: str) -> str:
    """ISO 8601 duration such as ``P24M``. Raises CastFailed for a negative number."""
    if number < 0:
        raise CastFailed(str(number))
    return f"P{number}{unit}"


def as_language(dutch: str | None, english: str | None) -> list[dict[str, str]] | None:
    """LanguageTypedString[]: the texts that are there, Dutch first; None when there is none."""
    texts = []
    if dutch:
        texts.append({"language": "nl-NL", "value": dutch})
    if english:
        texts.append({"language": "en-GB", "value": english})
    return texts or None


_CREBO = re.compile(r"\d{5}")
_BRIN = re.compile(r"\d{2}[A-Z]{2}(?:\d{2})?")
CODE_FORMS = {"crohoCreboCode": _CREBO, "brin": _BRIN}
_FLOAT_DAMAGE = re.compile(r"(\d+)\.0+")


def without_float_damage(text: str) -> str | None:
    """``123456`` for ``123456.0``, which is how a spreadsheet writes a code that it took for a number; else None."""
    damaged = _FLOAT_DAMAGE.fullmatch(text)
    return damaged[1] if damaged else None


def joined(texts: list[str]) -> str | None:
    """The texts behind each other. A text without letter or digit separates, and stands only between two others.

    So ``["Jan", " ", "", " ", "Berg"]`` is ``Jan Berg`` and ``["Kok", " (", "", ")"]`` is ``Kok``. None when nothing
    but blanks and separators is there.
    """
    result, separator, before = "", "", "start"
    for text in texts:
        if not text:
            before, separator = ("gap", separator) if result else ("nothing", "")
        elif not any(map(str.isalnum, text)):
            if before != "nothing":
                separator = separator + text if before == "separator" else text
                before = "separator" if before != "gap" else "gap"
        else:
            result += separator + text
            separator, before = "", "text"
    if not result:
        return None
    return (result if before == "gap" else result + separator).strip()
