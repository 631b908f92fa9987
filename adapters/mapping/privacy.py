"""Numbers that may be a citizen service number (BSN) are found before anything of a row is used.

A hit needs nine digits that pass the eleven-test and stand free: not part of a longer number, word or UUID, nor the
decimals of a number. They may be grouped by dots, blanks or (as 1234-56-782) hyphens. Eight digits count, with the zero
that a spreadsheet took, where a column name or the text itself says BSN. Columns under ``[[not_bsn]]`` are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_GAP = r"[ .\u00a0\u2007\u202f]"
_HINT = re.compile(
    r"bsn|sofi|burger\W?service|persoonsgebonden|persoonsnummer|onderwijsnummer|pgn|national_?identity", re.IGNORECASE
)
# One search over the whole row: almost no row matches, so almost no row pays for more.
_ANY = re.compile(rf"\d(?:{_GAP}?\d){{8}}|\d{{3,4}}-\d{{2,3}}-\d{{3}}|(?i:{_HINT.pattern})")
_SOLID = re.compile(r"(?<![^\W_])(?<!\d[.,])\d{9}(?![^\W_])")
_GROUPED = re.compile(
    rf"(?<![^\W_])(?<!\d{_GAP})(?:\d(?:{_GAP}?\d){{8}}|\d{{4}}-\d{{2}}-\d{{3}}|\d{{3}}-\d{{3}}-\d{{3}})"
    rf"(?!{_GAP}?\d)(?![^\W_])"
)
_SHORT = re.compile(r"(?<![^\W_])(?<!\d[.,])\d{8}(?![^\W_])")
_DATE = re.compile(r"\d{1,2}[ .]\d{1,2}[ .](?:19|20)\d{2}|(?:19|20)\d{2}[ .]\d{2}[ .]\d{2}(?!\d)")
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
    if hinted or _HINT.search(text):
        return any(passes_eleven_test("0" + found[0]) for found in _SHORT.finditer(text))
    return False


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
        if not _ANY.search(row) and not _ANY.search(key):
            return None
        return self._column(data, key)

    def _column(self, data: Mapping[str, Any], key: str) -> str | None:
        """The long way, for rows in which some long number stands."""
        for column in self._columns if self._columns is not None else data:
            if column in self._exempt:
                continue
            for name, text in _texts(column, data.get(column)):
                if looks_like_bsn(text, hinted=bool(_HINT.search(name))):
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
