"""The floor: extensions, the table of changes, the tables of procrastinate and its wake-up trigger.

The previous version beside it: there is none, this is the first.
"""

from __future__ import annotations

import procrastinate.schema
from alembic import op
from sqlalchemy import text

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CHANGES = """
CREATE TABLE changes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    transaction_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    partition text NOT NULL,
    position bigint,
    kind text NOT NULL,
    subject text NOT NULL,
    payload jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL,
    CONSTRAINT pk_changes PRIMARY KEY (id),
    CONSTRAINT uq_changes_partition_position UNIQUE (partition, position),
    CONSTRAINT ck_changes_position CHECK (position > 0)
);
COMMENT ON TABLE changes IS 'What changed, append-only; position is given after the commit, dense per partition';
CREATE INDEX ix_changes_waiting ON changes (transaction_id, id) WHERE position IS NULL;

CREATE TABLE change_partitions (
    partition text NOT NULL,
    position bigint NOT NULL,
    CONSTRAINT pk_change_partitions PRIMARY KEY (partition)
);
COMMENT ON TABLE change_partitions IS 'The highest position ever given per partition; outlives removed changes';
"""

# An idle worker hears of new jobs only. A job that waits for a lock becomes possible when the holder of the lock
# ends (or is removed, or waits for its next attempt), so that moment sends the library's own notification too.
WAKE_UP = """
CREATE FUNCTION gateway_wake_workers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    payload text := json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text;
BEGIN
    PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name, payload);
    PERFORM pg_notify('procrastinate_any_queue_v1', payload);
    RETURN NULL;
END;
$$;
CREATE TRIGGER gateway_wake_after_update AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND NEW.status <> 'doing' AND (OLD.lock IS NOT NULL OR NEW.status = 'todo'))
    EXECUTE FUNCTION gateway_wake_workers();
CREATE TRIGGER gateway_wake_after_delete AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION gateway_wake_workers();
"""

# Rows of jobs turn over fast; the defaults wait for a fifth of the table to be dead.
VACUUM = """
ALTER TABLE procrastinate_jobs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
ALTER TABLE procrastinate_events SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
"""


def upgrade() -> None:
    connection = op.get_bind()
    for extension in ("pg_trgm", "unaccent"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    connection.exec_driver_sql(CHANGES)
    if connection.execute(text("SELECT to_regclass('procrastinate_jobs')")).scalar() is None:
        schema = procrastinate.schema.SchemaManager.get_schema()
        connection.exec_driver_sql(schema.replace("%", "%%"))  # psycopg reads a bare % as a placeholder
    connection.exec_driver_sql(WAKE_UP)
    connection.exec_driver_sql(VACUUM)


def downgrade() -> None:
    connection = op.get_bind()
    connection.exec_driver_sql(
        "DROP TRIGGER gateway_wake_after_delete ON procrastinate_jobs;"
        "DROP TRIGGER gateway_wake_after_update ON procrastinate_jobs;"
        "DROP FUNCTION gateway_wake_workers();"
        "DROP TABLE changes, change_partitions;"
    )
    # The jobs and the extensions stay: they may hold work or serve others, and upgrade() accepts them.
