"""What a database gives, as the text that a mapping expects; and a cursor as JSON, and back."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import orjson

LOCAL = ZoneInfo("Europe/Amsterdam")  # moments without zone in a school's database are local


INFINITY = "infinity"  # PostgreSQL's moment after all others, as adapters.sql.postgresql reads it


class NoText(ValueError):
    """A value that has no form as text: bytes, or a type of the driver that is not known."""


def as_text(value: Any) -> str | None:
    """A value of a row as text; None stays None.

    Numbers without exponent, moments as ISO 8601 (without zone when the database has none), true and false, JSON for
    arrays and documents. Blanks at the end are cut: a CHAR column pads. Sentinel dates such as 9999-12-31 stay what
    they are. Raises NoText.
    """
    match value:
        case None:
            return None
        case str():
            return value.rstrip(" ")
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case float():
            return _plain(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return f"PT{_plain(value.total_seconds()).removesuffix('.0')}S"
        case uuid.UUID():
            return str(value)
        case list() | tuple() | dict():
            return _document(value)
    raise NoText(type(value).__name__)


def _plain(value: float) -> str:
    try:
        return format(Decimal(repr(value)), "f")
    except InvalidOperation as error:
        raise NoText("float") from error


def _document(value: Any) -> str:
    def other(inner: Any) -> str | None:
        return as_text(inner)

    try:
        return orjson.dumps(value, default=other).decode()
    except (TypeError, ValueError) as error:  # orjson's own error is a TypeError
        raise NoText(type(value).__name__) from error


def moment(value: Any) -> datetime | None:
    """A cursor as the moment of a record's change; None when it is no moment."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=LOCAL)
    return None


# -- cursors ------------------------------------------------------------------------------------------------------

_DATETIME, _DATE, _INTEGER, _DECIMAL, _TEXT = "datetime", "date", "integer", "decimal", "text"


def cursor_state(value: Any) -> dict[str, str]:
    """A cursor as JSON, with its type. Raises NoText for what cannot be a cursor (bytes, floats, booleans)."""
    match value:
        case datetime():
            return {"cursor": value.isoformat(), "type": _DATETIME}
        case date():
            return {"cursor": value.isoformat(), "type": _DATE}
        case bool():
            raise NoText("bool")
        case int():
            return {"cursor": str(value), "type": _INTEGER}
        case Decimal():
            return {"cursor": format(value, "f"), "type": _DECIMAL}
        case str():
            return {"cursor": value, "type": _TEXT}
    raise NoText(type(value).__name__)


def cursor_value(state: Mapping[str, Any]) -> Any:
    """The cursor of a state, or None when it holds none. Raises ValueError for a state that is not ours."""
    if "cursor" not in state:
        return None
    kind, text = state.get("type"), state["cursor"]
    if not isinstance(text, str):
        raise ValueError("cursor")
    match kind:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "integer":
            return int(text)
        case "decimal":
            try:
                return Decimal(text)
            except InvalidOperation as error:
                raise ValueError("cursor") from error
        case "text":
            return text
    raise ValueError("type")


def earlier(value: Any, seconds: int) -> Any:
    """The cursor that lies ``seconds`` before ``value``. Numbers, and texts that are no moment, stay as they are."""
    if seconds == 0:
        return value
    try:
        if isinstance(value, datetime):
            return value - timedelta(seconds=seconds)
        if isinstance(value, date):
            return value - timedelta(days=-(-seconds // 86_400))
        if isinstance(value, str) and len(value) >= len("2026-01-01 10:00"):
            shifted = datetime.fromisoformat(value) - timedelta(seconds=seconds)
            precision = "microseconds" if "." in value else "seconds" if value.count(":") > 1 else "minutes"
            text = shifted.isoformat(sep=value[10], timespec=precision)
            return text.removesuffix("+00:00") + "Z" if value.endswith("Z") else text
    except (ValueError, OverflowError):
        return value
    return value


def after(value: Any, now: datetime) -> Any:
    """The latest cursor that can be true (a day from now) in the form of ``value``; None when it holds no moment.

    One row with a far-future moment must not hide all later changes behind it.
    """
    tomorrow = now.astimezone(UTC) + timedelta(days=1)
    if value == INFINITY:
        return tomorrow
    if isinstance(value, datetime):
        return tomorrow if value.tzinfo is not None else tomorrow.astimezone(LOCAL).replace(tzinfo=None)
    if isinstance(value, date):
        return tomorrow.date()
    if isinstance(value, str) and moment(value) is not None:
        return tomorrow.strftime("%Y-%m-%d")
    return None
