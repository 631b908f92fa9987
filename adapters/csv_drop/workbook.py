"""Rows of one sheet of an Excel workbook, each cell as the text a person sees.

Values come from calamine. What it does not tell (formulas without a result, numbers shown with leading zeros) is
looked up in the sheet itself, and only when the sheet has such cells.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from adapters.csv_drop.problems import problem, unreadable
from adapters.csv_drop.rows import Row, Rows
from adapters.csv_drop.workbook_parts import SheetMarks, check_size, sheet_marks, sheet_names
from adapters.errors import SourceMalformed, StreamMissing
from adapters.text import Text

Value = int | float | str | bool | time | date | datetime | timedelta


def read_rows(path: Path, *, sheet: str | None, max_bytes: int) -> Rows:
    """Yield the rows of a sheet (None: the first one) from row 1 on.

    The values of one sheet stand in memory, outside Python; its size is checked before. Raises SourceTooLarge,
    StreamMissing (no such sheet) and SourceMalformed (no workbook, damaged, or with a password).
    """
    try:
        with ZipFile(path) as parts:
            check_size(path, parts, max_bytes)
            name = _chosen(path, sheet_names(parts), sheet)
            marks = sheet_marks(path, parts, name)
    except BadZipFile as error:
        hint = Text(
            "Sla het bestand op als Excel-werkmap (.xlsx) zonder wachtwoord.",
            "Save the file as an Excel workbook (.xlsx) without a password.",
        )
        what = Text("het is geen Excel-werkmap", "it is not an Excel workbook")
        raise problem(SourceMalformed, path.name, what, hint, diagnostic=str(error)) from error
    except OSError as error:
        raise unreadable(error, path) from error
    try:
        with CalamineWorkbook.from_path(path) as book:
            yield from _rows(book.get_sheet_by_name(name).iter_rows(), marks)
    except WorksheetNotFound as error:
        what = Text(f"{name} is geen werkblad met cellen", f"{name} is not a sheet with cells")
        raise problem(SourceMalformed, path.name, what) from error
    except CalamineError as error:
        what = Text("de werkmap is beschadigd", "the workbook is damaged")
        raise problem(SourceMalformed, path.name, what, diagnostic=str(error)) from error
    except OSError as error:
        raise unreadable(error, path) from error


def _rows(rows: Iterable[list[Value]], marks: SheetMarks) -> Rows:
    for number, values in enumerate(rows, start=1):
        cells = [value.strip() if isinstance(value, str) else as_text(value) for value in values]
        for position, digits in marks.padded.get(number, ()):
            if position < len(cells) and cells[position].isdigit():
                cells[position] = cells[position].zfill(digits)
        yield Row(number, cells, damaged=marks.unresolved.get(number, ()))


def _chosen(path: Path, names: list[str], wanted: str | None) -> str:
    if not names:
        raise problem(SourceMalformed, path.name, Text("er zijn geen werkbladen", "there are no sheets"))
    if wanted is None:
        return names[0]
    for name in names:
        if name.strip().casefold() == wanted.strip().casefold():
            return name
    what = Text(f"werkblad {wanted}", f"sheet {wanted}")
    hint = Text(f"Werkbladen in het bestand: {', '.join(names)}.", f"Sheets in the file: {', '.join(names)}.")
    raise problem(StreamMissing, path.name, what, hint)


def as_text(value: Value) -> str:
    """A cell's value as its text: whole numbers without ``.0``, dates in ISO form, booleans as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, time):
        return value.isoformat(timespec="minutes" if not value.second else "seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: float) -> str:
    """Fifteen digits, as Excel keeps them, never in scientific form."""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = f"{value:.15g}"
    if "e" not in text:
        return text
    return f"{value:.0f}" if value.is_integer() else f"{value:.20f}".rstrip("0")
