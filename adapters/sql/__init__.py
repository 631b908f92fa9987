"""The kind ``sql``: views or queries of a relational database, read-only. See README.md."""

from adapters.sql.adapter import SqlAdapter
from adapters.sql.config import SqlConfig

__all__ = ["SqlAdapter", "SqlConfig"]
