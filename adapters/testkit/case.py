"""What a kind brings to the contract tests: a source that the tests may fill, change and break."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from adapters.contract import Adapter, AdapterContext, Capability, Record, SecretReference
from adapters.errors import SecretMissing


class AdapterCase(ABC):
    """One variant of one kind over a real (small, local) source.

    The catalogue stream ``stream`` holds rows of a key and one text; the tests never look further. Where the source
    also has a personal stream, ``personal_stream`` names it and its rows hold a key, a text and a forbidden column.
    The class attributes are the claims of the variant: the tests compare what the adapter declares with them, so
    that a capability cannot get lost unnoticed.
    """

    stream: str
    """A stream that may be read whole."""
    text_column: str
    """The column (or property) of ``stream`` in which :meth:`put` writes the text."""
    capabilities: frozenset[Capability]
    """What ``stream`` must declare."""

    personal_stream: str | None = None
    personal_text_column: str = ""
    """A column of the personal stream that may be asked for."""
    forbidden_column: str = "bsn"
    """A column that may never be asked for. It is filled in the personal stream where the source can hold it."""

    tabular: bool = True
    """Whether rows have columns that can be missing. False for JSON objects, where an absent property is a null."""
    has_credentials: bool = False
    secrets: tuple[str, ...] = ()
    """Values that must never show up in a repr, a log, an error or a report."""
    bulk: int = 20_000
    """Rows of the test of memory."""
    bulk_growth: int = 4 << 20
    """Bytes by which the peak of Python's memory may grow between a tenth of ``bulk`` and ``bulk`` rows."""

    @abstractmethod
    def adapter(self) -> Adapter:
        """A new adapter on the source as it is now, not yet entered."""

    @abstractmethod
    async def put(self, rows: Mapping[str, str]) -> None:
        """Add rows of ``stream``, or change those that are there: key -> text. Later reads must see them."""

    @abstractmethod
    async def remove(self, key: str) -> None:
        """Remove one row of ``stream`` the way this source removes rows (with TOMBSTONES: so that a delta tells)."""

    @abstractmethod
    async def break_place(self) -> None:
        """Make the source unreachable: the folder is gone, the server is down."""

    @abstractmethod
    def open_resources(self) -> int:
        """How many files, cursors or connections adapters of this case hold at this moment."""

    async def break_credentials(self) -> None:
        """Make the source refuse the login. Called only with ``has_credentials``."""
        raise AssertionError("a case with credentials says how they break")

    async def drop_column(self) -> None:
        """Take ``text_column`` out of the source. Called only when ``tabular``."""
        raise AssertionError("a tabular case says how a column goes")

    async def put_personal(self, rows: Mapping[str, str]) -> None:
        """Add rows of ``personal_stream``: key -> text, with 123456782 in the forbidden column where that exists."""
        raise AssertionError("a case with a personal stream says how it is filled")

    def personal_lookup(self, key: str) -> dict[str, str]:
        """What to give ``lookup()`` to find the personal row with this key."""
        raise AssertionError("a case with a personal stream says how it is looked up")

    def key(self, number: int) -> str:
        """The key of row ``number`` (from 1), as ``Record.key`` shows it. By default with leading zeros."""
        return f"{number:05d}"

    def text(self, record: Record) -> str | None:
        """The text of a record of ``stream`` (or of the personal stream) as :meth:`put` was given it."""
        column = self.text_column if self.text_column in record.data else self.personal_text_column
        value = record.data.get(column)
        return None if value is None else str(value)


def adapter_context(
    base: Path,
    *,
    secrets: Mapping[str, str] | None = None,
    now: datetime = datetime(2026, 9, 1, 12, 0, tzinfo=UTC),
    max_bytes: int = 1 << 30,
    allow_private_addresses: bool = True,
) -> AdapterContext:
    """A context for tests: a clock that only moves by ``sleep``, fixed randomness, secrets by reference.

    ``secrets``: ``{"env:NAME": "value"}``; others raise SecretMissing.
    """
    elapsed = 0.0
    known = dict(secrets or {})

    async def sleep(seconds: float) -> None:
        nonlocal elapsed
        elapsed += seconds

    def secret(reference: SecretReference) -> str:
        try:
            return known[reference]
        except KeyError:
            raise SecretMissing(reference=reference) from None

    return AdapterContext(
        member="roc-test",
        source="test",
        base=base,
        now=lambda: now + timedelta(seconds=elapsed),
        monotonic=lambda: elapsed,
        sleep=sleep,
        random=random.Random(7),  # noqa: S311 - repeatable tests, no secret hangs on it
        secret=secret,
        max_bytes=max_bytes,
        allow_private_addresses=allow_private_addresses,
    )
