"""The mapping of the table of changes."""

from __future__ import annotations

from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from gateway.changes.models import Change


def test_a_change_is_ordered_by_its_transaction_and_kept_unique_by_position() -> None:
    statement = str(
        CreateTable(Change.metadata.tables["changes"]).compile(dialect=make_url("postgresql://").get_dialect()())
    )
    assert "transaction_id xid8" in statement
    assert "CONSTRAINT uq_changes_partition_position UNIQUE (partition, position)" in statement
