"""Identity as it is injected. Production draws random UUIDs; tests count."""

from __future__ import annotations

import uuid
from typing import Protocol


class Ids(Protocol):
    def new(self) -> uuid.UUID: ...


class RandomIds:
    def new(self) -> uuid.UUID:
        return uuid.uuid4()  # noqa: TID251 - the one place


class CountingIds:
    """The same ids in the same order in every run."""

    def __init__(self) -> None:
        self._next = 0

    def new(self) -> uuid.UUID:
        self._next += 1
        return uuid.UUID(int=self._next)
