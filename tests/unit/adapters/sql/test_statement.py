"""What counts as one SELECT."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.sql.statement import StatementRefused, checked_select


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT code FROM module",
        "  select 1",
        "WITH a AS (SELECT 1 AS code) SELECT code FROM a",
        "SELECT 'insert; -- into' AS code",
        "SELECT 'it''s' AS code, \"update\" FROM \"drop table\"",
        "SELECT code /* delete */ FROM module -- drop",
        "SELECT replace(code, 'a', 'b') AS code FROM module",
        "SELECT $$a;b$$ AS code",
        "SELECT begin, eind, load, reset FROM periode",
        "SELECT updated_at, created, call_sign FROM module",
        "SELECT '10:30' AS code, a::text FROM module",
        "SELECT 'é – ü' AS naam FROM opleiding",
    ],
)
def test_a_select_passes(statement: str) -> None:
    assert checked_select(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "   ",
        "-- only a comment",
        "VALUES (1)",
        "(SELECT 1)",
        "TABLE module",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT 1;",
        "SELECT 1; DROP TABLE module",
        "INSERT INTO module VALUES (1)",
        "UPDATE module SET code = 1",
        "WITH gone AS (DELETE FROM module RETURNING code) SELECT code FROM gone",
        "WITH a AS (SELECT 1) INSERT INTO module SELECT * FROM a",
        "WITH a AS (VALUES (1))",
        "SELECT code INTO copy_of FROM module",
        "SELECT code FROM module FOR UPDATE",
        "SELECT 1) AS x, (SELECT 2",
        "SELECT (1",
        "SELECT 1 /* /* nested */ */",
        "SELECT 1 /*!50000 , 2 */",
        "SELECT 1 /*+ hint */",
        "SELECT 1 /* no end",
        "SELECT 'no end",
        'SELECT "no end',
        "SELECT 'a\\' FROM module",
        "SELECT E'\\047'",
        "SELECT $$no end",
        "SELECT 1 # comment of MySQL",
        "SELECT 1\0",
        "SELECT nextval('x')",
        "SELECT pg_catalog.setval('x', 1)",
        "SELECT pg_sleep (10)",
        "SELECT lo_import('/etc/passwd')",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT * FROM dblink('x', 'y') AS t (a int)",
        "SELECT load_extension('x')",
        "SELECT * FROM OPENROWSET('x')",
        "SELECT code FROM module INTO OUTFILE '/tmp/x'",
        "SELECT 1 WAITFOR DELAY '0:0:10'",
        "SeLeCt 1 dElEtE",
    ],
)
def test_anything_else_is_refused_with_a_reason(statement: str) -> None:
    with pytest.raises(StatementRefused) as caught:
        checked_select(statement)
    assert caught.value.reason.nl
    assert caught.value.reason.en


def test_comments_go_and_the_rest_stays() -> None:
    assert checked_select("SELECT a--x\n, b /* ) */ FROM t -- end") == "SELECT a \n, b   FROM t"


FRAGMENTS = [
    "SELECT 1",
    "'",
    "''",
    '"',
    "--",
    "\n",
    "/*",
    "*/",
    "$$",
    "$a$",
    ")",
    "(",
    ";",
    "\\",
    " ",
    "DELETE FROM t",
    "x",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_what_passes_stands_between_brackets_without_breaking_out(tail: str) -> None:
    """Whatever passes is inside the brackets for SQLite too: the row outside is still the only one."""
    try:
        checked = checked_select(f"SELECT 1 AS n {tail}")
    except StatementRefused:
        return
    connection = sqlite3.connect(":memory:")
    try:
        columns = [
            name
            for name, *_ in connection.execute(f"SELECT 'outer' AS o, (SELECT count(*) FROM ({checked}))").description
        ]
    except sqlite3.OperationalError:
        return  # no valid statement at all
    finally:
        connection.close()
    assert len(columns) == 2


@given(st.text(max_size=60))
def test_any_text_is_judged_without_another_error(text: str) -> None:
    for statement in (text, f"SELECT {text}"):
        reason = None
        try:
            checked_select(statement)
        except StatementRefused as refused:
            reason = refused.reason
        assert reason is None or reason.en
