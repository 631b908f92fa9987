"""Which errors of the driver mean that the store cannot answer."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import StoreUnavailable
from gateway.storage.engine import translated

AWAY = [
    psycopg.OperationalError("connection refused"),
    errors.AdminShutdown("terminating"),
    errors.CannotConnectNow("starting up"),
    errors.TooManyConnections("too many clients"),
    errors.DiskFull("no space left"),
    errors.QueryCanceled("statement timeout"),
    psycopg.InterfaceError("the connection is closed"),
]
CALLERS_BUSINESS = [
    errors.UniqueViolation("duplicate key"),
    errors.SerializationFailure("could not serialize"),
    errors.DeadlockDetected("deadlock"),
    errors.SyntaxError("syntax"),
    psycopg.InterfaceError("another fault of the program"),
]


def raise_inside(error: Exception) -> None:
    with translated():
        raise error


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_a_store_that_cannot_answer_is_named_so(error: Exception) -> None:
    with pytest.raises(StoreUnavailable):
        raise_inside(error)
    with pytest.raises(StoreUnavailable):
        raise_inside(DBAPIError("SELECT", None, error))


@pytest.mark.parametrize("error", CALLERS_BUSINESS, ids=lambda error: type(error).__name__)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)):
        raise_inside(error)
    with pytest.raises(DBAPIError):
        raise_inside(DBAPIError("SELECT", None, error))


def test_an_exhausted_pool_and_a_broken_connection_count_too() -> None:
    with pytest.raises(StoreUnavailable):
        raise_inside(PoolTimeout())
    with pytest.raises(StoreUnavailable):
        raise_inside(DBAPIError("SELECT", None, errors.SyntaxError("x"), connection_invalidated=True))


def test_an_error_of_ours_passes() -> None:
    with pytest.raises(LookupError):
        raise_inside(LookupError())
