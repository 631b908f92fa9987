"""The store: engine, session, migrations and the embedded PostgreSQL. Start in ``engine.py``."""

from gateway.storage.base import Base
from gateway.storage.embedded import EmbeddedServer
from gateway.storage.engine import Database, check_version, raw
from gateway.storage.errors import DatabaseUnusable, EmbeddedServerFailed
from gateway.storage.listen import Listener
from gateway.storage.migrate import current, migrate
from gateway.storage.urls import driver_url, normalise_url

__all__ = [
    "Base",
    "Database",
    "DatabaseUnusable",
    "EmbeddedServer",
    "EmbeddedServerFailed",
    "Listener",
    "check_version",
    "current",
    "driver_url",
    "migrate",
    "normalise_url",
    "raw",
]
