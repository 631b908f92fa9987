"""Sync in the background: one job per member at a time, on schedule and on demand."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import procrastinate
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from gateway.catalogue.sync import service
from gateway.catalogue.sync.service import Deps, Reason
from gateway.errors import Conflict, NotFound
from gateway.jobs import defer
from gateway.members.service import current

SYNC: Final = "catalogue.sync"
SCHEDULE: Final = "catalogue.schedule"

log = structlog.get_logger(__name__)


async def request(session: AsyncSession, member: str, *, reason: Reason = "demand") -> bool:
    """Ask for a sync of a member in the caller's transaction; False when one waits already."""
    lock = f"sync:{member}"
    deferred = await defer(session, SYNC, lock=lock, queueing_lock=lock, member=member, reason=reason)
    return not deferred.already


def register(app: procrastinate.App, deps: Deps) -> None:
    """Add the room's tasks to the application of jobs."""

    @app.task(name=SYNC)
    async def sync(member: str, reason: Reason) -> None:
        """One sync. It records how it ended and never asks for a retry: the schedule is the retry."""
        try:
            result = await service.synchronise(deps, member, reason=reason)
        except Conflict:
            log.info("sync.busy", member=member)  # a person runs one at this moment
        except NotFound:
            log.info("sync.no-member", member=member)  # it left the federation after the job was written
        else:
            log.info("sync.ended", member=member, run=str(result.run), state=result.state)

    @app.periodic(cron="* * * * *")
    @app.task(name=SCHEDULE, queueing_lock=SCHEDULE)
    async def schedule(timestamp: int) -> None:
        """Ask for the syncs that are due."""
        async with deps.database.transaction() as session:
            configuration = await current(session)
            if configuration is None:
                return
            started = await service.last_started(session)
            now = deps.clock.now()
            due = []
            for member in configuration.members:
                last = started.get(member.id)
                if member.schedule is None or not member.sources:
                    continue
                if last is None or now - last >= timedelta(minutes=member.schedule.every_minutes):
                    due.append(member.id)
            for identifier in sorted(due):  # in one order, so that two schedulers never wait for each other
                await request(session, identifier, reason="schedule")
