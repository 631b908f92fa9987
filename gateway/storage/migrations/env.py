"""Run by Alembic, with the connection that ``gateway.storage.migrate`` hands over."""

from __future__ import annotations

from alembic import context

from gateway.storage.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
