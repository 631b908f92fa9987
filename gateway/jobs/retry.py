"""When a job that ended badly is tried again."""

from __future__ import annotations

import asyncio

from procrastinate import RetryDecision
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy

GOLDEN = 0.6180339887498949  # its multiples spread evenly between whole numbers


class Backoff(BaseRetryStrategy):
    """Try again after named errors, ``attempts`` times at most, after waits from ``first`` to ``longest`` seconds.

    The waits double. Each is spread over once to twice its length by the number of the job, so that jobs that failed
    together do not come back together. A takeover after a crash counts as an attempt as well.
    """

    def __init__(
        self, *errors: type[Exception], attempts: int = 8, first: float = 1.0, longest: float = 1800.0
    ) -> None:
        if not errors or attempts < 1:
            raise ValueError("a retry needs named errors and a limit")
        self._errors = errors
        self._attempts = attempts
        self._first = first
        self._longest = longest

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, self._errors) or job.attempts >= self._attempts:
            return None
        spread = 1 + ((job.id or 0) * GOLDEN) % 1
        seconds = min(self._first * 2 ** min(job.attempts, 40) * spread, self._longest)
        return RetryDecision(retry_in={"seconds": max(1, round(seconds))})


class PutBack(BaseRetryStrategy):
    """Around the strategy of every task: a job that the worker's own end interrupted goes back to the queue at once.

    Without this the library would record such a job as ended.
    """

    def __init__(self, inner: BaseRetryStrategy | None) -> None:
        self.inner = inner

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision(retry_in={"seconds": 0})
        return self.inner.get_retry_decision(exception=exception, job=job) if self.inner else None
