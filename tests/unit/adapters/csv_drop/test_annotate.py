"""The school's own file back, with the findings in it."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from adapters.contract import SourceReference
from adapters.csv_drop import annotate as room
from adapters.csv_drop.annotate import LIST_TITLE, annotate
from adapters.errors import SourceMalformed
from adapters.findings import Finding

BSN = "123456782"
RED, YELLOW = "FFFFC7CE", "FFFFEB9C"


def finding(code: str, place: str, row: int | None, *columns: str, **values: str) -> Finding:
    return Finding(code, SourceReference(place, row), columns=columns, target="startDate", values=values)


def date_fault(place: str = "modules.csv", row: int = 3, value: str = "31-02-2026") -> Finding:
    return finding("MAP001", place, row, "start", value=value, expected="31-08-2026")


def opened(path: Path) -> openpyxl.Workbook:
    return openpyxl.load_workbook(path)


def values(workbook: openpyxl.Workbook) -> list[Any]:
    return [cell.value for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "bevindingen.xlsx"


def write(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def test_a_csv_file_becomes_a_sheet_with_coloured_cells(tmp_path: Path, target: Path) -> None:
    file = write(tmp_path / "modules.csv", "code;start\n0001;01-09-2026\n0002;31-02-2026\n")
    annotate([file], [date_fault()], target)
    workbook = opened(target)
    assert workbook.sheetnames == [LIST_TITLE, "modules"]
    sheet = workbook["modules"]
    assert [[cell.value for cell in row] for row in sheet] == [
        ["code", "start"],
        ["0001", "01-09-2026"],
        ["0002", "31-02-2026"],
    ]
    assert sheet["B3"].fill.fgColor.rgb == YELLOW
    assert "geen datum" in sheet["B3"].comment.text
    assert "Schrijf een datum" in sheet["B3"].comment.text
    assert sheet["B2"].fill.fill_type is None
    assert sheet["B2"].comment is None


def test_the_list_links_to_the_cells_and_starts_with_the_worst(tmp_path: Path, target: Path) -> None:
    file = write(tmp_path / "modules.csv", "code;start\n1;x\n2;y\n")
    found = [date_fault(), finding("ROW001", "modules.csv", 2, found="3", expected="2"), date_fault("elders.csv")]
    annotate([file], found, target)
    sheet = opened(target)[LIST_TITLE]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[1] for row in rows] == ["ROW001", "MAP001", "MAP001"]
    assert rows[0][:4] == ["fout", "ROW001", "modules.csv", 2]
    assert sheet["D2"].hyperlink.location == "'modules'!A2"
    links = {row[2].value: row[3].hyperlink and row[3].hyperlink.location for row in sheet.iter_rows(min_row=3)}
    assert links == {"modules.csv": "'modules'!B3", "elders.csv": None}


def test_the_worst_finding_of_a_cell_gives_its_colour(tmp_path: Path, target: Path) -> None:
    file = write(tmp_path / "modules.csv", "code;start\n1;x\n2;y\n")
    required = Finding("REQ001", SourceReference("modules.csv", 3), columns=("start",), target="startDate")
    annotate([file], [date_fault(), required], target)
    cell = opened(target)["modules"]["B3"]
    assert cell.fill.fgColor.rgb == RED
    assert "REQ001" in cell.comment.text
    assert "MAP001" in cell.comment.text


@pytest.mark.parametrize("text", ["=1+1", "+31 6", "-5", "@SUM(A1)", '=cmd|" /C calc"!A0'])
def test_a_text_never_becomes_a_formula(tmp_path: Path, target: Path, text: str) -> None:
    cell = text.replace('"', '""')
    file = write(tmp_path / "modules.csv", f'code;start\n1;"{cell}"\n2;"{cell}"\n')
    annotate([file], [date_fault(value=text)], target)
    workbook = opened(target)
    assert workbook["modules"]["B2"].value == text
    for sheet in workbook:
        for row in sheet.iter_rows():
            for each in row:
                assert each.data_type != "f"
    assert workbook["modules"]["B2"].quotePrefix


def test_a_refused_bsn_is_blanked_wherever_it_stands(tmp_path: Path, target: Path) -> None:
    text = f"code;start;opmerking;bsn\n1;x;bsn {BSN};\n2;{BSN};goed;\n{BSN};y;z;111222333\n"
    file = write(tmp_path / "modules.csv", text)
    found = [
        finding("PRIV001", "modules.csv", 2, "opmerking"),
        finding("PRIV001", "modules.csv", 3),
        finding("PRIV001", "modules.csv", 4, "key"),
    ]
    annotate([file], found, target)
    workbook = opened(target)
    assert workbook["modules"]["C2"].value is None
    assert workbook["modules"]["C2"].fill.fgColor.rgb == RED
    assert workbook["modules"]["C3"].value == "goed"
    told = " ".join(map(str, values(workbook)))
    assert BSN not in told
    assert "111222333" not in told
    assert BSN.encode() not in target.read_bytes()


def own_workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "Modules"
    for row in rows:
        sheet.append(row)
    sheet["A1"].fill = openpyxl.styles.PatternFill("solid", fgColor="FF123456")
    sheet.column_dimensions["A"].width = 33
    other = workbook.create_sheet("Deelnemers")
    other.append(["nummer", "naam"])
    other.append(["1", "Aïsha"])
    workbook.save(path)
    return path


def test_an_own_workbook_comes_back_with_its_own_looks(tmp_path: Path, target: Path) -> None:
    file = own_workbook(tmp_path / "catalogus.xlsx", [["code", "start"], ["1", "x"], ["2", "y"]])
    annotate([file], [date_fault("catalogus.xlsx#modules")], target)
    workbook = opened(target)
    assert workbook["Modules"]["A1"].fill.fgColor.rgb == "FF123456"
    assert workbook["Modules"].column_dimensions["A"].width == 33
    assert workbook["Modules"]["B3"].fill.fgColor.rgb == YELLOW
    assert workbook[LIST_TITLE]["D2"].hyperlink.location == "'Modules'!B3"
    assert workbook.active.title == LIST_TITLE


def test_sheets_without_findings_stay_behind(tmp_path: Path, target: Path) -> None:
    file = own_workbook(tmp_path / "catalogus.xlsx", [["code", "start"], ["1", "x"], ["2", "y"]])
    annotate([file], [date_fault("catalogus.xlsx#Modules")], target)
    assert opened(target).sheetnames == [LIST_TITLE, "Modules"]
    assert "Aïsha" not in values(opened(target))


def test_formulas_of_an_own_workbook_do_not_come_back(tmp_path: Path, target: Path) -> None:
    file = own_workbook(tmp_path / "catalogus.xlsx", [["code", "start"], ["1", "=1+1"], ["2", "y"]])
    annotate([file], [date_fault("catalogus.xlsx#Modules")], target)
    assert all(cell.data_type != "f" for sheet in opened(target) for row in sheet.iter_rows() for cell in row)


def test_a_merged_title_does_not_stand_in_the_way(tmp_path: Path, target: Path) -> None:
    file = own_workbook(tmp_path / "catalogus.xlsx", [["Export", None], ["code", "start"], ["1", "x"], ["2", "y"]])
    workbook = opened(file)
    workbook["Modules"].merge_cells("A1:B1")
    workbook["Modules"].merge_cells("A3:B3")
    workbook.save(file)
    annotate([file], [date_fault("catalogus.xlsx#Modules")], target)
    assert opened(target)["Modules"]["B3"].fill.fgColor.rgb == YELLOW


def test_a_header_further_down_is_found(tmp_path: Path, target: Path) -> None:
    file = write(tmp_path / "modules.csv", "Export;\n;\ncode;start\n1;x\n2;y\n")
    annotate([file], [date_fault(row=5)], target)
    assert opened(target)["modules"]["B5"].fill.fgColor.rgb == YELLOW


@pytest.mark.parametrize(("encoding", "delimiter"), [("cp1252", ";"), ("utf-8-sig", ","), ("utf-16", "\t")])
def test_encoding_and_delimiter_are_recognised(tmp_path: Path, target: Path, encoding: str, delimiter: str) -> None:
    rows = [["code", "titel", "start"], ["1", "Één café", "x"], ["2", "Zoë", "y"], ["3", "naïef", "z"]]
    text = "".join(delimiter.join(row) + "\r\n" for row in rows)
    annotate([write(tmp_path / "modules.csv", text, encoding)], [date_fault()], target)
    assert [[cell.value for cell in row] for row in opened(target)["modules"]] == rows


def test_characters_that_a_workbook_cannot_hold_are_replaced(tmp_path: Path, target: Path) -> None:
    file = tmp_path / "modules.csv"
    file.write_bytes("code;start;t\n1;x;goed é\n2;y;a\x0bb\n".encode() + b"3;z;\xff\n" + b"4;q;" + b"x" * 40_000)
    annotate([file], [date_fault()], target)
    sheet = opened(target)["modules"]
    assert sheet["C3"].value == "a b"
    assert sheet["C4"].value == "\ufffd"
    assert len(sheet["C5"].value) == 32_767


def test_several_files_become_one_workbook(tmp_path: Path, target: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first = write(tmp_path / "a" / "modules.csv", "code;start\n1;x\n2;y\n")
    second = own_workbook(tmp_path / "b" / "modules.xlsx", [["code", "start"], ["1", "=1+1"], ["2", "y"]])
    unused = write(tmp_path / "groepen.csv", "code\n1\n")
    annotate([first, unused, second], [date_fault(), date_fault("modules.xlsx#Modules")], target)
    workbook = opened(target)
    assert workbook.sheetnames == [LIST_TITLE, "modules", "Modules 2"]
    assert workbook["Modules 2"]["B3"].fill.fgColor.rgb == YELLOW


def test_of_very_many_rows_only_those_with_findings_are_written(
    tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "LARGEST_ROWS", 10)
    text = "code;start\n" + "".join(f"{number};x\n" for number in range(2, 40))
    annotate([write(tmp_path / "modules.csv", text)], [date_fault(row=30), date_fault(row=12)], target)
    workbook = opened(target)
    assert [row[0].value for row in workbook["modules"]] == ["code", "12", "30"]
    assert workbook["modules"]["B3"].fill.fgColor.rgb == YELLOW
    links = {row[3].value: row[3].hyperlink.location for row in workbook[LIST_TITLE].iter_rows(min_row=2)}
    assert links == {12: "'modules'!B2", 30: "'modules'!B3"}


def test_a_very_long_list_is_counted_at_its_end(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LARGEST_LIST", 5)
    monkeypatch.setattr(room, "MOST_COMMENTS", 3)
    file = write(tmp_path / "modules.csv", "code;start\n" + "1;x\n" * 20)
    annotate([file], [date_fault(row=row) for row in range(2, 12)], target)
    workbook = opened(target)
    assert workbook[LIST_TITLE].max_row == 7
    assert workbook[LIST_TITLE]["F7"].value == "En nog 5 bevindingen."
    assert [bool(row[1].comment) for row in workbook["modules"].iter_rows(min_row=2, max_row=6)] == [1, 1, 1, 0, 0]


def test_without_findings_there_is_only_the_empty_list(tmp_path: Path, target: Path) -> None:
    annotate([write(tmp_path / "modules.csv", "code\n1\n")], [], target)
    assert opened(target).sheetnames == [LIST_TITLE]


def test_a_finding_without_a_row_or_column_is_listed_and_marks_the_row(tmp_path: Path, target: Path) -> None:
    file = write(tmp_path / "modules.csv", "code;start\n1;x\n2;y\n")
    whole_file = Finding("REQ001", SourceReference("modules.csv"), target="name")
    annotate([file], [finding("ROW002", "modules.csv", 2, columns="code"), whole_file], target)
    workbook = opened(target)
    assert workbook["modules"]["A2"].fill.fgColor.rgb == RED
    assert workbook[LIST_TITLE].max_row == 3


def test_a_workbook_that_is_damaged_by_now_is_refused(tmp_path: Path, target: Path) -> None:
    file = tmp_path / "catalogus.xlsx"
    file.write_bytes(io.BytesIO(b"PK").getvalue())
    with pytest.raises(SourceMalformed):
        annotate([file], [date_fault("catalogus.xlsx#Modules")], target)
    assert not target.exists()
