"""When a job is tried again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.jobs import Job

from gateway.clock import SystemClock
from gateway.errors import Conflict, SourceFailed, SourceTimedOut
from gateway.jobs import Backoff
from gateway.jobs.retry import PutBack


def job(number: int, attempts: int, queueing_lock: str | None = None) -> Job:
    return Job(id=number, lock=None, queueing_lock=queueing_lock, task_name="t", queue="default", attempts=attempts)


def wait_of(strategy: Backoff | PutBack, error: BaseException, number: int = 1, attempts: int = 0) -> float | None:
    before = SystemClock().now()
    decision = strategy.get_retry_decision(exception=error, job=job(number, attempts))
    if decision is None:
        return None
    assert decision.retry_at is not None
    return (decision.retry_at - before) / timedelta(seconds=1)


@given(st.integers(1, 2**40), st.integers(0, 1000))
def test_waits_double_are_spread_and_have_a_ceiling(number: int, attempts: int) -> None:
    strategy = Backoff(SourceFailed, attempts=1001, first=2, longest=300)
    wait = wait_of(strategy, SourceTimedOut(member="roc-a", what="x"), number, attempts)
    assert wait is not None
    least = min(2 * 2 ** min(attempts, 40), 300)
    assert least - 1.5 <= wait <= min(2 * least, 300) + 1.5


def test_only_named_errors_and_only_so_often() -> None:
    strategy = Backoff(SourceFailed, attempts=3)
    failed = SourceFailed(member="roc-a", what="x")
    assert wait_of(strategy, Conflict(what="x")) is None
    assert [wait_of(strategy, failed, attempts=attempts) is None for attempts in range(5)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_jobs_that_failed_together_come_back_spread() -> None:
    strategy = Backoff(SourceFailed, first=1000, longest=10_000)
    waits = [wait_of(strategy, SourceFailed(member="m", what="x"), number) for number in range(50)]
    assert len({round(wait or 0) for wait in waits}) == 50


def test_a_retry_without_named_errors_or_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="named errors"):
        Backoff()
    with pytest.raises(ValueError, match="limit"):
        Backoff(SourceFailed, attempts=0)


def test_an_interrupted_job_goes_back_whatever_its_strategy() -> None:
    for inner in (None, Backoff(SourceFailed, attempts=1)):
        wait = wait_of(PutBack(inner), asyncio.CancelledError(), attempts=99)
        assert wait is not None
        assert wait < 1
        assert wait_of(PutBack(inner), Conflict(what="x")) is None
