"""The database of a school: views, changes and what is gone."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.data.generate import federation
from demo.data.model import School
from demo.schools import sql_school, sql_views


@pytest.fixture(scope="module")
def school() -> School:
    return federation(random.Random(7))[1]


@pytest.fixture
def path(school: School, tmp_path: Path) -> Path:
    path = tmp_path / "school.db"
    sql_school.write(f"sqlite:///{path}", school)
    return path


def _query(path: Path, sql: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_every_stream_has_a_view_with_rows(path: Path) -> None:
    for view in sql_views.VIEWS.values():
        assert _query(path, f"SELECT count(*) FROM {view}")[0][0] > 0, view


def test_a_course_names_all_its_programmes(path: Path, school: School) -> None:
    module = next(item for item in school.modules if len(item.programmes) > 2)
    ((programmes,),) = _query(path, f"SELECT programmes FROM ooapi_course WHERE code = '{module.code}'")
    assert set(programmes.split(",")) == set(module.programmes)


def test_rows_that_are_gone_stay_as_tombstones(path: Path) -> None:
    assert _query(path, "SELECT count(*) FROM ooapi_course_offering WHERE deleted = 1") == [(2,)]


def test_renaming_a_course_moves_its_cursor(path: Path) -> None:
    later = sql_school.FIRST_CHANGE + timedelta(days=1)
    assert sql_school.rename_course(f"sqlite:///{path}", "DAG-180", "Iets nieuws", later)
    rows = _query(path, "SELECT name_nl, changed_at FROM ooapi_course WHERE code = 'DAG-180'")
    assert rows == [("Iets nieuws", "2026-10-02 06:00:00.000000")]


def test_withdrawing_an_offering_marks_it(path: Path, school: School) -> None:
    code = school.module_offers[0].code
    assert sql_school.withdraw_offering(f"sqlite:///{path}", code, sql_school.FIRST_CHANGE)
    assert _query(path, f"SELECT deleted FROM ooapi_course_offering WHERE code = '{code}'") == [(1,)]


def test_changing_what_is_not_there_says_so(path: Path) -> None:
    url = f"sqlite:///{path}"
    assert not sql_school.rename_course(url, "GEEN", "x", sql_school.FIRST_CHANGE)
    assert not sql_school.withdraw_offering(url, "GEEN", sql_school.FIRST_CHANGE)
