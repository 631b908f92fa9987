"""What drivers say, as errors of adapters. Texts as the servers and drivers write them."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import NoSuchTableError, OperationalError, ProgrammingError

from adapters.errors import (
    AdapterError,
    ColumnsMissing,
    ConfigurationInvalid,
    SourceBroke,
    SourceMalformed,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
    StreamMissing,
)
from adapters.sql.failures import connecting_failed, reading_failed

SECRET = "geheim"


class Told(Exception):
    def __init__(self, text: str, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("text", "state", "error"),
    [
        ('FATAL:  password authentication failed for user "geheim"', None, SourceRefused),
        ('FATAL:  no pg_hba.conf entry for host "10.0.0.1", user "geheim"', None, SourceRefused),
        ('FATAL:  role "geheim" does not exist', None, SourceRefused),
        ("fe_sendauth: no password supplied", None, SourceRefused),
        ("invalid login", "28P01", SourceRefused),
        ("ORA-01017: invalid username/password; logon denied", None, SourceRefused),
        ("(18456, b\"Login failed for user 'geheim'.\")", None, SourceRefused),
        ("(1045, \"Access denied for user 'geheim'@'h' (using password: YES)\")", None, SourceRefused),
        ('FATAL:  database "geheim" does not exist', None, ConfigurationInvalid),
        ("(1049, \"Unknown database 'geheim'\")", None, ConfigurationInvalid),
        ("ORA-12514: listener does not know of service geheim", None, ConfigurationInvalid),
        ("connection timeout expired", None, SourceTimeout),
        ("connection to server at geheim failed: Connection refused", None, SourceUnreachable),
        ("could not translate host name geheim", None, SourceUnreachable),
        ("unable to open database file", None, SourceUnreachable),
        ("file is not a database", None, SourceMalformed),
    ],
)
def test_connecting(text: str, state: str | None, error: type[AdapterError]) -> None:
    raised = connecting_failed(OperationalError("connect", None, Told(text, state)), place="sis", seconds=5)
    assert type(raised) is error
    assert SECRET not in repr((raised, raised.text, raised.values, raised.diagnostic))


@pytest.mark.parametrize(
    ("text", "state", "error"),
    [
        ('relation "geheim.x" does not exist', "42P01", StreamMissing),
        ("no such table: geheim", None, StreamMissing),
        ("Invalid object name 'geheim'.", None, StreamMissing),
        ("ORA-00942: table or view does not exist", None, StreamMissing),
        ("(1146, \"Table 'geheim.x' doesn't exist\")", None, StreamMissing),
        ("permission denied for view geheim", "42501", SourceRefused),
        ("canceling statement due to statement timeout", "57014", SourceTimeout),
        ("interrupted", None, SourceTimeout),
        ("DPY-4024: call timeout of 60000 ms exceeded", None, SourceTimeout),
        ("terminating connection due to administrator command", "57P01", SourceBroke),
        ("could not serialize access", "40001", SourceBroke),
        ("server closed the connection unexpectedly", None, SourceBroke),
        ("(2006, 'MySQL server has gone away')", None, SourceBroke),
        ("ORA-03113: end-of-file on communication channel", None, SourceBroke),
        ("database disk image is malformed", None, SourceBroke),
        ("cannot execute DELETE in a read-only transaction", "25006", ConfigurationInvalid),
        ("attempt to write a readonly database", None, ConfigurationInvalid),
        ('invalid input syntax for type integer: "geheim"', "22P02", SourceMalformed),
    ],
)
def test_reading(text: str, state: str | None, error: type[AdapterError]) -> None:
    raised = reading_failed(
        ProgrammingError("SELECT geheim", None, Told(text, state)), place="sis", stream="view", seconds=5
    )
    assert type(raised) is error
    assert SECRET not in repr((raised, raised.text, raised.values, raised.diagnostic))


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ('column "niveau" does not exist', "42703"),
        ("column niveau does not exist", "42703"),
        ("no such column: niveau", None),
        ("(1054, \"Unknown column 'niveau' in 'field list'\")", None),
        ("Invalid column name 'niveau'.", None),
    ],
)
def test_a_missing_column_is_named(text: str, state: str | None) -> None:
    raised = reading_failed(ProgrammingError("", None, Told(text, state)), place="sis", stream="view", seconds=5)
    assert isinstance(raised, ColumnsMissing)
    assert raised.values["columns"] == "niveau"


def test_a_missing_view_is_named() -> None:
    raised = reading_failed(NoSuchTableError("x"), place="sis", stream="ooapi.course", seconds=5)
    assert isinstance(raised, StreamMissing)
    assert "ooapi.course" in raised.text.nl
