"""Where the objects of a catalogue stream come from: a collection, collections below others, or coordinators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

from adapters.errors import StreamMissing
from adapters.http import HttpClient
from adapters.mapping.privacy import looks_like_bsn
from adapters.ooapi.config import OoapiConfig, StreamSettings
from adapters.ooapi.pages import Pages
from adapters.ooapi.streams import COORDINATED, STREAMS, Per, StreamKind, path_id

Found = tuple[str, Any]  # where an object was found, and the object
Given = TypeVar("Given")
Got = TypeVar("Got")

_PARENTS_TRIED = 3  # by a check
_TOGETHER = 4  # requests at a time for single objects


class Objects:
    """Objects of the catalogue, one after the other; callers drop the doubles."""

    def __init__(self, config: OoapiConfig, client: HttpClient, *, page_size: int | None = None) -> None:
        self._config = config
        self._client = client
        self._pages = Pages(client, page_size or config.page_size)

    async def read(self, kind: StreamKind, *, until: float) -> AsyncIterator[Found]:
        """Yield every object of a stream. ``until``: monotonic time at which reading must have ended."""
        settings = self._settings(kind.name)
        if kind.name == "coordinators" and settings.path is None:
            async for found in self._coordinators(settings, until):
                yield found
            return
        async for path, items in self._portions(kind, settings, until):
            fitting = [item for item in items if _is_of(kind, item)]
            if settings.timeline:
                fitting = await self._with_timeline(kind, path, fitting, until)
            for item in fitting:
                yield path, item

    async def first_page(self, kind: StreamKind, *, until: float) -> tuple[str, list[Any]]:
        """Path and items of the first page of a stream; below other objects, of the first few of those."""
        settings = self._settings(kind.name)
        path = settings.path or kind.path
        if path is not None:
            return path, await self._first(path, settings, until)
        per: Per = settings.per or "organizations"
        path, tried = f"/{per}/{{id}}/{kind.below[per]}", 0
        missing: StreamMissing | None = None
        async for parent_path, parent_id in self._parents(per, until):
            path = _place(parent_path, parent_id, kind.below[per])
            try:
                items = await self._first(f"{parent_path}/{parent_id}/{kind.below[per]}", settings, until, path)
            except StreamMissing as error:
                missing = error
            else:
                return path, items
            tried += 1
            if tried == _PARENTS_TRIED:
                break
        if missing is not None:
            raise missing
        return path, []

    async def _first(self, path: str, settings: StreamSettings, until: float, place: str | None = None) -> list[Any]:
        async for items in self._pages.read(path, settings.parameters, until=until, place=place):
            return items
        return []

    def _settings(self, stream: str) -> StreamSettings:
        """The settings of a stream, also of one that is only needed to find the objects below it."""
        return self._config.streams.get(stream) or StreamSettings.model_validate({})

    async def _portions(
        self, kind: StreamKind, settings: StreamSettings, until: float
    ) -> AsyncIterator[tuple[str, list[Any]]]:
        path = settings.path or kind.path
        if path is not None:
            async for items in self._pages.read(path, settings.parameters, until=until):
                yield path, items
            return
        per: Per = settings.per or "organizations"
        parameters = dict(settings.parameters)
        if kind.offering_type is not None and per == "organizations":
            parameters = {"offeringType": kind.offering_type, **parameters}
        parents = absent = 0
        async for parent_path, parent_id in self._parents(per, until):
            parents += 1
            path = f"{parent_path}/{parent_id}/{kind.below[per]}"
            place = _place(parent_path, parent_id, kind.below[per])
            try:
                async for items in self._pages.read(path, parameters, until=until, place=place):
                    yield place, items
            except StreamMissing:
                absent += 1  # one may be gone since the list was read; all of them means: no such path
        if parents and absent == parents:
            raise StreamMissing(place=f"/{per}/{{id}}", what=kind.below[per])

    async def _parents(self, per: Per, until: float) -> AsyncIterator[tuple[str, str]]:
        """Path and id of each object of a collection, each once."""
        kind = STREAMS[per]
        seen: set[str] = set()
        async for path, items in self._portions(kind, self._settings(per), until):
            for item in items:
                identity = path_id(item.get(kind.id_property)) if isinstance(item, dict) else None
                if identity is not None and identity not in seen:
                    seen.add(identity)
                    yield (path if kind.path is not None else f"/{per}"), identity

    async def _with_timeline(self, kind: StreamKind, path: str, items: list[Any], until: float) -> list[Any]:
        """Each object fetched by itself with its timelineOverrides; one that is gone by now is left out."""

        async def fetch(item: Any) -> Any:
            identity = path_id(item.get(kind.id_property)) if isinstance(item, dict) else None
            if identity is None:
                return item  # its missing id is reported later
            return await self._instance(f"{path}/{identity}", until, {"returnTimelineOverrides": "true"})

        return [item for item in await _together(fetch, items) if item is not None]

    async def _coordinators(self, settings: StreamSettings, until: float) -> AsyncIterator[Found]:
        """The persons that programmes and courses name as coordinator: published staff, and nobody else."""
        seen: set[str] = set()
        for name in COORDINATED:
            kind = STREAMS[name]
            async for _, items in self._portions(kind, self._settings(name), until):
                named = [identity for item in items for identity in _coordinators_of(item) if identity not in seen]
                new = list(dict.fromkeys(named))
                seen.update(new)

                async def fetch(identity: str) -> Any:
                    return await self._instance(f"/persons/{identity}", until, settings.parameters)

                for person in await _together(fetch, new):
                    if person is not None:
                        yield "/persons/{personId}", person

    async def _instance(self, path: str, until: float, parameters: dict[str, str]) -> Any:
        try:
            return await self._client.json(path, parameters=parameters, until=until)
        except StreamMissing:
            return None


def _is_of(kind: StreamKind, item: Any) -> bool:
    """Whether an item of a mixed collection belongs to this stream: servers may ignore the parameter offeringType."""
    if kind.offering_type is None or not isinstance(item, dict):
        return True
    told = item.get("offeringType")
    if isinstance(told, str):
        return told == kind.offering_type
    parts = [name for name in ("component", "course", "program") if name in item]
    return not parts or kind.offering_type in parts


def _coordinators_of(item: Any) -> list[str]:
    """Ids of the coordinators of a programme or course; each is an id or, expanded, a Person."""
    told = item.get("coordinators") if isinstance(item, dict) else None
    if not isinstance(told, list):
        return []
    ids = [path_id(one.get("personId") if isinstance(one, dict) else one) for one in told]
    return [identity for identity in ids if identity is not None]


async def _together(call: Callable[[Given], Awaitable[Got]], given: Sequence[Given]) -> list[Got]:
    """Call with each, a few at a time, results in order. The first error stops the others."""
    free = asyncio.Semaphore(_TOGETHER)

    async def one(value: Given) -> Got:
        async with free:
            return await call(value)

    tasks = [asyncio.create_task(one(value)) for value in given]
    try:
        return [await task for task in tasks]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _place(parent_path: str, parent_id: str, below: str) -> str:
    """The path below an object as it may be shown: without an id that may be a BSN."""
    return f"{parent_path}/{'{id}' if looks_like_bsn(parent_id, hinted=True) else parent_id}/{below}"
