"""What a driver raised, as an error of adapters. Neither address nor driver's text gets through.

Databases agree on SQLSTATE codes only in part, so texts are compared too. Diagnostics hold the class and the code.
"""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, NoSuchTableError, SQLAlchemyError

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
from adapters.text import Text

_REFUSED = re.compile(
    r"password|authenticat|pg_hba|role .* does not exist|login failed|access denied|not permitted to log|"
    r"permission denied|ORA-01017|ORA-28000|18456|no password supplied|is not authorized|peer authentication",
    re.IGNORECASE,
)
_NO_DATABASE = re.compile(
    r"database .* does not exist|unknown database|cannot open database|ORA-12514|ORA-12505", re.IGNORECASE
)
_NO_TABLE = re.compile(r"no such table|doesn't exist|invalid object name|ORA-00942", re.IGNORECASE)
_NO_COLUMN = re.compile(
    r"no such column:? *(\S+)|unknown column '([^']+)'|invalid column name '([^']+)'", re.IGNORECASE
)
_PG_NO_COLUMN = re.compile(r'column (?:"([^"]+)"|(\S+)) does not exist')
_STOPPED = re.compile(r"interrupted|timeout|timed out|ORA-01013|DPY-4024|max_execution_time", re.IGNORECASE)
_BROKE = re.compile(
    r"closed|lost connection|gone away|terminat|server.*(?:shut|crash)|ORA-03113|ORA-03114|ORA-01555|disk i/o|"
    r"malformed|broken pipe|reset by peer|communication link|SSL SYSCALL|consuming input failed",
    re.IGNORECASE,
)


def connecting_failed(error: DBAPIError, *, place: str, stream: str = "", seconds: float) -> AdapterError:
    """Why no connection came about."""
    text, diagnostic = _told(error)
    state = _sqlstate(error)
    if _NO_DATABASE.search(text) or state == "3D000":
        what = Text("de database uit de URL bestaat niet", "the database of the URL does not exist")
        failure = ConfigurationInvalid(diagnostic, what=what.en)
        failure.text = Text(ConfigurationInvalid.message.nl.format(what=what.nl), failure.text.en)
        return failure
    if state.startswith("28") or _REFUSED.search(text):
        return SourceRefused(diagnostic, place=place)
    if "timeout" in text.lower() or "timed out" in text.lower():
        return SourceTimeout(diagnostic, place=place, seconds=f"{seconds:g}")
    if "not a database" in text:
        return SourceMalformed(diagnostic, place=place, what="SQLite")
    return SourceUnreachable(diagnostic, place=place)


def reading_failed(error: SQLAlchemyError, *, place: str, stream: str, seconds: float) -> AdapterError:
    """Why a statement failed. ``stream``: the view or stream that it was about."""
    if isinstance(error, NoSuchTableError):
        return StreamMissing("NoSuchTableError", place=place, what=stream)
    text, diagnostic = _told(error)
    state = _sqlstate(error)
    column = _NO_COLUMN.search(text) or (_PG_NO_COLUMN.search(text) if state == "42703" else None)
    if column is not None:
        return ColumnsMissing(diagnostic, place=stream or place, columns=next(name for name in column.groups() if name))
    if state in ("42P01", "3F000", "42S02") or _NO_TABLE.search(text):
        return StreamMissing(diagnostic, place=place, what=stream or "view")
    if state == "42501" or (not state and _REFUSED.search(text)):
        return SourceRefused(diagnostic, place=stream or place)
    if state == "57014" or (not state and _STOPPED.search(text)):
        return SourceTimeout(diagnostic, place=stream or place, seconds=f"{seconds:g}")
    if state[:2] in ("08", "57", "40", "53", "58") or _invalidated(error) or (not state and _BROKE.search(text)):
        return SourceBroke(diagnostic, place=place)
    if state == "25006" or "readonly database" in text or "query_only" in text:
        return ConfigurationInvalid(diagnostic, what=f"{stream}: the statement writes")
    return SourceMalformed(diagnostic, place=stream or place, what=state or diagnostic)


def _told(error: SQLAlchemyError) -> tuple[str, str]:
    """The driver's text, for comparing only, and what may be kept of it."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    if origin is None:
        return str(error), type(error).__name__
    return str(origin), " ".join(part for part in (type(origin).__name__, _sqlstate(error)) if part)


def _sqlstate(error: SQLAlchemyError) -> str:
    origin = error.orig if isinstance(error, DBAPIError) else None
    state = getattr(origin, "sqlstate", None)
    return state if isinstance(state, str) else ""


def _invalidated(error: SQLAlchemyError) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated
