"""${message}

The previous version beside it: say here how it keeps running while this revision is already in place.
"""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else 'op.execute("SELECT 1")'}


def downgrade() -> None:
    ${downgrades if downgrades else 'op.execute("SELECT 1")'}
