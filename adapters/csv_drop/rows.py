"""What the readers of CSV and of workbooks have in common: a row with its number, and rows in batches."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

BATCH = 1000
"""Rows read in one go in a thread; memory and the delay of a cancellation follow from it."""


_NOTHING: Mapping[str, str] = MappingProxyType({})


class Row(NamedTuple):
    """``number``: as Excel shows it, from 1. ``cells``: texts as they stand in the file, blanks included.

    ``fault``: code of ``adapters.findings`` when the row as a whole cannot be read. ``damaged``: cells (counted
    from 0) with a formula that has no result.
    """

    number: int
    cells: Sequence[str]
    fault: str | None = None
    values: Mapping[str, str] = _NOTHING
    damaged: tuple[int, ...] = ()


Rows = Generator[Row, None, None]
