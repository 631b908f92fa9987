"""Reading a paged collection of an endpoint that may keep to the standard, or not quite.

Totals are not trusted, and neither is a page that is not full. The end is ``hasNextPage: false`` or an empty page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from adapters.errors import SourceMalformed
from adapters.http import HttpClient
from adapters.text import Text

_SIZES = (250, 100, 50, 20, 10)  # enumeration of the parameter pageSize
_SIZE_REFUSED = (400, 422)


class Pages:
    """Pages of collections of one endpoint. Remembers the page size that the endpoint takes."""

    def __init__(self, client: HttpClient, page_size: int) -> None:
        self._client = client
        self._page_size = page_size

    async def read(
        self, path: str, parameters: Mapping[str, str], *, until: float, place: str | None = None
    ) -> AsyncIterator[list[Any]]:
        """Yield the items of each page that has any.

        Raises SourceMalformed when pages repeat themselves: an endpoint that ignores pageNumber, or that goes round.
        """
        told = place or path
        seen: set[int] = set()
        number = empty = 0
        ends_unsure = False
        while True:
            number += 1
            body = await self._page(path, parameters, number, until=until, place=place, may_be_gone=ends_unsure)
            items, more = _items_of(body, told)
            empty = 0 if items else empty + 1
            if empty and (more is not True or empty > 1):
                return  # a page without items is the end, unless it says otherwise: then one more is asked for
            if items:
                fingerprint = hash(frozenset(_identity(item) for item in items))  # whatever their order
                if fingerprint in seen:
                    what = Text(f"pagina {number} herhaalt een eerdere", f"page {number} repeats an earlier one")
                    raise SourceMalformed(what=what, place=told)
                seen.add(fingerprint)
                yield items
            if more is False:
                return
            ends_unsure = more is None

    async def _page(
        self,
        path: str,
        parameters: Mapping[str, str],
        number: int,
        *,
        until: float,
        place: str | None,
        may_be_gone: bool,
    ) -> Any:
        """The body of one page. On the first page a refused pageSize leads to the next smaller one."""
        while True:
            query: dict[str, str | int] = {**parameters, "pageSize": self._page_size, "pageNumber": number}
            answer = await self._client.request("GET", path, parameters=query, place=place, until=until)
            smaller = [size for size in _SIZES if size < self._page_size]
            if number == 1 and answer.status in _SIZE_REFUSED and smaller:
                self._page_size = smaller[0]
                continue
            if may_be_gone and answer.status == 404:
                return []  # no hasNextPage, and no such page: that was the end
            answer.raise_for_status()
            return answer.json()


def _items_of(body: Any, place: str) -> tuple[list[Any], bool | None]:
    """The items of a page, and whether there are more (None: not said). A bare list is one page."""
    if isinstance(body, list):
        return body, False
    items = body.get("items") if isinstance(body, dict) else None
    if not isinstance(items, list):
        what = Text("een pagina zonder 'items'", "a page without 'items'")
        raise SourceMalformed(what=what, place=place)
    more = body.get("hasNextPage")
    if isinstance(more, str) and more.lower() in ("true", "false"):
        more = more.lower() == "true"
    return items, more if isinstance(more, bool) else None


def _identity(item: Any) -> int:
    """A number for an item: equal items have equal numbers. Ids are enough where there are any."""
    if isinstance(item, dict):
        ids = [str(value) for name, value in item.items() if name.endswith("Id") and isinstance(value, str)]
        if ids:
            return hash(tuple(ids))
    return hash(repr(item))
