"""The pages over a catalogue in memory, called as ASGI."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from gateway.catalogue.serve.follower import State
from gateway.catalogue.serve.selection import Selection
from gateway.catalogue.serve.testkit import Caller, Reply
from gateway.clock import FakeClock
from gateway.errors import StoreUnavailable
from gateway.members.schemas import Configuration, Federation, Member, Names
from gateway.settings import Settings
from gateway.web.routes import build


def member(number: int, name: str, *, public: bool = True, colour: str | None = None) -> Member:
    return Member(
        id=f"roc-{number}",
        schac_home=f"roc-{number}.example",
        brin=f"{number:02}AA",
        oin=f"{number:020}",
        public=public,
        name=Names(nl=name, en=name),
        short_name=name,
        colour=colour,
    )


@dataclass(frozen=True, slots=True)
class Found:
    member: str


@dataclass
class MemoryCatalogue:
    """What ``catalogue.serve`` answers the pages: every value, whatever is asked, in pages."""

    values: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[Selection, int, int, str | None]] = field(default_factory=list)

    async def select(
        self, selection: Selection, *, size: int, number: int, member: str | None = None
    ) -> tuple[int, list[bytes]]:
        self.asked.append((selection, size, number, member))
        some = self.values[(number - 1) * size : number * size]
        return len(self.values), [orjson.dumps(value) for value in some]

    async def find(self, identifiers: Collection[UUID]) -> dict[UUID, Found]:
        return {identifier: Found("roc-1") for identifier in identifiers}


class NoDatabase:
    """The pages' own reading of the database fails, as while it is away."""

    @asynccontextmanager
    async def snapshot(self) -> Any:
        raise StoreUnavailable
        yield


class Follower:
    def __init__(self, configuration: Configuration | None) -> None:
        members = configuration.members if configuration else ()
        self.state = State(1, configuration, frozenset(one.id for one in members if one.public))


@dataclass
class Site:
    """The pages with what they build on. Change ``settings`` or ``catalogue`` before calling ``get``."""

    configuration: Configuration | None
    settings: Settings = field(default_factory=Settings)
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC)))
    database: NoDatabase = field(default_factory=NoDatabase)

    @property
    def follower(self) -> Follower:
        return Follower(self.configuration)

    async def get(self, target: str, method: str = "GET", accept: str = "text/html", **headers: str) -> Reply:
        services: Any = self
        return await Caller(build(services), prefix="").get(target, method, accept=accept, **headers)


def site_of(members: Sequence[Member]) -> Site:
    federation = Federation(
        id="proef",
        name=Names(nl="Proeffederatie", en="Trial federation"),
        public_url="http://gateway.example",
        contact_email="beheer@gateway.example",
    )
    return Site(Configuration(generation=1, federation=federation, members=tuple(members), mappings={}, base="/"))


@pytest.fixture
def site() -> Site:
    """Two public members and one that is not."""
    return site_of(
        [
            member(1, "ROC Één", colour="#0b5"),
            member(2, '<b>"ROC" & Zonen</b>'),
            member(3, "ROC Verborgen", public=False),
        ]
    )


@pytest.fixture
def empty_site() -> Site:
    """Before any configuration was applied."""
    return Site(None)
