"""The school's own file back, with what was found in it: coloured cells, comments, and a list with links.

One workbook comes back as it was, CSV files become one workbook with a sheet each. Only sheets with findings are kept,
so that nothing travels along that the report is not about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from adapters.contract import forbidden_column
from adapters.csv_drop.annotate_sources import SourceTable, safe_text, sheet_title, tables_of
from adapters.findings import Finding, Severity
from adapters.mapping.privacy import looks_like_bsn

LARGEST_ROWS = 50_000
"""With more rows than this (over all tables) only the header and the rows with findings are written."""
LARGEST_LIST = 20_000
"""Findings in the list; the rest is counted in its last line."""
MOST_COMMENTS = 5_000

LIST_TITLE = "Bevindingen"
_LIST_COLUMNS = ("Ernst", "Code", "Waar", "Regel", "Kolom", "Melding", "Wat te doen")
_LIST_WIDTHS = (14, 10, 32, 8, 24, 70, 60)
_FILLS = {
    Severity.ERROR: PatternFill("solid", fgColor="FFFFC7CE"),
    Severity.WARNING: PatternFill("solid", fgColor="FFFFEB9C"),
    Severity.NOTE: PatternFill("solid", fgColor="FFDDEBF7"),
}
_NAMES = {Severity.ERROR: "fout", Severity.WARNING: "waarschuwing", Severity.NOTE: "opmerking"}
_ORDER = {severity: rank for rank, severity in enumerate(_FILLS)}
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_BSN_REFUSED = "PRIV001"


@dataclass(frozen=True, slots=True)
class _Page:
    """A sheet of the result. ``columns``: name -> column number; ``rows``: source row -> row, None when the same."""

    sheet: Worksheet
    header_row: int
    columns: Mapping[str, int]
    rows: Mapping[int, int] | None

    def row(self, source_row: int | None) -> int | None:
        if source_row is None or self.rows is None:
            return source_row
        return self.rows.get(source_row)


def annotate(files: Sequence[Path], findings: Iterable[Finding], target: Path) -> None:
    """Write the workbook to ``target``, replacing what is there.

    ``files``: where the findings came from, matched by the names in their sources. A finding of another place is only
    listed. Raises OSError when ``target`` cannot be written, SourceMalformed or SourceTooLarge for a workbook that
    can no longer be opened.
    """
    found = sorted(findings, key=lambda each: (_ORDER[each.severity], each.source.place, each.source.row or 0))
    by_place: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_place[finding.source.place].append(finding)
    tables = tables_of(files, by_place)
    own = _own_workbook(tables)
    book = Workbook() if own is None else load_workbook(own, data_only=True, keep_links=False)
    listing = book.create_sheet(LIST_TITLE, 0)
    pages = _copied(book, tables, by_place) if own is None else _kept(book, tables)
    for name in set(book.sheetnames) - {listing.title} - {page.sheet.title for page in pages.values()}:
        del book[name]
    for place, page in pages.items():
        _make_safe(page, by_place[place])
    links = _mark(found, pages)
    _write_list(listing, found, links)
    book.active = listing
    book.save(target)


# -- the sheets -----------------------------------------------------------------------------------------------------


def _own_workbook(tables: Sequence[SourceTable]) -> Path | None:
    """The one workbook that all tables stand in, when it is small enough to keep as it is."""
    paths = {table.path for table in tables}
    if len(paths) != 1 or not all(table.is_workbook for table in tables):
        return None
    return paths.pop() if sum(table.count for table in tables) <= LARGEST_ROWS else None


def _kept(book: Workbook, tables: Sequence[SourceTable]) -> dict[str, _Page]:
    """The school's own sheets, without what could point elsewhere or compute."""
    pages = {}
    book.defined_names.clear()
    for table in tables:
        sheet = book[table.sheet]
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.defined_names.clear()
        sheet.data_validations.dataValidation = []
        sheet.conditional_formatting = ConditionalFormattingList()
        columns = {name: position + 1 for name, position in table.columns.items()}
        pages[table.place] = _Page(sheet, table.header_row, columns, None)
    return pages


