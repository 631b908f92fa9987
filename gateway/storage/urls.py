"""Addresses of databases: people write them in three ways, our libraries want one each."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from gateway.storage.errors import DatabaseUnusable

ACCEPTED = ("postgresql", "postgres", "postgresql+psycopg")


def normalise_url(url: str) -> URL:
    """The URL for SQLAlchemy with psycopg 3. Accepts ``postgresql://``, ``postgres://``, ``postgresql+psycopg://``.

    A Unix socket is named by its folder: ``postgresql://user@/name?host=/folder``. Raises DatabaseUnusable, whose
    text never repeats the URL: it may hold a password.
    """
    try:
        parsed = make_url(url.strip())
    except (ArgumentError, ValueError) as error:
        raise DatabaseUnusable(what="DATABASE_URL is not a URL such as postgresql://user@host/name.") from error
    if parsed.drivername not in ACCEPTED:
        raise DatabaseUnusable(what=f"DATABASE_URL starts with {parsed.drivername}://, postgresql:// was expected.")
    if not parsed.database:
        raise DatabaseUnusable(what="DATABASE_URL names no database: postgresql://user@host/name was expected.")
    return parsed.set(drivername="postgresql+psycopg")


def driver_url(url: str) -> str:
    """The same address for psycopg itself (and for procrastinate), password included: never log it."""
    return normalise_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
