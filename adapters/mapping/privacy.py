"""Numbers that may be a citizen service number (BSN) are found before anything of a row is used.

A hit needs nine digits that pass the eleven-test and stand free: not part of a longer number, word or UUID, nor the
decimals of a number. They may be grouped by dots, blanks or (as 1234-56-782) hyphens. Eight digits count, with the zero
that a spreadsheet took, where a column name or the text itself says BSN. Columns under ``[[not_bsn]]`` are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_GAPS = " .\u00a0\u2007\u202f"
_GAP = f"[{_GAPS}]"
_HINT = re.compile(
    r"bsn|sofi|burger\W?service|persoonsgebonden|persoonsnummer|onderwijsnummer|pgn|national_?identity", re.IGNORECASE
)
_SOLID = re.compile(r"(?<![^\W_])(?<!\d[.,])[0-9]{9}(?![^\W_])")
_GROUPED = re.compile(
    rf"(?<![^\W_])(?<!\d{_GAP})(?:[0-9](?:{_GAP}?[0-9]){{8}}|[0-9]{{4}}-[0-9]{{2}}-[0-9]{{3}}|[0-9]{{3}}-[0-9]{{3}}-[0-9]{{3}})"
    rf"(?!{_GAP}?\d)(?![^\W_])"
)
_LABELLED = re.compile(r"(?:bsn|sofi\w*|burgerservicenummer)\W{0,3}([0-9]{8,9})(?![0-9])", re.IGNORECASE)
_SHORT = re.compile(r"(?<![^\W_])(?<!\d[.,])[0-9]{8}(?![^\W_])")
_DATE = re.compile(r"\d{1,2}[ .]\d{1,2}[ .](?:19|20)\d{2}|(?:19|20)\d{2}[ .]\d{2}[ .]\d{2}(?!\d)")
# Almost no row holds a long number, so almost no row may pay for looking: digits become 0, gaps go, and three searches
# for a fixed text do. A regular expression over the same row takes ten times as long.
_SHAPE_OF = bytes(
    ord("0") if chr(byte) in "0123456789" else ord("-") if byte == ord("-") else ord("x") for byte in range(256)
)
_DROPPED = _GAPS.encode()
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_KEY = "key"


def passes_eleven_test(digits: str) -> bool:
    """Whether nine digits can be a BSN. Nine zeros pass the sum but are none."""
    numbers = [int(digit) for digit in digits]
    return any(numbers) and sum(map(int.__mul__, numbers, _WEIGHTS)) % 11 == 0


def looks_like_bsn(text: str, *, hinted: bool = False) -> bool:
    """Whether the text holds a number that may be a BSN. ``hinted``: its column is named after one."""
    for found in _SOLID.finditer(text):
        if passes_eleven_test(found[0]):
            return True
    for found in _GROUPED.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if passes_eleven_test(digits) and not _DATE.search(found[0]):
            return True
    if any(passes_eleven_test(found[1].zfill(9)) for found in _LABELLED.finditer(text)):
        return True
    if hinted or _HINT.search(text):
        return any(passes_eleven_test("0" + found[0]) for found in _SHORT.finditer(text))
    return False


def _suspicious(text: str) -> bool:
    """Whether the text could hold nine digits in one of the forms, or speaks of a BSN; quick, and never too strict."""
    shape = text.encode("utf-8", "replace").translate(_SHAPE_OF, _DROPPED)
    if b"000000000" in shape or b"000-00-000" in shape or b"000-000-000" in shape:
        return True
    lower = text.lower()
    return "bsn" in lower or "sofi" in lower or "burger" in lower


class BsnGuard:
    """Looks through the mapped cells of each record.

    ``columns``: those that the mapping reads, None for all. ``exempt``: columns of ``[[not_bsn]]``.
    """

    def __init__(self, columns: Iterable[str] | None, exempt: Iterable[str]) -> None:
        self._exempt = frozenset(exempt)
        self._columns = None if columns is None else tuple(sorted(set(columns) - self._exempt))
        self._hinted = any(map(_HINT.search, self._columns or ()))

    def hit(self, data: Mapping[str, Any], key: str) -> str | None:
        """The column that holds such a number (``key`` for the record's key alone), None when no column does."""
        if self._hinted:
            return self._column(data, key)
        columns = self._columns
        values: list[Any] = [dict(data)] if columns is None else [data.get(column) for column in columns]
        try:
            row = "\n".join([value for value in values if value is not None])
        except TypeError:  # not only texts: an object or a number of an endpoint
            row = "\n".join(text for value in values for _, text in _texts("", value))
        if _suspicious(row) or _suspicious(key):
            return self._column(data, key)
        return None

    def _column(self, data: Mapping[str, Any], key: str) -> str | None:
        """The long way, for rows in which some long number stands."""
        for column in self._columns if self._columns is not None else data:
            if column in self._exempt:
                continue
            for name, text in _texts(column, data.get(column)):
                hinted = bool(_HINT.search(name))
                if (hinted or _suspicious(text)) and looks_like_bsn(text, hinted=hinted):
                    return column
        if looks_like_bsn(key) and not any(_holds(data.get(column), key) for column in self._exempt):
            return _KEY
        return None


def _holds(value: Any, key: str) -> bool:
    """Whether an exempt cell is (part of) the key, which is made of the values of the key columns."""
    return any(text and text in key for _, text in _texts("", value))


def _texts(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text and number in a value, however deep, with the name it stands under."""
    pending: list[tuple[str, Any]] = [(name, value)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, Mapping):
            code_type = value.get("codeType")
            hint = f"{name} {code_type}" if isinstance(code_type, str) else name
            for inner, member in value.items():
                yield inner, str(inner)
                pending.append((f"{hint} {inner}", member))
        elif isinstance(value, (list, tuple)):
            pending.extend((name, member) for member in value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield name, str(value)
