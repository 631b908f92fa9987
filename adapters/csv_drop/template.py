"""The template workbook, for a school that starts from Excel: writing it, and the settings and mappings to read it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from adapters.csv_drop.template_sheets import (
    EXAMPLE_WORD,
    MARKER_COLUMN,
    SHEETS,
    Column,
    Sheet,
    template_streams,
)
from adapters.text import Text

README_SHEET = "LEESMIJ"
_LAST_ROW = 5000
_AS_TEXT = "@"
_REQUIRED = PatternFill("solid", fgColor="FFD9E8D9")
_FREE = PatternFill("solid", fgColor="FFEDEDED")
_EXAMPLE = Font(italic=True, color="FF808080")

_INTRODUCTION = (
    Text("Onderwijscatalogus: vul de bladen in", "Education catalogue: fill in the sheets"),
    Text(
        "Elk blad heeft één regel per ding: een opleiding, een module, een lokaal.",
        "Each sheet has one row per thing: a programme, a module, a room.",
    ),
    Text("Groene kolommen zijn verplicht, grijze niet.", "Green columns are required, grey ones are not."),
    Text("Zet de muis op een kop: daar staat wat u invult.", "Point at a header: it tells what to fill in."),
    Text(
        f"De grijze regel met '{EXAMPLE_WORD}' in de eerste kolom is een voorbeeld en wordt niet gelezen.",
        f"The grey row with '{EXAMPLE_WORD}' in the first column is an example and is not read.",
    ),
    Text(
        "Laat de eerste kolom van uw eigen regels leeg. Verander de koppen niet.",
        "Leave the first column of your own rows blank. Do not change the headers.",
    ),
    Text(
        "Een blad dat u niet nodig hebt, laat u staan zoals het is.",
        "A sheet that you do not need stays as it is.",
    ),
    Text("Zet hier nooit een BSN of gegevens van studenten in.", "Never put a BSN or data of students in here."),
    Text(
        "Codes verbinden de bladen: de code van een module in Moduleaanbod staat ook in Modules.",
        "Codes connect the sheets: the code of a module in Moduleaanbod also stands in Modules.",
    ),
)


def write_template(target: Path | str | IO[bytes]) -> None:
    """Write the workbook: a sheet to read first, then one for each kind of resource. Replaces an existing file."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    _write_readme(first)
    for sheet in SHEETS:
        _write_sheet(book.create_sheet(sheet.title), sheet)
    book.save(target)


def template_settings(workbook: str = "catalogus.xlsx", *, complete: str = "stable") -> dict[str, Any]:
    """Settings of ``csv_drop`` that read such a workbook, written out in full."""
    return {"workbook": workbook, "complete": complete, "streams": template_streams()}


def builtin_mappings() -> dict[str, str]:
    """The mapping files of the workbook: file name -> TOML text, in the order of the sheets."""
    folder = files("adapters.csv_drop").joinpath("template")
    names = [f"{sheet.stream}.toml" for sheet in SHEETS]
    return {name: folder.joinpath(name).read_text(encoding="utf-8") for name in names}


def _write_readme(page: Worksheet) -> None:
    page.title = README_SHEET
    page.column_dimensions["A"].width = page.column_dimensions["B"].width = 70
    page.append(["Nederlands", "English"])
    for text in _INTRODUCTION:
        page.append([text.nl, text.en])
    page.append([])
    for sheet in SHEETS:
        page.append([f"{sheet.title}: {sheet.help.nl}", f"{sheet.title}: {sheet.help.en}"])
    for row in page.iter_rows():
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for cell in page[1] + page[2]:
        cell.font = Font(bold=True)


def _write_sheet(page: Worksheet, sheet: Sheet) -> None:
    marker = Column(
        MARKER_COLUMN,
        Text(
            f"Laat leeg. Een regel met '{EXAMPLE_WORD}' wordt niet gelezen.",
            f"Leave blank. A row with '{EXAMPLE_WORD}' is not read.",
        ),
        EXAMPLE_WORD,
    )
    for position, column in enumerate((marker, *sheet.columns), start=1):
        letter = get_column_letter(position)
        page.column_dimensions[letter].width = max(14, len(column.name) + 4)
        page.column_dimensions[letter].number_format = _AS_TEXT
        head = page.cell(1, position, column.name)
        head.font = Font(bold=True)
        head.fill = _REQUIRED if column.required else _FREE
        head.comment = Comment(explanation(column), "ooapi-gateway", width=320, height=140)
        example = page.cell(2, position, column.example or None)
        example.font = _EXAMPLE
        example.number_format = _AS_TEXT
        if column.choices:
            page.add_data_validation(_choices(column, letter))
    page.freeze_panes = "C2"


def explanation(column: Column) -> str:
    """What the comment of a header says, Dutch first."""
    needed = Text("Verplicht.", "Required.") if column.required else Text("Niet verplicht.", "Not required.")
    lines = [f"{needed.nl} {column.help.nl}", f"{needed.en} {column.help.en}"]
    if column.choices:
        lines.append(f"Kies uit / choose from: {', '.join(column.choices)}")
    return "\n".join(lines)


def _choices(column: Column, letter: str) -> DataValidation:
    rule = DataValidation(type="list", formula1=f'"{",".join(column.choices)}"', allow_blank=True)
    rule.errorTitle = column.name
    rule.error = f"Kies uit: {', '.join(column.choices)}"
    rule.showErrorMessage = True
    rule.add(f"{letter}2:{letter}{_LAST_ROW}")
    return rule
