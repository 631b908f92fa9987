"""From rows of texts to records: header, blanks, null words, keys, tombstones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from adapters.contract import Fault, Record, SourceReference, Tombstone, forbidden_column
from adapters.csv_drop.config import ColumnValues, StreamSettings
from adapters.csv_drop.problems import problem
from adapters.csv_drop.rows import Row, Rows
from adapters.errors import ColumnForbidden, ColumnsMissing, SourceIncomplete, SourceMalformed
from adapters.mapping.privacy import looks_like_bsn
from adapters.text import Text

KEY_SEPARATOR = "|"
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_INVISIBLE = "\ufeff\u200b\u00ad"
_DUTCH_DATE = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})(.*)", re.DOTALL)

Cleaner = Callable[[Iterable[str]], list[str | None]]


def cleaner(null_words: Collection[str]) -> Cleaner:
    """Make the function that trims cells (also non-breaking blanks), unifies line ends and knows null words."""
    nulls = {word.strip().casefold() for word in null_words} | {""}
    longest = max(map(len, nulls))

    def clean(cells: Iterable[str]) -> list[str | None]:
        # One expression for the whole row: a call per cell would cost more than the cleaning.
        return [
            None if len(cell) <= longest and cell.casefold() in nulls else one_line_end(cell) if "\r" in cell else cell
            for cell in map(str.strip, cells)
        ]

    return clean


def one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table: name -> position. Columns without a name are not read."""

    place: str
    positions: Mapping[str, int]
    width: int

    def require(self, stream: str, columns: Collection[str], *, personal: bool) -> None:
        """Raise ColumnForbidden or ColumnsMissing, naming the columns."""
        for column in sorted(columns):
            if forbidden_column(column, personal=personal):
                raise ColumnForbidden(stream=stream, column=column)
        missing = sorted(set(columns) - set(self.positions))
        if missing:
            raise ColumnsMissing(place=self.place, columns=", ".join(missing))


def read_header(rows: Rows, place: str, header_row: int) -> Header:
    """Take the rows up to and including the header.

    Raises SourceIncomplete when the file ends before it, SourceMalformed when names occur twice or the delimiter
    is plainly another one.
    """
    for row in rows:
        if row.number < header_row:
            continue
        if row.fault is not None:
            what = Text(f"de kop (regel {row.number}) is beschadigd", f"the header (row {row.number}) is damaged")
            raise problem(SourceMalformed, place, what)
        return _header(row, place)
    raise problem(SourceIncomplete, place, Text("leeg", "empty"))


