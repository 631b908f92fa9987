"""Reading one stream from its files: everything here blocks and runs in a thread."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from adapters.contract import Checkpoint, Fault, Item, Record, SourceReference
from adapters.csv_drop import text_table, workbook
from adapters.csv_drop.config import CsvDropConfig, StreamSettings
from adapters.csv_drop.drops import DropFile, Place
from adapters.csv_drop.problems import problem
from adapters.csv_drop.rows import BATCH, Rows
from adapters.csv_drop.table import KEY_SEPARATOR, Header, Shape, cleaner, read_header
from adapters.errors import SourceBroke, SourceIncomplete, SourceMalformed, SourceTimeout
from adapters.text import Text

WORKBOOK_SUFFIXES = (".xlsx", ".xlsm")


@dataclass(frozen=True, slots=True)
class StreamReader:
    """One stream of one source. The generators yield batches; closing one closes its file."""

    name: str
    config: CsvDropConfig
    settings: StreamSettings
    place: Place
    pattern: str

    def snapshot(self, columns: Collection[str] | None) -> Generator[list[Item], None, None]:
        """Every row of the newest complete file, then a checkpoint. Raises SourceIncomplete when it is empty."""
        file = self.place.newest(self.pattern)
        yield from self._batches(file, columns, may_be_empty=self.settings.may_be_empty)
        yield [Checkpoint({"files": {self._name(file): [file.size, file.modified]}})]

    def delta(
        self, state: Mapping[str, Any] | None, columns: Collection[str] | None
    ) -> Generator[list[Item], None, None]:
        """The rows of every complete file that ``state`` does not hold, oldest file first, a checkpoint after each.

        A file that is not complete holds up the files after it, since their order matters.
        """
        done = _files_of(state)
        # A school may tidy up what was read; without earlier reading a missing file is a mistake.
        found = self.place.find(self.pattern, may_be_gone=bool(done))
        if not found.complete and not done:
            raise self.place.nothing_complete(found)
        present = {self._name(file) for file in (*found.complete, *found.incomplete)}
        done = {name: mark for name, mark in done.items() if name in present}
        held_up_at = found.incomplete[0].order if found.incomplete else None
        for file in found.complete:
            mark = [file.size, file.modified]
            if done.get(self._name(file)) == mark or (held_up_at is not None and file.order > held_up_at):
                continue
            yield from self._batches(self.place.verified(file), columns, may_be_empty=True)
            done = {**done, self._name(file): mark}
            yield [Checkpoint({"files": done})]
        yield [Checkpoint({"files": done})]

    def lookup(
        self, key: Mapping[str, str], columns: Collection[str], monotonic: Callable[[], float]
    ) -> Generator[list[Record], None, None]:
        """The rows of the newest complete file whose cells equal ``key``, with only ``columns``.

        Costs one scan of the file, every time: nothing is kept. Raises SourceTimeout after ``lookup_seconds``.
        """
        seconds = self.settings.lookup_seconds
        deadline = monotonic() + seconds
        file = self.place.newest(self.pattern)
        with self.table(file) as (header, rows):
            shape = Shape.of(header, self.name, self.settings, self.null_words, columns)
            wanted = {column: value.strip() for column, value in key.items()}
            for row in rows:
                if row.number % BATCH == 0 and monotonic() > deadline:
                    raise SourceTimeout(place=header.place, seconds=f"{seconds:g}")
                if row.fault is None and len(row.cells) >= header.width and shape.matches(row.cells, wanted):
                    yield [self._found(shape, row.cells, SourceReference(header.place, row.number), columns)]
        yield []

    def sampled(self, sample: int) -> Iterator[tuple[Header, Mapping[str, str | None] | None]]:
        """The values of at most ``sample`` rows by column, and first of all the header with None."""
        clean = cleaner(self.null_words)
        with self.table(self.place.newest(self.pattern)) as (header, rows):
            yield header, None
            for row in rows:
                if sample <= 0:
                    return
                values = clean(row.cells)
                if row.fault is None and len(values) >= header.width and any(values):
                    sample -= 1
                    yield header, {name: values[position] for name, position in header.positions.items()}

    @contextmanager
    def table(self, file: DropFile) -> Iterator[tuple[Header, Rows]]:
        """The header and the rows after it. What fails because the file changed meanwhile raises SourceBroke."""
        place = self._place_of(file)
        try:
            with closing(self._rows(file)) as rows:
                yield read_header(rows, place, self.settings.header_row), rows
        except (SourceMalformed, SourceIncomplete) as error:
            if not file.unchanged():
                raise SourceBroke("changed while it was read", place=place) from error
            raise

    @property
    def null_words(self) -> tuple[str, ...]:
        own = self.settings.null_words
        return self.config.null_words if own is None else own

    @property
    def encoding(self) -> str:
        return self.settings.encoding or self.config.encoding

    def _batches(
        self, file: DropFile, columns: Collection[str] | None, *, may_be_empty: bool
    ) -> Generator[list[Item], None, None]:
        with self.table(file) as (header, rows):
            shape = Shape.of(header, self.name, self.settings, self.null_words, columns)
            batch: list[Item] = []
            counted = 0
            data = 0
            for item in shape.items(rows):
                # A formula without a result is said beside the record of its row, so it is no row of its own.
                counted += not (isinstance(item, Fault) and item.code == "ROW004")
                if item is None:
                    continue
                data += 1
                batch.append(item)
                if len(batch) >= BATCH:
                    self._still_the_same(file)
                    yield batch
                    batch = []
            self._still_the_same(file)
            # A manifest counts rows of a file; in a workbook of streams they stand on several sheets.
            if file.rows not in (None, counted) and self.config.workbook is None:
                what = Text(
                    f"{counted} regels, het manifest noemt er {file.rows}",
                    f"{counted} rows, the manifest says {file.rows}",
                )
                raise problem(SourceIncomplete, header.place, what)
            if not data and not may_be_empty:
                raise problem(SourceIncomplete, header.place, Text("leeg", "empty"))
            yield batch

    def _rows(self, file: DropFile) -> Rows:
        if file.path.suffix.lower() in WORKBOOK_SUFFIXES:
            return workbook.read_rows(file.path, sheet=self._sheet, max_bytes=self.place.max_bytes)
        return text_table.read_rows(
            file.path,
            encoding=self.encoding,
            delimiter=self.settings.delimiter or self.config.delimiter,
            quote=self.settings.quote or self.config.quote,
            max_bytes=self.place.max_bytes,
        )

    def _found(self, shape: Shape, cells: Sequence[str], source: SourceReference, columns: Collection[str]) -> Record:
        values = dict(
            zip(shape.columns, shape.clean(cells[shape.header.positions[n]] for n in shape.columns), strict=True)
        )
        key = KEY_SEPARATOR.join(values[column] or "" for column in self.settings.key)
        return Record(key, {column: value for column, value in values.items() if column in columns}, source)

    def _still_the_same(self, file: DropFile) -> None:
        if not file.unchanged():
            raise SourceBroke("changed while it was read", place=self._place_of(file))

    @property
    def _sheet(self) -> str | None:
        """The sheet to read: in a workbook of streams the stream's own name unless the settings name another."""
        return self.settings.sheet or (self.name if self.config.workbook is not None else None)

    def _place_of(self, file: DropFile) -> str:
        """``file`` or ``file#sheet``, as findings show it."""
        is_workbook = file.path.suffix.lower() in WORKBOOK_SUFFIXES
        return f"{self._name(file)}#{self._sheet}" if is_workbook and self._sheet else self._name(file)

    def _name(self, file: DropFile) -> str:
        return file.path.relative_to(self.place.folder).as_posix()


def _files_of(state: Mapping[str, Any] | None) -> dict[str, list[int]]:
    """The files a checkpoint names; a state of another form counts as none, which reads everything again."""
    files = (state or {}).get("files")
    return dict(files) if isinstance(files, Mapping) else {}
