"""What an adapter is: the protocol, what it yields, what it declares.

An adapter reads one system of one school. It knows records, not OOAPI: texts stay as the system gave them, and the
mapping makes resources of them. A third party adds a kind with an entry point of the group
``ooapi_gateway.adapters`` and proves it with ``adapters.testkit``.
"""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import BaseModel, ConfigDict

from adapters.errors import ConfigurationInvalid
from adapters.text import Text

ENTRY_POINT_GROUP = "ooapi_gateway.adapters"


class Capability(StrEnum):
    """What a stream can do. Everything claimed to the outside follows from these, and the test kit proves each."""

    SNAPSHOT = "snapshot"  # read(state=None) yields every record there is
    DELTA = "delta"  # read(state=<last checkpoint>) yields at least what changed since
    TOMBSTONES = "tombstones"  # a delta names records that are gone
    LOOKUP = "lookup"  # lookup() answers by key


@dataclass(frozen=True, slots=True)
class SourceReference:
    """Where a record stands in the school's own system, so that a person can find it.

    ``place``: a file name, ``file#sheet``, a view or a path of an endpoint. ``row``: line or row number counted
    as the school's own tool shows it (header included, from 1); None where rows have no number.
    """

    place: str
    row: int | None = None

    def __str__(self) -> str:
        return self.place if self.row is None else f"{self.place}:{self.row}"


@dataclass(frozen=True, slots=True)
class Record:
    """One row or object as the system gave it.

    ``key`` is unique within the stream. ``data`` holds texts or None for tables (never numbers: casting is the
    mapping's work) and JSON values for endpoints.
    """

    key: str
    data: Mapping[str, Any]
    source: SourceReference
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The record with this key is gone at the source."""

    key: str
    source: SourceReference


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Everything yielded before this is covered by ``state`` (JSON); reading on from it loses nothing."""

    state: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """One row that the adapter itself could not read. ``code`` is one of ``adapters.findings``."""

    code: str
    source: SourceReference
    key: str | None = None
    column: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)


Item = Record | Tombstone | Checkpoint | Fault


@dataclass(frozen=True, slots=True)
class StreamSpec:
    """One stream as the adapter declares it.

    ``key``: columns that together identify a record. ``personal``: persons, programme enrolments or results;
    such a stream is only ever looked up by key, never read whole. ``lookup_by``: columns that lookup() accepts.
    """

    name: str
    key: tuple[str, ...]
    capabilities: frozenset[Capability]
    personal: bool = False
    lookup_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One line of a check: what was tried, whether it worked, what the source may or may not do."""

    name: str
    ok: bool
    text: Text
    hint: Text | None = None


@dataclass(frozen=True, slots=True)
class CheckReport:
    items: tuple[CheckItem, ...]

    @property
    def ok(self) -> bool:
        return all(item.ok for item in self.items)


@dataclass(frozen=True, slots=True)
class ColumnSample:
    """One column that discover() found. ``examples`` is empty in personal streams and for forbidden columns."""

    name: str
    filled: float  # share of the sampled rows with a value, 0..1
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamColumns:
    stream: str
    rows_sampled: int
    columns: tuple[ColumnSample, ...]


class SecretReference(str):
    """``env:NAME`` or ``file:/path``: where a secret stands. The value is never part of a configuration."""

    __slots__ = ()

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$")
        )


class AdapterConfig(BaseModel):
    """Base of the settings of a kind. Unknown keys are refused; secrets are references."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class AdapterContext:
    """What an adapter needs from outside: time, randomness, secrets and limits are handed in, never taken."""

    member: str
    source: str
    base: Path  # relative paths in the settings start here
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    random: random.Random
    secret: Callable[[SecretReference], str]  # raises SecretMissing
    max_bytes: int = 1 << 30  # largest file or answer body of this member
    allow_private_addresses: bool = False  # outgoing HTTP to loopback and private ranges


