"""What a process keeps ready: bounded, least recently used first out, one computation at a time."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catalogue.serve.cache import BoundedCache, SingleFlight


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4000)), max_size=60))
def test_the_weight_never_exceeds_the_limit(puts: list[tuple[int, int]]) -> None:
    cache: BoundedCache[int] = BoundedCache(10_000)
    for key, weight in puts:
        cache.put(key, weight, weight)
        assert cache.weight <= 10_000
    cache.clear()
    assert (len(cache), cache.weight) == (0, 0)


def test_what_was_used_longest_ago_goes_first() -> None:
    cache: BoundedCache[str] = BoundedCache(4 * (1000 + 512))
    for key in "abcd":
        cache.put(key, key, 1000)
    cache.get("a")
    cache.put("e", "e", 1000)
    assert cache.get("b") is None
    assert cache.get("a") == "a"


def test_one_large_value_does_not_push_out_the_rest() -> None:
    cache: BoundedCache[str] = BoundedCache(10_000)
    cache.put("small", "small", 100)
    cache.put("large", "large", 9_000)
    assert cache.get("large") is None
    assert cache.get("small") == "small"


def test_a_cache_of_no_bytes_keeps_nothing() -> None:
    cache: BoundedCache[str] = BoundedCache(0)
    cache.put("a", "a", 0)
    assert cache.get("a") is None


async def test_a_hundred_callers_share_one_computation() -> None:
    flights: SingleFlight[int] = SingleFlight()
    calls = 0

    async def make() -> int:
        nonlocal calls
        calls += 1
        await asyncio.sleep(0.01)
        return calls

    assert await asyncio.gather(*(flights.run("key", make) for _ in range(100))) == [1] * 100
    assert await flights.run("key", make) == 2


async def test_everybody_hears_of_the_error_and_the_next_tries_anew() -> None:
    flights: SingleFlight[int] = SingleFlight()

    async def fail() -> int:
        await asyncio.sleep(0)
        raise ValueError("no")

    async def make() -> int:
        return 1

    outcomes = await asyncio.gather(*(flights.run("key", fail) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ValueError] * 3
    assert await flights.run("key", make) == 1


async def test_a_caller_that_goes_away_takes_nobody_along() -> None:
    flights: SingleFlight[int] = SingleFlight()
    release = asyncio.Event()

    async def make() -> int:
        await release.wait()
        return 1

    gone = asyncio.create_task(flights.run("key", make))
    stays = asyncio.create_task(flights.run("key", make))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    release.set()
    assert await stays == 1
