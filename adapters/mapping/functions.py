"""The functions of the mapping grammar, bound to the row that is being mapped.

Every function is null-safe: null or a blank text gives null. A text that cannot be read gives null and a finding;
a list or object where a text belongs raises JMESPathTypeError, which the mapper reports as MAP009.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from adapters.mapping import casts
from adapters.mapping.casts import CastFailed
from adapters.mapping.compiler import type_error
from adapters.mapping.row import Row

Identify = Callable[[str, str], UUID]

# Bounds of the caches: repeated dates, codes and references of one stream; a full cache starts again.
_CAST_CACHE = 8192
_ID_CACHE = 65_536


@dataclass(frozen=True, slots=True)
class Signature:
    """Fewest and most arguments (None: any number) of one function."""

    least: int
    most: int | None


SIGNATURES: Mapping[str, Signature] = {
    "date": Signature(1, 2),
    "datetime": Signature(1, 2),
    "decimal": Signature(1, 1),
    "integer": Signature(1, 1),
    "boolean": Signature(1, 1),
    "lookup": Signature(2, 3),
    "reference": Signature(2, 2),
    "references": Signature(2, 3),
    "language": Signature(1, 2),
    "code": Signature(2, 2),
    "codes": Signature(1, None),
    "split": Signature(2, 2),
    "concat": Signature(1, None),
    "text": Signature(1, 1),
    "duration": Signature(2, 2),
    "today": Signature(0, 0),
}

_DATE_EXAMPLE = "31-08-2026"
_DATETIME_EXAMPLE = "31-08-2026 09:30"


def plain(function: str, value: Any) -> str | None:
    """The value as trimmed text, None when null or blank. Raises JMESPathTypeError for a list, object or boolean."""
    if type(value) is str:
        return value.strip() or None
    if value is None:
        return None
    if type(value) is int or type(value) is float:
        return str(value)
    raise type_error(function, value, "string")


class MappingFunctions:
    """The functions for one mapper. Findings and references go to ``row``, which the mapper resets per record."""

    def __init__(self, row: Row, *, tables: Mapping[str, Mapping[str, Any]], identify: Identify, today: date) -> None:
        self._row = row
        self._tables = tables
        self._identify = identify
        self._today = today.isoformat()
        self._cache: dict[tuple[str, Any, str | None], Any] = {}
        self._ids: dict[tuple[str, str], tuple[UUID, str]] = {}

    def table(self) -> dict[str, Callable[..., Any]]:
        """The functions by the names that expressions use."""
        return {name: getattr(self, name if name != "text" else "plain_text") for name in SIGNATURES}

    def identity(self, resource: str, key: str) -> tuple[UUID, str]:
        """The id of a resource of this member, also as text."""
        try:
            return self._ids[resource, key]
        except KeyError:
            found = self._identify(resource, key)
            if len(self._ids) >= _ID_CACHE:
                self._ids.clear()
            result = self._ids[resource, key] = found, str(found)
            return result

    def _cast(
        self, name: str, read: Callable[..., Any], value: Any, extra: str | None, code: str, expected: str = ""
    ) -> Any:
        """``read(text[, extra])``, remembered; a text that cannot be read is a finding and null."""
        if type(value) is str:
            try:
                return self._cache[name, value, extra]
            except KeyError:
                pass
        text = plain(name, value)
        if text is None:
            return None
        try:
            result = read(text) if extra is None else read(text, extra)
        except CastFailed:
            self._row.note(code, value=self._row.shown(text), expected=expected)
            return None
        if type(value) is str:
            if len(self._cache) >= _CAST_CACHE:
                self._cache.clear()
            self._cache[name, value, extra] = result
        return result

    # -- dates, numbers, yes and no -----------------------------------------------------------------------------

    def date(self, value: Any, pattern: Any = None) -> str | None:
        form = plain("date", pattern)
        result: str | None = self._cast("date", casts.to_date, value, form, "MAP001", form or _DATE_EXAMPLE)
        return result

    def datetime(self, value: Any, pattern: Any = None) -> str | None:
        form = plain("datetime", pattern)
        result: str | None = self._cast("datetime", casts.to_datetime, value, form, "MAP001", form or _DATETIME_EXAMPLE)
        return result

    def today(self) -> str:
        return self._today

    def decimal(self, value: Any) -> int | float | None:
        if type(value) in (int, float):
            return self._number("decimal", value)
        result: int | float | None = self._cast("decimal", casts.to_number, value, None, "MAP002")
        return result

    def integer(self, value: Any) -> int | None:
        if type(value) in (int, float):
            number = self._number("integer", value)
            if number is None or type(number) is int:
                return number
            self._row.note("MAP002", value=self._row.shown(value))
            return None
        result: int | None = self._cast("integer", casts.to_integer, value, None, "MAP002")
        return result

    def _number(self, name: str, value: int | float) -> int | float | None:
        """A number that the source gave as a number."""
        try:
            return casts.whole_or_float(value) if type(value) is float else value
        except CastFailed:
            self._row.note("MAP002", value=self._row.shown(value))
            return None

    def boolean(self, value: Any) -> bool | None:
        if type(value) is bool:
            return value
        result: bool | None = self._cast("boolean", casts.to_boolean, value, None, "MAP004")
        return result

    def duration(self, value: Any, unit: Any) -> str | None:
        number = self.integer(value)
        letter = plain("duration", unit)
        if number is None or letter is None:
            return None
        if letter not in casts.DURATION_UNITS:
            raise type_error("duration", unit, "Y, M, W or D")
        try:
            return casts.to_duration(number, letter)
        except CastFailed:
            self._row.note("MAP002", value=self._row.shown(value))
            return None

    # -- texts --------------------------------------------------------------------------------------------------

    def plain_text(self, value: Any) -> str | None:
        text = plain("text", value)
        return " ".join(text.split()) if text else None

    def concat(self, *values: Any) -> str | None:
        return casts.joined([_as_written(value) for value in values])

    def split(self, value: Any, separator: Any) -> list[str] | None:
        text = plain("split", value)
        if text is None:
            return None
        if type(separator) is not str or not separator:
            raise type_error("split", separator, "string")
        return [part.strip() for part in text.split(separator) if part.strip()] or None

    def language(self, dutch: Any, english: Any = None) -> list[dict[str, str]] | None:
        return casts.as_language(plain("language", dutch), plain("language", english))

    # -- codes --------------------------------------------------------------------------------------------------

    def code(self, code_type: Any, value: Any) -> dict[str, str] | None:
        kind, text = plain("code", code_type), plain("code", value)
        if kind is None or text is None:
            return None
        if text.endswith("0") and (repaired := casts.without_float_damage(text)) is not None:
            self._row.note("MAP006", value=self._row.shown(text), code=self._row.shown(repaired))
            text = repaired
        form = casts.CODE_FORMS.get(kind)
        if form is not None:
            text = text.upper()
            if not form.fullmatch(text):
                self._row.note("MAP005", value=self._row.shown(text), codeType=kind)
                return None
        return {"codeType": kind, "code": text}

    def codes(self, *values: Any) -> list[Any] | None:
        found: list[Any] = []
        for value in values:
            if type(value) is list:
                found.extend(entry for entry in value if entry is not None)
            elif value is not None:
                found.append(value)
        return found or None

    def lookup(self, table: Any, value: Any, default: Any = None) -> Any:
        entries = self._tables.get(table)
        if entries is None:
            raise type_error("lookup", table, "name of a table")
        try:
            return entries[value]
        except (KeyError, TypeError):
            pass  # blanks around it, a number, or not there
        if type(value) is bool:
            value = "true" if value else "false"
        text = plain("lookup", value)
        if text is None:
            return None
        if text in entries:
            return entries[text]
        if default is None:
            self._row.note("MAP003", value=self._row.shown(text), table=table)
        return default

    # -- references ---------------------------------------------------------------------------------------------

    def reference(self, resource: Any, key: Any) -> str | None:
        text = plain("reference", key)
        if text is None:
            return None
        found, written = self.identity(resource, text)
        self._row.refer(resource, text, found, written, many=False)
        return written

    def references(self, resource: Any, keys: Any, separator: Any = ",") -> list[str] | None:
        parts = keys if type(keys) is list else self.split(keys, separator)
        if not parts:
            return None
        ids: dict[str, None] = {}
        for part in parts:
            text = plain("references", part)
            if text is not None:
                found, written = self.identity(resource, text)
                self._row.refer(resource, text, found, written, many=True)
                ids[written] = None
        return list(ids) or None


def _as_written(value: Any) -> str:
    """A part of concat(): blanks inside and around it count, unlike everywhere else."""
    if type(value) is str:
        return value
    return plain("concat", value) or ""