@runtime_checkable
class Adapter(Protocol):
    """One configured source. Made with its settings and context, used as ``async with``.

    Every method may be cancelled at any await; files, cursors and connections are closed then too.
    """

    kind: ClassVar[str]
    config_model: ClassVar[type[AdapterConfig]]

    def __init__(self, config: Any, context: AdapterContext) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *exc_info: object) -> None: ...

    async def check(self) -> CheckReport:
        """Try everything the source needs: reach, log in, each stream, each column. Never raises AdapterError."""
        ...

    def streams(self) -> Sequence[StreamSpec]:
        """The streams of the settings and what each can do. No I/O."""
        ...

    def read(
        self,
        stream: str,
        *,
        state: Mapping[str, Any] | None = None,
        columns: Collection[str] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Item]:
        """Yield the records of a stream, and a Checkpoint at least at the end of a complete read.

        ``state``: the last checkpoint, for streams with DELTA; None means everything. ``columns``: only these
        (and the key) are read; None means all but the forbidden ones. ``limit``: stop after so many records,
        without a checkpoint. Raises AdapterError; ColumnsMissing when a wanted column is not there. A personal
        stream raises ConfigurationInvalid.
        """
        ...

    def lookup(self, stream: str, key: Mapping[str, str], *, columns: Collection[str]) -> AsyncIterator[Record]:
        """Yield the records whose columns equal ``key`` (columns of ``lookup_by``). Nothing found: no record."""
        ...

    async def discover(self, *, sample: int = 200) -> Sequence[StreamColumns]:
        """The columns each stream really has, read from at most ``sample`` rows."""
        ...


# Columns of a personal stream that are never selected, whatever a mapping says. Compared without case, blanks,
# underscores, hyphens and dots; a name is forbidden when it contains one of the long words or is one of the short.
_FORBIDDEN_PARTS = (
    "burgerservicenummer", "sofinummer", "onderwijsnummer", "persoonsgebondennummer", "nationaliteit", "nationality",
    "geslacht", "gender", "adres", "address", "straat", "street", "postcode", "postalcode", "zipcode", "huisnummer",
    "woonplaats", "geboorteland", "countryofbirth", "cumi", "bankrekening", "iban", "nationalidentitynumber",
)  # fmt: skip
_FORBIDDEN_NAMES = frozenset({"bsn", "pgn", "sofi", "sofinr", "bsnnr", "ocwnummer", "sex", "cumicategorie"})
_NOT_FORBIDDEN = ("emailadres", "mailadres", "emailaddress", "mailaddress", "emailadress")


def forbidden_column(name: str, *, personal: bool) -> bool:
    """Whether a column may never be selected: a BSN anywhere; nationality, address or gender in personal streams."""
    flat = re.sub(r"[\s_.\-]", "", name).lower()
    if flat in _FORBIDDEN_NAMES or "burgerservice" in flat or flat.startswith("bsn") or flat.endswith("bsn"):
        return True
    if not personal:
        return False
    for allowed in _NOT_FORBIDDEN:
        flat = flat.replace(allowed, "")
    return any(part in flat for part in _FORBIDDEN_PARTS)


def adapter_kind_names() -> tuple[str, ...]:
    """The names of all installed kinds, in order. Loads none of them."""
    return tuple(sorted({point.name for point in entry_points(group=ENTRY_POINT_GROUP)}))


def adapter_kind(name: str) -> type[Adapter]:
    """The installed kind of this name, ours or a third party's; a broken other kind does not matter.

    Raises ConfigurationInvalid when there is none, or when it cannot be loaded or is not an adapter.
    """
    for point in entry_points(group=ENTRY_POINT_GROUP, name=name):
        try:
            kind = point.load()
        except (ImportError, AttributeError) as error:
            raise ConfigurationInvalid(str(error), what=f"adapter {name}: {point.value}") from error
        if isinstance(kind, type) and hasattr(kind, "config_model") and getattr(kind, "kind", "") == name:
            return kind
        raise ConfigurationInvalid(what=f"adapter {name}: {point.value}")
    raise ConfigurationInvalid(what=f"adapter {name}")


def adapter_kinds() -> dict[str, type[Adapter]]:
    """All installed kinds by name. Raises ConfigurationInvalid when one cannot be loaded."""
    return {name: adapter_kind(name) for name in adapter_kind_names()}
