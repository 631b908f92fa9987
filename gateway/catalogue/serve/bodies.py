"""Bodies out of serialised resources: joined, not parsed, wherever that is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

_FLAG = {False: b"false", True: b"true"}


def page(items: Sequence[bytes], *, size: int, number: int, total: int) -> bytes:
    """The envelope of a collection (ooapi.md §1.1). ``total``: items on all pages together."""
    pages = -(-total // size)
    return b'{"pageSize":%d,"pageNumber":%d,"hasPreviousPage":%b,"hasNextPage":%b,"totalPages":%d,"items":[%b]}' % (
        size,
        number,
        _FLAG[number > 1],
        _FLAG[number < pages],
        pages,
        b",".join(items),
    )


def with_timeline(body: bytes, timeline: bytes | None) -> bytes:
    """The object with ``timelineOverrides`` as its last property; an empty list where there are none."""
    comma = b"" if body == b"{}" else b","
    return b'%b%b"timelineOverrides":%b}' % (body[:-1], comma, timeline or b"[]")


def referred_ids(body: Mapping[str, Any], properties: Iterable[str]) -> Iterator[UUID]:
    """The ids that these properties hold."""
    for name in properties:
        value = body.get(name)
        for target in value if isinstance(value, list) else [value]:
            if isinstance(target, str):
                yield UUID(target)


def expanded(body: bytes, properties: Sequence[str], bodies: Callable[[str], bytes | None]) -> bytes:
    """The object with the ids in these properties replaced by objects; an id without an object stays.

    ``bodies`` gives the serialised object of an id. One level: ids inside the objects stay ids.
    """
    value: dict[str, Any] = orjson.loads(body)

    def replaced(target: Any) -> Any:
        found = bodies(target) if isinstance(target, str) else None
        return target if found is None else orjson.Fragment(found)

    for name in properties:
        if name in value:
            targets = value[name]
            value[name] = [replaced(target) for target in targets] if isinstance(targets, list) else replaced(targets)
    return orjson.dumps(value)
