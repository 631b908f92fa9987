"""The list of planted mistakes agrees with the findings that exist and with the rows it changes."""

from __future__ import annotations

import pytest

from adapters.findings import FINDINGS
from demo.data import faults, people

ROWS = [{"code": "A", "naam": "Een"}, {"code": "B", "naam": "Twee"}]


def _fault(change: faults.Change, **more: object) -> faults.Fault:
    return faults.Fault("school", "rijen", "Course", code="MAP001", step="map", change=change, **more)  # type: ignore[arg-type]


def _planted(monkeypatch: pytest.MonkeyPatch, fault: faults.Fault) -> list[dict[str, object]]:
    monkeypatch.setattr(faults, "FAULTS", (fault,))
    monkeypatch.setattr(faults, "QUIRKS", ())
    return faults.plant([dict(row) for row in ROWS], "school", "rijen", "code")


def test_every_code_is_a_finding_of_the_adapters() -> None:
    assert {fault.code for fault in faults.FAULTS} <= FINDINGS.keys()


def test_each_school_has_several_and_the_export_folder_most() -> None:
    numbers = {
        school: sum(fault.school == school for fault in faults.FAULTS)
        for school in ("wilgenstroom", "zandermeer", "klaverkust")
    }
    assert numbers["wilgenstroom"] >= 10
    assert min(numbers.values()) >= 5


def test_the_example_number_looks_like_a_bsn() -> None:
    assert people.passes_eleven_test(faults.EXAMPLE_BSN)


def test_set_changes_one_column_of_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _planted(monkeypatch, _fault("set", key="B", column="naam", value="?"))
    assert rows == [ROWS[0], {"code": "B", "naam": "?"}]


def test_extra_adds_a_changed_copy_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = _planted(monkeypatch, _fault("extra", key="C", like="A", column="naam", value="?"))
    assert rows == [*ROWS, {"code": "C", "naam": "?"}]


def test_double_adds_the_row_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _planted(monkeypatch, _fault("double", key="A")) == [*ROWS, ROWS[0]]


def test_a_row_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        _planted(monkeypatch, _fault("set", key="Z", column="naam", value="?"))


def test_rows_of_other_streams_stay_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "FAULTS", (_fault("double", key="A"),))
    assert faults.plant(list(ROWS), "school", "iets anders", "code") == ROWS