def _copied(book: Workbook, tables: Sequence[SourceTable], by_place: Mapping[str, list[Finding]]) -> dict[str, _Page]:
    """New sheets with the cells as texts; with very many rows only those that something was found in."""
    all_rows = sum(table.count for table in tables) <= LARGEST_ROWS
    pages = {}
    for table in tables:
        sheet = book.create_sheet(sheet_title(table, book.sheetnames))
        wanted = {finding.source.row for finding in by_place[table.place]}
        rows: dict[int, int] = {}
        with closing(table.rows()) as source:
            for row in source:
                if all_rows or row.number <= table.header_row or row.number in wanted:
                    rows[row.number] = row.number if all_rows else len(rows) + 1
                    for position, text in enumerate(row.cells, start=1):
                        if text:
                            sheet.cell(rows[row.number], position, safe_text(text))
        for cell in sheet[rows.get(table.header_row, 1)]:
            cell.font = Font(bold=True)
        columns = {name: position + 1 for name, position in table.columns.items()}
        pages[table.place] = _Page(sheet, rows.get(table.header_row, 1), columns, None if all_rows else rows)
    return pages


def _make_safe(page: _Page, findings: Sequence[Finding]) -> None:
    """No text becomes a formula, no BSN is copied: its columns and the cells of refused rows are blanked."""
    for cells in page.sheet.iter_rows():
        for cell in cells:
            if isinstance(cell, Cell) and isinstance(cell.value, str):
                cell.data_type = "s"
                if cell.value.startswith(_FORMULA_SIGNS):
                    cell.quotePrefix = True
    for name, number in page.columns.items():
        if forbidden_column(name, personal=False):
            for row in range(page.header_row + 1, page.sheet.max_row + 1):
                _blank(page, row, number)
    for finding in findings:
        row_number = page.row(finding.source.row)
        if finding.code != _BSN_REFUSED or row_number is None:
            continue
        for name in finding.columns:
            if name in page.columns:
                _blank(page, row_number, page.columns[name])
        for cell in page.sheet[row_number]:
            if cell.value is not None and looks_like_bsn(str(cell.value), hinted=True):
                _blank(page, row_number, cell.column)


def _blank(page: _Page, row: int, column: int) -> None:
    cell = page.sheet.cell(row, column)
    cell.value = cell.comment = cell.hyperlink = None


# -- marks and list -------------------------------------------------------------------------------------------------


def _mark(findings: Sequence[Finding], pages: Mapping[str, _Page]) -> list[str | None]:
    """Colour and explain the cells; gives for each finding the place to link to."""
    links: list[str | None] = []
    explained: dict[tuple[str, int, int], list[Finding]] = {}
    for finding in findings:
        page = pages.get(finding.source.place)
        row = None if page is None else page.row(finding.source.row)
        if page is None or row is None or row < 1:
            links.append(None)
            continue
        columns = [page.columns[name] for name in finding.columns if name in page.columns] or [1]
        for column in columns:
            explained.setdefault((finding.source.place, row, column), []).append(finding)
        title = page.sheet.title.replace("'", "''")
        links.append(f"'{title}'!{get_column_letter(columns[0])}{row}")
    for number, ((place, row, column), about) in enumerate(explained.items()):
        cell = pages[place].sheet.cell(row, column)
        cell.fill = _FILLS[about[0].severity]  # the worst comes first
        if number < MOST_COMMENTS:
            cell.comment = Comment(_explanation(about), "ooapi-gateway", height=150, width=340)
    return links


def _explanation(about: Sequence[Finding]) -> str:
    return safe_text("\n".join(f"{each.code}: {each.message.nl} {each.hint.nl}" for each in about[:5]))


def _write_list(sheet: Worksheet, findings: Sequence[Finding], links: Sequence[str | None]) -> None:
    sheet.append(_LIST_COLUMNS)
    for letter, width in zip("ABCDEFG", _LIST_WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for number, (finding, link) in enumerate(zip(findings, links, strict=True), start=2):
        if number - 2 == LARGEST_LIST:
            sheet.cell(number, 6, f"En nog {len(findings) - LARGEST_LIST} bevindingen.")
            break
        _list_row(sheet, number, finding, link)


def _list_row(sheet: Worksheet, number: int, finding: Finding, link: str | None) -> None:
    values = (
        _NAMES[finding.severity],
        finding.code,
        finding.source.place,
        finding.source.row,
        ", ".join(finding.columns),
        finding.message.nl,
        finding.hint.nl,
    )
    for position, value in enumerate(values, start=1):
        cell = sheet.cell(number, position, safe_text(value) if isinstance(value, str) else value)
        assert isinstance(cell, Cell)
        if isinstance(value, str):
            cell.data_type = "s"
            cell.quotePrefix = value.startswith(_FORMULA_SIGNS)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(number, 1).fill = _FILLS[finding.severity]
    if link is not None:
        place = sheet.cell(number, 4)
        place.hyperlink = Hyperlink(ref=place.coordinate, location=link)
        place.font = Font(underline="single", color="FF0563C1")
