"""Looking inside the zip of a workbook: its size before it is opened, its sheets, and marks of single cells."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from adapters.csv_drop.problems import problem, too_large
from adapters.errors import SourceMalformed
from adapters.text import Text

# Spreadsheets pack ten to fifty times. Beyond this, and beyond a size that does no harm, it is a bomb.
LARGEST_RATIO = 200
HARMLESS_BYTES = 32 << 20
# Cells of the rectangle from A1 to the last cell, which the reader of values keeps in memory (about 30 bytes each).
LARGEST_RECTANGLE = 20_000_000
_LARGEST_INDEX_PART = 16 << 20
_CHUNK = 1 << 18

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_CELL = re.compile(rb'<(?:\w+:)?c r="([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
_ZEROS = re.compile("0{2,}")
# The longest thing the patterns look for, so that it is also found across two chunks.
_OVERLAP = 64


@dataclass(frozen=True, slots=True)
class SheetMarks:
    """Cells that need more than their value, by row number (from 1) and position (from 0).

    ``unresolved``: formulas without a stored result. ``padded``: numbers shown with at least so many digits.
    """

    unresolved: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    padded: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)


def check_size(path: Path, parts: ZipFile, max_bytes: int) -> None:
    """Compare the sizes in the directory of the zip with the limit. Raises SourceTooLarge."""
    unpacked = sum(part.file_size for part in parts.infolist())
    packed = sum(part.compress_size for part in parts.infolist())
    if unpacked > max_bytes:
        raise too_large(path, unpacked, max_bytes)
    if unpacked > HARMLESS_BYTES and unpacked > LARGEST_RATIO * max(packed, 1):
        raise too_large(path, unpacked, LARGEST_RATIO * packed)


def sheet_names(parts: ZipFile) -> list[str]:
    """The names of the sheets, in order. Raises BadZipFile when this is a zip of something else."""
    return list(_sheet_paths(parts))


def sheet_marks(path: Path, parts: ZipFile, name: str) -> SheetMarks:
    """Walk through one sheet as it is packed.

    Besides the marks this proves that the parts unpack to the sizes the directory gave (zipfile raises BadZipFile
    when not), and refuses a single cell at the far end of a sheet, which would fill the memory with blanks.
    """
    member = _sheet_paths(parts)[name]
    for other in ("xl/sharedStrings.xml", "xl/styles.xml"):
        if other in parts.NameToInfo:
            for _ in _chunks(parts, other):
                pass
    columns: set[bytes] = set()
    last_row = 0
    formulas = False
    rest = b""
    for chunk in _chunks(parts, member):
        text = rest + chunk
        for column, row in _CELL.findall(text):
            columns.add(column)
            last_row = max(last_row, int(row))
        formulas = formulas or _FORMULA.search(text) is not None
        rest = text[-_OVERLAP:]
    width = max((_position(column.decode()) + 1 for column in columns), default=0)
    if width * last_row > LARGEST_RECTANGLE:
        what = Text(
            f"werkblad {name} loopt tot kolom {width} en regel {last_row}",
            f"sheet {name} runs to column {width} and row {last_row}",
        )
        hint = Text(
            "Verwijder de losse cellen onder en naast de tabel.", "Remove stray cells below and beside the table."
        )
        raise problem(SourceMalformed, path.name, what, hint)
    styles = _zero_styles(parts)
    return _marks(path, parts, member, styles) if formulas or styles else SheetMarks()


def _chunks(parts: ZipFile, member: str) -> Iterator[bytes]:
    with parts.open(member) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _sheet_paths(parts: ZipFile) -> dict[str, str]:
    """Name of each sheet -> its part in the zip."""
    book = _xml(parts, "xl/workbook.xml")
    targets = {element.get("Id"): element.get("Target", "") for element in _xml(parts, "xl/_rels/workbook.xml.rels")}
    found: dict[str, str] = {}
    for sheet in (*book.iter(f"{_MAIN}sheet"), *book.iter(f"{_STRICT}sheet")):
        target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION)) or ""
        member = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
        if member in parts.NameToInfo:
            found[sheet.get("name", "")] = member
    return found


def _xml(parts: ZipFile, member: str) -> ElementTree.Element:
    info = parts.NameToInfo.get(member)
    if info is None or info.file_size > _LARGEST_INDEX_PART:
        raise BadZipFile(f"{member} is missing or too large")
    try:
        return ElementTree.fromstring(parts.read(member))  # noqa: S314 - expat bounds the growth of entities
    except ElementTree.ParseError as error:
        raise BadZipFile(f"{member}: {error}") from error


def _zero_styles(parts: ZipFile) -> dict[str, int]:
    """Styles whose number format is only zeros, such as 00000: index of the style -> number of digits."""
    if "xl/styles.xml" not in parts.NameToInfo:
        return {}
    styles = _xml(parts, "xl/styles.xml")
    digits = {
        element.get("numFmtId"): len(element.get("formatCode", ""))
        for element in styles.iter(f"{_MAIN}numFmt")
        if _ZEROS.fullmatch(element.get("formatCode", ""))
    }
    formats = styles.find(f"{_MAIN}cellXfs")
    if not digits or formats is None:
        return {}
    return {
        str(index): digits[style.get("numFmtId")]
        for index, style in enumerate(formats)
        if style.get("numFmtId") in digits
    }


def _marks(path: Path, parts: ZipFile, member: str, zero_styles: Mapping[str, int]) -> SheetMarks:
    walker = _CellWalker(zero_styles)
    try:
        with parts.open(member) as part:
            walker.walk(part)
    except expat.ExpatError as error:
        what = Text("de werkmap is beschadigd", "the workbook is damaged")
        raise problem(SourceMalformed, path.name, what, diagnostic=str(error)) from error
    return SheetMarks(
        {row: tuple(cells) for row, cells in walker.unresolved.items()},
        {row: tuple(cells) for row, cells in walker.padded.items()},
    )


class _CellWalker:
    """Walks the cells of a sheet's XML in constant memory, besides the marks it finds."""

    def __init__(self, zero_styles: Mapping[str, int]) -> None:
        self.unresolved: defaultdict[int, list[int]] = defaultdict(list)
        self.padded: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        self._zero_styles = zero_styles
        self._row = 0
        self._column = -1
        self._error = self._formula = self._value = self._in_value = False

    def walk(self, part: IO[bytes]) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.ParseFile(part)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
        elif name == "c":
            letters = attributes.get("r", "").rstrip("0123456789")
            self._column = _position(letters) if letters else self._column + 1
            self._error = attributes.get("t") == "e"
            self._formula = False
            self._value = attributes.get("t") == "str"  # a text that may well be empty, as in =IF(A1="","",A1)
            digits = self._zero_styles.get(attributes.get("s", ""))
            if digits is not None:
                self.padded[self._row].append((self._column, digits))
        elif name == "f":
            self._formula = True
        elif name == "v":
            self._in_value = True

    def _text(self, data: str) -> None:
        self._value = self._value or (self._in_value and bool(data))

    def _end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name == "v":
            self._in_value = False
        elif name == "c" and self._formula and (self._error or not self._value):
            self.unresolved[self._row].append(self._column)


def _position(letters: str) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1
