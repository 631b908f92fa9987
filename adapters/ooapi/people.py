"""Looking up one person, and what that person takes part in. Nothing is kept, and no path in an error names anyone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from adapters.errors import SourceMalformed, StreamMissing
from adapters.http import HttpClient
from adapters.ooapi.config import OoapiConfig, StreamSettings
from adapters.ooapi.pages import Pages
from adapters.ooapi.streams import StreamKind, path_id
from adapters.text import Text

PERSON = "/persons/{personId}"
ASSOCIATIONS = "/persons/{personId}/associations"


class People:
    """Lookups that must have ended at ``until`` (monotonic)."""

    def __init__(self, config: OoapiConfig, client: HttpClient, *, until: float) -> None:
        self._config = config
        self._client = client
        self._until = until
        self._pages = Pages(client, config.page_size)

    async def find(self, kind: StreamKind, key: Mapping[str, str]) -> AsyncIterator[tuple[str, Any]]:
        """Yield the persons, or the associations of the one person, that ``personId`` and ``primaryCode`` name.

        The server may match codes loosely, so codes are compared here again. Raises SourceMalformed when
        associations are asked for by a code that more than one person has: they must never be mixed.
        """
        parameters = self._settings(kind.name).parameters
        if kind.association_type is None:
            async for person in self._persons(key):
                yield PERSON, person
            return
        for identity in await self._identities(key):
            query = {"associationType": kind.association_type, **parameters}
            path = f"/persons/{identity}/associations"
            try:
                async for items in self._pages.read(path, query, until=self._until, place=ASSOCIATIONS):
                    for item in items:
                        if _is_of(kind, item) and _is_about(item, identity):
                            yield ASSOCIATIONS, item
            except StreamMissing:
                return  # v5 answers 404 for a person that is not there

    async def _identities(self, key: Mapping[str, str]) -> list[str]:
        if set(key) == {"personId"}:
            identity = path_id(key["personId"])
            return [] if identity is None else [identity]
        found = {path_id(person.get("personId")) async for person in self._persons(key)} - {None}
        if len(found) > 1:
            what = Text("de code is van meer dan één persoon", "the code belongs to more than one person")
            raise SourceMalformed(what=what, place=PERSON)
        return [identity for identity in found if identity is not None]

    async def _persons(self, key: Mapping[str, str]) -> AsyncIterator[dict[str, Any]]:
        code = key.get("primaryCode")
        if code is not None and not code.strip():
            return
        settings = self._settings("persons")
        path = settings.path or "/persons"
        if "personId" in key:
            identity = path_id(key["personId"])
            if identity is None:
                return
            try:
                person = await self._client.json(
                    f"{path}/{identity}", parameters=settings.parameters, place=PERSON, until=self._until
                )
            except StreamMissing:
                return
            if not isinstance(person, dict) or not _same(person.get("personId"), identity):
                return
            if code is None or _primary_code(person) == code:
                yield person
            return
        assert code is not None
        query = {**settings.parameters, "primaryCode": code}
        seen: set[str] = set()
        async for items in self._pages.read(path, query, until=self._until, place="/persons"):
            for person in items:
                identity = path_id(person.get("personId")) if isinstance(person, dict) else None
                if identity is not None and identity not in seen and _primary_code(person) == code:
                    seen.add(identity)
                    yield person

    def _settings(self, stream: str) -> StreamSettings:
        return self._config.streams.get(stream) or StreamSettings.model_validate({})


def _primary_code(person: Mapping[str, Any]) -> str | None:
    """The code of primaryCode (``{codeType, code}``; a bare text is accepted)."""
    told = person.get("primaryCode")
    code = told.get("code") if isinstance(told, dict) else told
    return code if isinstance(code, str) else None


def _is_of(kind: StreamKind, item: Any) -> bool:
    """Servers may ignore the parameter. Its values lack the ending of the property's (an oddity of v5)."""
    told = item.get("associationType") if isinstance(item, dict) else None
    return told is None or told in (kind.association_type, f"{kind.association_type}Association")


def _is_about(item: Any, identity: str) -> bool:
    """Whether the association names this person or nobody: a server must not hand over somebody else's."""
    person = item.get("person") if isinstance(item, dict) else None
    named = person.get("personId") if isinstance(person, dict) else person
    return named is None or _same(named, identity)


def _same(value: Any, identity: str) -> bool:
    """Whether two ids are the same: UUIDs are written in either case."""
    return isinstance(value, str) and value.casefold() == identity.casefold()
