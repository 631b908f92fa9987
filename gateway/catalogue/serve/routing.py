"""From the segments of a path to an operation of the standard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.errors import MethodNotAllowed, NotFound
from ooapi_specs.v5 import OPERATIONS, Operation

_ANY: Final = "{}"


@dataclass(frozen=True, slots=True)
class Match:
    """An operation and the text in the place of its id; None where the path has none."""

    operation: Operation
    id_text: str | None


class Routes:
    """All paths of the standard. A path that it does not have is NotFound, also for methods that it does not know."""

    def __init__(self, operations: Iterable[Operation] = OPERATIONS) -> None:
        self._paths: dict[tuple[str, ...], dict[str, Operation]] = {}
        for operation in operations:
            segments = tuple(_ANY if part.startswith("{") else part for part in _segments(operation.path))
            self._paths.setdefault(segments, {})[operation.method.upper()] = operation

    def match(self, method: str, segments: tuple[str, ...]) -> Match:
        """Raises NotFound or MethodNotAllowed. ``segments``: decoded, without the prefix of the face."""
        methods = self._paths.get(segments)
        id_text = None
        if (methods is None or _ANY in segments) and len(segments) > 1 and segments[1]:
            id_text = segments[1]
            methods = self._paths.get((segments[0], _ANY, *segments[2:]))
        if methods is None:
            raise NotFound(what="/" + "/".join(segments)[:200])
        operation = methods.get("GET" if method == "HEAD" else method)
        if operation is None:
            allowed = [*methods, *(["HEAD"] if "GET" in methods else [])]
            raise MethodNotAllowed(method=method[:20], allowed=", ".join(sorted(allowed)))
        return Match(operation, id_text)


def _segments(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)
