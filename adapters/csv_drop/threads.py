"""Walking a blocking generator from the event loop, one batch per visit to a thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from typing import Generic, TypeVar

Element = TypeVar("Element")


class ThreadedBatches(Generic[Element]):
    """Batches of a generator that reads files.

    A visit that is under way when its task is cancelled runs to the end of its batch; ``close`` waits for it, so
    that the generator (and with it the file) is closed exactly once and never while a thread is inside.
    """

    def __init__(self, batches: Generator[list[Element], None, None]) -> None:
        self._batches = batches
        self._inside = threading.Lock()
        self._closed = False

    async def next(self) -> list[Element] | None:
        """The next batch, or None at the end. Raises what the generator raises."""
        return await asyncio.to_thread(self._next)

    async def close(self) -> None:
        await asyncio.shield(asyncio.to_thread(self._close))

    def _next(self) -> list[Element] | None:
        with self._inside:
            return None if self._closed else next(self._batches, None)

    def _close(self) -> None:
        with self._inside:
            self._closed = True
            self._batches.close()
