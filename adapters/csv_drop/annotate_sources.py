"""The tables behind findings, read again without the settings they were read with."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from adapters.csv_drop import text_table, workbook
from adapters.csv_drop.problems import problem
from adapters.csv_drop.reading import WORKBOOK_SUFFIXES
from adapters.csv_drop.rows import Row, Rows
from adapters.csv_drop.workbook_parts import sheet_names
from adapters.errors import SourceMalformed, StreamMissing
from adapters.findings import Finding
from adapters.text import Text

MAX_BYTES = 1 << 30
_DELIMITERS = ";,\t|"
_HEADER_IS_WITHIN = 100
_LONGEST_CELL = 32_767
_LONGEST_TITLE = 31
_SAMPLE = 1 << 16
_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One table with findings. ``columns``: name -> position from 0; ``count``: rows, the header included.

    ``place``: as findings name it. ``rows``: starts reading from the first row; close it after use.
    """

    place: str
    path: Path
    sheet: str
    header_row: int
    columns: Mapping[str, int]
    count: int
    rows: Callable[[], Rows]

    @property
    def is_workbook(self) -> bool:
        return self.path.suffix.lower() in WORKBOOK_SUFFIXES


def tables_of(files: Sequence[Path], by_place: Mapping[str, Sequence[Finding]]) -> list[SourceTable]:
    """The tables that the places name, in the order of the files. A place that no file fits is left out."""
    tables = []
    for path in dict.fromkeys(files):
        for place, findings in by_place.items():
            name, _, sheet = place.partition("#")
            if path.name == name or path.as_posix().endswith(f"/{name}"):
                columns = {column for finding in findings for column in finding.columns}
                tables.append(_table(place, path, sheet or None, columns))
    return tables


def safe_text(text: str) -> str:
    """A text that a cell can hold: no control characters, no undecoded bytes, not too long."""
    return _SURROGATE.sub("\ufffd", ILLEGAL_CHARACTERS_RE.sub(" ", text))[:_LONGEST_CELL]


def sheet_title(table: SourceTable, taken: Collection[str]) -> str:
    """A title that Excel accepts and that is not taken, made of the file's or the sheet's name."""
    name = table.sheet or table.path.name.partition(".")[0]
    plain = _NOT_IN_A_TITLE.sub("_", safe_text(name))[:_LONGEST_TITLE] or "blad"
    used = {each.casefold() for each in taken}
    title, number = plain, 2
    while title.casefold() in used:
        title = f"{plain[: _LONGEST_TITLE - 4]} {number}"
        number += 1
    return title


def _table(place: str, path: Path, sheet: str | None, wanted: Collection[str]) -> SourceTable:
    readers: list[Callable[[], Rows]]
    if path.suffix.lower() in WORKBOOK_SUFFIXES:
        name = _sheet_of(path, sheet)
        readers = [partial(workbook.read_rows, path, sheet=name, max_bytes=MAX_BYTES)]
    else:
        name = ""
        readers = [_text_reader(path, encoding) for encoding in _encodings(path)]
    refused: SourceMalformed | None = None
    for reader in readers:
        try:
            with closing(reader()) as rows:
                header_row, columns, count = _measured(rows, wanted)
            return SourceTable(place, path, name, header_row, columns, count, reader)
        except SourceMalformed as error:
            refused = error
    assert refused is not None
    raise refused


def _text_reader(path: Path, encoding: str) -> Callable[[], Rows]:
    return partial(
        text_table.read_rows,
        path,
        encoding=encoding,
        delimiter=_delimiter(_start(path).decode(encoding, "replace")),
        quote='"',
        max_bytes=MAX_BYTES,
    )


def _measured(rows: Iterable[Row], wanted: Collection[str]) -> tuple[int, dict[str, int], int]:
    """Number of the header row, its columns, and the number of rows.

    The header is the row near the top that holds the most of the ``wanted`` columns; the first one when none does.
    """
    best, header_row, columns, count = -1, 1, dict[str, int](), 0
    for row in rows:
        count = row.number
        if row.number <= _HEADER_IS_WITHIN:
            names = {" ".join(cell.strip("\ufeff").split()): position for position, cell in enumerate(row.cells)}
            names.pop("", None)
            score = len(names.keys() & set(wanted))
            if score > best and names:
                best, header_row, columns = score, row.number, names
    return header_row, columns, count


def _sheet_of(path: Path, wanted: str | None) -> str:
    try:
        with ZipFile(path) as parts:
            names = sheet_names(parts)
    except (BadZipFile, OSError) as error:
        what = Text("het is geen Excel-werkmap meer", "it is no Excel workbook any more")
        raise problem(SourceMalformed, path.name, what, diagnostic=str(error)) from error
    for name in names:
        if wanted is None or name.strip().casefold() == wanted.strip().casefold():
            return name
    raise problem(StreamMissing, path.name, Text(f"werkblad {wanted}", f"sheet {wanted}"))


def _start(path: Path) -> bytes:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        return bytes(file.read(_SAMPLE))


def _encodings(path: Path) -> tuple[str, ...]:
    return ("utf-16",) if _start(path)[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8", "cp1252")


def _delimiter(start: str) -> str:
    """The sign that stands most often in the first lines."""
    lines = "\n".join(start.splitlines()[:5])
    return max(_DELIMITERS, key=lines.count)