def _header(row: Row, place: str) -> Header:
    names = [" ".join(cell.strip(_INVISIBLE).split()) for cell in row.cells]
    while names and not names[-1]:
        names.pop()
    if not names:
        what = Text(f"regel {row.number} heeft geen kolomnamen", f"row {row.number} has no names of columns")
        raise problem(SourceMalformed, place, what)
    doubled = sorted(name for name, count in Counter(filter(None, names)).items() if count > 1)
    if doubled:
        # The first row of a file without names is a row of data, and may hold anything.
        shown = ", ".join("•••" if looks_like_bsn(name, hinted=True) else name for name in doubled)
        what = Text(f"kolom dubbel: {shown}", f"column twice: {shown}")
        raise problem(
            SourceMalformed, place, what, Text("Geef elke kolom een eigen naam.", "Give each column its own name.")
        )
    if len(names) == 1 and (other := re.search(r"[;,\t|]", names[0])) is not None:
        what = Text(f"het scheidingsteken lijkt {other[0]!r}", f"the delimiter seems to be {other[0]!r}")
        raise problem(
            SourceMalformed,
            place,
            what,
            Text("Pas delimiter aan in de instellingen.", "Correct delimiter in the settings."),
        )
    return Header(place, {name: position for position, name in enumerate(names) if name}, len(names))


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of one table become records. Made once per read."""

    header: Header
    settings: StreamSettings
    clean: Cleaner
    columns: tuple[str, ...]

    @classmethod
    def of(
        cls,
        header: Header,
        stream: str,
        settings: StreamSettings,
        null_words: Collection[str],
        columns: Collection[str] | None,
    ) -> Shape:
        """``columns``: None for all that may be read. Raises ColumnForbidden and ColumnsMissing."""
        personal = settings.personal
        header.require(stream, {*(columns or ()), *_working_columns(settings)}, personal=personal)
        chosen = [
            name
            for name in header.positions
            if not forbidden_column(name, personal=personal)
            and (columns is None or name in columns or name in settings.key)
        ]
        return cls(header, settings, cleaner(null_words), tuple(chosen))

    def items(self, rows: Rows) -> Iterator[Record | Tombstone | Fault | None]:
        """One item for each row that holds data; None for a row that is not data (an example).

        Blank rows are skipped. A cell with a formula without a result is a Fault beside its record.
        """
        settings, header = self.settings, self.header
        positions = [header.positions[name] for name in self.columns]
        key_positions = [header.positions[name] for name in settings.key]
        for row in rows:
            cells = row.cells
            if row.fault is None and _blank(cells) and not row.damaged:
                continue
            source = SourceReference(header.place, row.number)
            if row.fault is not None:
                yield Fault(row.fault, source, values={"expected": str(header.width), **row.values})
                continue
            if len(cells) != header.width and (len(cells) < header.width or not _blank(cells[header.width :])):
                yield Fault("ROW001", source, values={"found": str(len(cells)), "expected": str(header.width)})
                continue
            if self._holds(settings.ignore, cells):
                yield None
                continue
            parts = self.clean([cells[position] for position in key_positions])
            key = None if None in parts else KEY_SEPARATOR.join(part for part in parts if part is not None)
            if row.damaged:
                yield from self._damaged(row, source, key)
            if key is None:
                yield Fault("ROW002", source, values={"columns": ", ".join(settings.key)})
                continue
            if self._holds(settings.tombstone, cells):
                yield Tombstone(key, source)
                continue
            values = self.clean([cells[position] for position in positions])
            yield Record(key, dict(zip(self.columns, values, strict=True)), source, self._changed_at(cells))

    def matches(self, cells: Sequence[str], wanted: Mapping[str, str]) -> bool:
        """Whether the cells equal a lookup's key."""
        found = self.clean([cells[self.header.positions[column]] for column in wanted])
        return found == list(wanted.values())

    def _holds(self, rule: ColumnValues | None, cells: Sequence[str]) -> bool:
        if rule is None:
            return False
        cell = cells[self.header.positions[rule.column]].strip().casefold()
        return any(cell == value.casefold() for value in rule.values)

    def _damaged(self, row: Row, source: SourceReference, key: str | None) -> Iterator[Fault]:
        names = {self.header.positions[name]: name for name in self.columns}
        key = None if key is not None and looks_like_bsn(key, hinted=True) else key
        for position in row.damaged:
            if position in names:
                yield Fault("ROW004", source, key, names[position])

    def _changed_at(self, cells: Sequence[str]) -> datetime | None:
        if self.settings.changed is None:
            return None
        return moment(cells[self.header.positions[self.settings.changed]])


def _working_columns(settings: StreamSettings) -> set[str]:
    """Columns that reading itself needs."""
    columns = {*settings.key, *settings.lookup_by}
    for rule in (settings.tombstone, settings.ignore):
        if rule is not None:
            columns.add(rule.column)
    if settings.changed is not None:
        columns.add(settings.changed)
    return columns


def _blank(cells: Sequence[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in cells)


def moment(text: str) -> datetime | None:
    """A moment as exports write it, ISO or day first; without an offset it is the time of Amsterdam."""
    text = text.strip()
    dutch = _DUTCH_DATE.fullmatch(text)
    if dutch is not None:
        day, month, year, rest = dutch.groups()
        text = f"{year}-{month:0>2}-{day:0>2}{rest}"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=_AMSTERDAM)
