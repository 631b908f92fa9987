"""Housekeeping of the queue itself: taking over the jobs of dead workers, removing what is over."""

from __future__ import annotations

import logging

import procrastinate
from procrastinate import JobContext, builtin_tasks, exceptions
from procrastinate.jobs import Job, Status

logger = logging.getLogger(__name__)

RESCUE = "jobs.rescue"
TIDY = "jobs.tidy"
PROBE = "jobs.probe"
PROBE_QUEUE = "probe-"
KEEP_HOURS = 30 * 24

# The row is locked and judged again, so that a job which another worker took over meanwhile stays as it is.
_TAKE_BACK = """
SELECT procrastinate_retry_job_v2(held.id, now(), NULL, NULL, NULL) FROM (
    SELECT id FROM procrastinate_jobs
    WHERE id = %(id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker_id)s FOR UPDATE
) AS held
"""

_OLD_PROBES = """
DELETE FROM procrastinate_jobs USING procrastinate_events AS event
WHERE starts_with(queue_name, 'probe-') AND status = 'todo' AND event.job_id = procrastinate_jobs.id
  AND event.type = 'deferred' AND event.at < now() - interval '1 hour'
"""


async def put_back(app: procrastinate.App, job: Job) -> None:
    """Put a job whose worker is gone back into the queue.

    When another with the same queueing lock waits already, that one does the work and this one is closed: putting
    it back would break the lock's uniqueness, every time again.
    """
    try:
        await app.connector.execute_query_all_async(_TAKE_BACK, id=job.id, worker_id=job.worker_id)
    except exceptions.UniqueViolation:
        await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=False)


def register(app: procrastinate.App, stalled_after: float) -> None:
    """Add the housekeeping. ``stalled_after``: seconds without a heartbeat after which a worker counts as dead."""

    @app.periodic(cron="* * * * * */5")
    @app.task(name=RESCUE, queueing_lock=RESCUE, priority=100, pass_context=True)
    async def rescue(context: JobContext, timestamp: int) -> None:
        """Each job by itself: one that cannot be put back must not keep the others."""
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=stalled_after):
            try:
                await put_back(app, job)
                logger.warning("job %s of a dead worker was taken over", job.id)
            except exceptions.ConnectorException as error:
                logger.error("job %s of a dead worker cannot be taken over: %s", job.id, error.__cause__ or error)

    @app.periodic(cron="17 * * * *")
    @app.task(name=TIDY, queueing_lock=TIDY, pass_context=True)
    async def tidy(context: JobContext, timestamp: int) -> None:
        """Ended jobs stay 30 days for whoever asks what happened; probes of dead workers go after an hour."""
        await builtin_tasks.remove_old_jobs(
            context, max_hours=KEEP_HOURS, remove_failed=True, remove_cancelled=True, remove_aborted=True
        )
        await app.connector.execute_query_async(_OLD_PROBES)
