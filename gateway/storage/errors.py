"""What can be wrong with the store itself, before or while it is used."""

from __future__ import annotations

from adapters.text import Text
from gateway.errors import StoreUnavailable


class EmbeddedServerFailed(StoreUnavailable):
    """The embedded PostgreSQL cannot be started. Values: ``what`` (for the operator who starts the gateway)."""

    code = "embedded-server-failed"
    title = Text("De ingebouwde PostgreSQL start niet", "The embedded PostgreSQL does not start")
    detail = Text("De ingebouwde PostgreSQL start niet: {what}", "The embedded PostgreSQL does not start: {what}")
    advice = Text(
        "Los de oorzaak op, of wijs met DATABASE_URL een eigen PostgreSQL aan.",
        "Solve the cause, or name a PostgreSQL of your own in DATABASE_URL.",
    )


class DatabaseUnusable(StoreUnavailable):
    """A database that the gateway cannot work with, and that waiting does not mend. Values: ``what``."""

    code = "database-unusable"
    title = Text("Deze database kan niet gebruikt worden", "This database cannot be used")
    detail = Text("{what}", "{what}")
    advice = Text("Wijs met DATABASE_URL een andere PostgreSQL aan.", "Name another PostgreSQL in DATABASE_URL.")
