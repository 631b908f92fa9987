"""What one process keeps ready: a cache bounded by bytes, and one computation at a time per key.

Entries belong to one generation of the catalogue; the owner clears the cache when the generation changes.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")

_OVERHEAD = 512  # bytes of a key, its hash entry and its bookkeeping, roughly


class BoundedCache(Generic[Value]):
    """Least recently used entries go first once the weights exceed ``limit`` bytes. Not for several threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Hashable) -> Value | None:
        entry = self._entries.get(key)
        if entry is None:
            return None
        self._entries.move_to_end(key)
        return entry[0]

    def put(self, key: Hashable, value: Value, weight: int) -> None:
        """Keep a value of so many bytes; one that is larger than a quarter of the whole cache is not kept."""
        self.drop(key)
        weight += _OVERHEAD
        if weight > self._limit // 4:
            return
        self._entries[key] = value, weight
        self.weight += weight
        while self.weight > self._limit:
            _, (_, oldest) = self._entries.popitem(last=False)
            self.weight -= oldest

    def drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.weight -= entry[1]

    def clear(self) -> None:
        self._entries.clear()
        self.weight = 0


class SingleFlight(Generic[Value]):
    """Callers that want the same thing at the same moment share one computation.

    The computation is a task of its own: a caller that goes away cancels only its own waiting.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Value]] = {}

    async def run(self, key: Hashable, make: Callable[[], Awaitable[Value]]) -> Value:
        """The value of ``make()``, or its error, from the running computation where there is one."""
        task = self._running.get(key)
        if task is None:

            async def computation() -> Value:
                return await make()

            task = asyncio.create_task(computation())
            self._running[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        return await asyncio.shield(task)

    def _finished(self, key: Hashable, task: asyncio.Task[Value]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # marks it as seen: the callers may all have gone
