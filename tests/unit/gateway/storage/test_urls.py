"""Addresses of databases as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.storage import Database, DatabaseUnusable, driver_url, normalise_url


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_all_three_ways_of_writing_mean_the_same(scheme: str) -> None:
    url = f"{scheme}://user:secret@host:5433/name?sslmode=require"
    expected = "postgresql+psycopg://user:secret@host:5433/name?sslmode=require"
    assert normalise_url(url).render_as_string(hide_password=False) == expected
    assert driver_url(url) == "postgresql://user:secret@host:5433/name?sslmode=require"


def test_the_folder_of_a_socket_survives() -> None:
    url = normalise_url(" postgresql://postgres@/gateway?host=/run/some folder&port=5432\n")
    assert url.query["host"] == "/run/some folder"
    assert url.host is None


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://u:hunter2@h/d",
        "postgresql+asyncpg://u:hunter2@h/d",
        "postgresql://u:hunter2@h",
        "postgresql://u:hunter2@h:port/d",
    ],
)
def test_another_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(DatabaseUnusable) as refused:
        normalise_url(url)
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in refused.value.problem("nl").values()


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(url: str) -> None:
    try:
        name = normalise_url(url).drivername
    except DatabaseUnusable:
        name = "refused"
    assert name in ("postgresql+psycopg", "refused")


def test_a_password_is_not_shown() -> None:
    assert "hunter2" not in repr(Database("postgresql://user:hunter2@host/name"))
