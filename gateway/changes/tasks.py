"""The job that gives changes their position, every second.

Periodic, and not deferred by whoever appends: a job with a queueing lock written inside a business transaction makes
every other transaction that appends wait until the first commits. The longest delay of a position is thereby the
second plus the oldest open transaction; one index look-up per second is what it costs.
"""

from __future__ import annotations

import procrastinate

from gateway.changes import service
from gateway.storage import Database

NUMBER = "changes.number"


def register(app: procrastinate.App, database: Database) -> None:
    """Add the room's task to the application of jobs."""

    @app.periodic(cron="* * * * * *")
    @app.task(name=NUMBER, queueing_lock=NUMBER, priority=50)
    async def number(timestamp: int) -> None:
        """Number until nothing is ready any more, each batch in a transaction of its own."""
        while True:
            async with database.transaction() as session:
                if await service.number(session) < service.BATCH:
                    return
