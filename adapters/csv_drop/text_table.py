"""Rows of a CSV file, plain or gzipped, in constant memory."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from adapters.csv_drop.encoding import EncodingWatch, check_mark, wrong_encoding
from adapters.csv_drop.problems import problem, too_large, unreadable
from adapters.csv_drop.rows import Row, Rows
from adapters.errors import SourceIncomplete, SourceMalformed
from adapters.text import Text

# A line or cell longer than this is a file without line ends or an unclosed quote, not data.
LONGEST_LINE = 1 << 20
_BUFFER = 1 << 18
_WATCH_EVERY = 1000


def read_rows(path: Path, *, encoding: str, delimiter: str, quote: str, max_bytes: int) -> Rows:
    """Yield the rows of a file from the first line on; closing the generator closes the file.

    ``max_bytes`` bounds what a gzipped file may unpack to. Raises SourceMalformed (encoding, quoting, binary
    content), SourceIncomplete (gzip that stops half-way), SourceTooLarge, SourceRefused and SourceBroke.
    """
    csv.field_size_limit(LONGEST_LINE)
    decoder = "utf-8-sig" if encoding == "utf-8" else encoding
    errors = "strict" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"
    with _told_as_ours(path, encoding), _opened(path, max_bytes) as binary:
        check_mark(binary.peek(64)[:64], path.name, encoding)
        with io.TextIOWrapper(binary, encoding=decoder, errors=errors, newline="") as text:
            yield from _parsed(_lines(text, path.name), path.name, encoding, delimiter, quote)


@contextmanager
def _told_as_ours(path: Path, encoding: str) -> Iterator[None]:
    """Turn what files and codecs raise into errors of adapters."""
    try:
        yield
    except UnicodeError as error:
        raise wrong_encoding(path.name, encoding) from error
    except EOFError as error:
        what = Text("het ingepakte bestand stopt halverwege", "the compressed file stops half-way")
        raise problem(SourceIncomplete, path.name, what) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        what = Text("het ingepakte bestand is beschadigd", "the compressed file is damaged")
        raise problem(SourceMalformed, path.name, what) from error
    except OSError as error:
        raise unreadable(error, path) from error


def _parsed(lines: Iterator[str], place: str, encoding: str, delimiter: str, quote: str) -> Rows:
    watch = EncodingWatch(place, encoding)
    counted = _Counted(lines)
    reader = csv.reader(counted, delimiter=delimiter, quotechar=quote, strict=True)
    number = 0
    while True:
        number += 1
        before = counted.lines
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield _badly_quoted(place, number, counted, before, delimiter, error)
            continue
        if number == 1 and len(counted.last) < 8 and counted.last.startswith("sep="):
            number = 0  # Excel's own line about the delimiter, which Excel does not show
            continue
        joined = "".join(cells)
        if joined.isascii() or watch.see(joined):
            yield Row(number, cells)
        else:
            yield Row(number, cells, "ROW005", {"encoding": encoding})
        if number % _WATCH_EVERY == 0:
            watch.judge(end=False)
    watch.judge(end=True)


class _Counted:
    """Lines, counted, with the last one at hand."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.lines = 0
        self.last = ""

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        self.last = next(self._lines)
        self.lines += 1
        return self.last


def _badly_quoted(place: str, number: int, counted: _Counted, before: int, delimiter: str, error: csv.Error) -> Row:
    """The row of a stray quote, when it is one line; else rows were swallowed and the file cannot be trusted."""
    if counted.lines - before != 1 or "unexpected end of data" in str(error):
        what = Text(
            f"bij regel {number} begint een aanhalingsteken dat niet goed sluit",
            f"a quote that starts at row {number} is not closed properly",
        )
        hint = Text(
            "Zet aanhalingstekens in de tekst dubbel, of maak de export opnieuw.",
            "Double the quotes inside texts, or make the export again.",
        )
        raise problem(SourceMalformed, place, what, hint, diagnostic=str(error)) from error
    return Row(number, counted.last.split(delimiter), "ROW001", {"found": str(counted.last.count(delimiter) + 1)})


def _lines(text: io.TextIOWrapper, place: str) -> Iterator[str]:
    """Lines with their ends. Python's own iteration would read a file without line ends as one text."""
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            what = Text("een regel is langer dan 1 MB", "a line is longer than 1 MB")
            hint = Text("Controleer of dit een CSV-bestand is.", "Check that this is a CSV file.")
            raise problem(SourceMalformed, place, what, hint)
        yield line


@contextmanager
def _opened(path: Path, max_bytes: int) -> Iterator[io.BufferedReader[Any]]:
    with path.open("rb") as file:
        if path.suffix != ".gz":
            yield file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            bounded = _Bounded(cast(BinaryIO, unpacked), path, max_bytes)
            with io.BufferedReader(bounded, _BUFFER) as buffered:
                yield buffered


class _Bounded(io.RawIOBase):
    """Bytes of a gzipped file, up to a limit: a small file may unpack to any size."""

    def __init__(self, source: BinaryIO, path: Path, limit: int) -> None:
        super().__init__()
        self._source, self._path, self._limit = source, path, limit
        self._total = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._source.read(len(buffer))
        self._total += len(chunk)
        if self._total > self._limit:
            raise too_large(self._path, self._total, self._limit)
        buffer[: len(chunk)] = chunk
        return len(chunk)
