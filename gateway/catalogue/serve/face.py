"""OOAPI v5 over HTTP: ``/ooapi/v5`` for all members merged, ``/members/{member}/ooapi/v5`` for one.

A page that is ready goes out after one look in a dictionary. Everything else is resolved step by step: path, member,
parameters, answer. Until callers can log in, everybody sees the public members.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.findings import shown
from gateway.catalogue.serve.document import openapi
from gateway.catalogue.serve.follower import Follower, State
from gateway.catalogue.serve.meter import Meter
from gateway.catalogue.serve.parameters import identifier, instance_query, page_query, refuse_parameters
from gateway.catalogue.serve.routing import Match, Routes
from gateway.catalogue.serve.service import Catalogue, Made, Ready, Visible, json_answer
from gateway.errors import (
    GatewayError,
    HeadersTooLarge,
    InvalidParameter,
    MalformedAddress,
    MethodNotAllowed,
    NotAcceptable,
    NotAuthenticated,
    NotConfigured,
    NotFound,
)
from gateway.http import (
    Asked,
    Receive,
    Scope,
    Send,
    accepts,
    check_limits,
    path_segments,
    query_pairs,
    send_answer,
    send_problem,
)

MERGED: Final = ("ooapi", "v5")
MEDIA_TYPE: Final = "application/json"
_DOCUMENT: Final = ("openapi.json",)
_READS: Final = ("GET", "HEAD")
_STALE: Final = ((b"x-catalogue-stale", b"true"),)
_OPERATION: Final = "gateway.operation"  # key of the scope: the operation's name, once it is known
_UNMATCHED: Final = "other"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the faces a path points. ``member``: id in the path, None for the merged face."""

    member: str | None
    rest: tuple[str, ...]


class Face:
    """ASGI application for both prefixes; the caller has looked at the prefix only."""

    def __init__(self, follower: Follower, catalogue: Catalogue, meter: Meter, *, header_limit: int) -> None:
        self._follower = follower
        self._catalogue = catalogue
        self._meter = meter
        self._header_limit = header_limit
        self._routes = Routes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope["headers"])
        head = scope["method"] == "HEAD"
        try:
            check_limits(scope, asked, self._header_limit)
            ready = await self._ready(scope, asked)
        except GatewayError as error:
            # A request that was refused unread leaves bytes behind on its connection.
            close = isinstance(error, HeadersTooLarge) or asked.chunked
            status = await send_problem(send, error, asked.language, head=head, close=close)
            self._meter.count(scope.get(_OPERATION, _UNMATCHED), status)
            return
        extra = _STALE if self._follower.stale else ()
        status = await send_answer(send, ready.answer, asked, head=head, extra=extra)
        self._meter.count(ready.operation, status)

    async def _ready(self, scope: Scope, asked: Asked) -> Ready:
        key = (scope["raw_path"], scope["query_string"], asked.x_route)
        if scope["method"] in _READS and accepts(asked.accept, MEDIA_TYPE, "5"):
            kept = self._catalogue.ready(key)
            if kept is not None:
                self._meter.ready += 1
                return kept
        place = _place(scope["raw_path"])
        match = self._match(scope, place)

        if not accepts(asked.accept, MEDIA_TYPE, "5"):
            raise NotAcceptable(offered=MEDIA_TYPE)
        made, until = await self._answer(place, match, asked.x_route, query_pairs(scope["query_string"]))
        ready = Ready(made.answer, scope[_OPERATION], until)
        self._catalogue.keep(key, ready, made.generation)
        return ready

    def _match(self, scope: Scope, place: Place) -> Match | None:
        """The operation; None for the OpenAPI document. Raises NotFound, MethodNotAllowed, NotAuthenticated."""
        method = scope["method"]
        if place.rest == _DOCUMENT:
            if method not in _READS:
                raise MethodNotAllowed(method=method[:20], allowed=", ".join(_READS))
            scope[_OPERATION] = "GET /openapi.json"
            return None
        match = self._routes.match(method, place.rest)
        scope[_OPERATION] = f"{match.operation.method.upper()} {match.operation.path}"
        if not match.operation.catalogue:
            raise NotAuthenticated
        return match

    async def _answer(
        self, place: Place, match: Match | None, route: bytes | None, pairs: list[tuple[str, str]]
    ) -> tuple[Made, datetime | None]:
        """The answer and, where it ends by itself, when."""

        def view(state: State) -> Visible:
            return _visible(state, place, route)

        view(self._follower.state)
        if match is None or match.operation.path == "/":
            refuse_parameters(pairs)
            return self._about(self._follower.state, place, match), None
        operation = match.operation
        found = identifier(match.id_text) if match.id_text is not None else None
        if operation.is_collection:
            query = page_query(operation, pairs, found, self._catalogue.today())
            until = self._catalogue.midnight() if query.dated else None
            return await self._catalogue.page(view, query), until
        assert found is not None
        asked = instance_query(operation, pairs)
        return await self._catalogue.instance(view, operation.item, found, asked), None

    def _about(self, state: State, place: Place, match: Match | None) -> Made:
        """The Service object, or the OpenAPI document."""
        configuration = state.configuration
        if configuration is None:
            raise NotConfigured
        federation = configuration.federation
        prefix = MERGED if place.member is None else ("members", place.member, *MERGED)
        server_url = "/".join((federation.public_url, *prefix))
        if match is None:
            document = openapi(configuration, server_url, merged=place.member is None)
            return Made(json_answer(document), state.generation)
        service = {
            "contactEmail": federation.contact_email,
            "specification": f"{server_url}/openapi.json",
            "documentation": federation.documentation or f"{federation.public_url}/docs",
        }
        return Made(json_answer(service), state.generation)


def _place(raw_path: bytes) -> Place:
    """Raises NotFound for a path outside both prefixes, MalformedAddress."""
    segments = path_segments(raw_path)
    member = None
    rest = segments
    if segments[:1] == ("members",) and len(segments) > 1:
        member, rest = segments[1], segments[2:]
    if rest[:2] != MERGED:
        raise NotFound(what="/" + "/".join(segments)[:200])
    rest = rest[2:]
    return Place(member, () if rest == ("",) else rest)


def _visible(state: State, place: Place, route: bytes | None) -> Visible:
    """The members whose data may go into the answer.

    Raises NotConfigured, NotFound (no such member), NotAuthenticated (a member that is not public), or
    InvalidParameter for an X-Route that names nobody.
    """
    if state.configuration is None:
        raise NotConfigured
    if place.member is not None:
        member = state.configuration.member(place.member)
        if member is None:
            raise NotFound(what=shown(place.member))
        names = [member.id]
    elif route is not None:
        names = [_routed(state, name) for name in _route_names(route)]
    else:
        return state.public
    if not state.public.issuperset(names):
        raise NotAuthenticated
    return frozenset(names)


def _route_names(route: bytes) -> list[str]:
    """The names of ``endpoint=a,b``. Raises InvalidParameter, MalformedAddress."""
    try:
        text = route.decode("ascii")
    except UnicodeDecodeError:
        raise MalformedAddress from None
    kind, _, names = text.partition("=")
    found = [name.strip() for name in names.split(",") if name.strip()]
    if kind.strip() != "endpoint" or not found:
        raise InvalidParameter(name="X-Route", value=shown(text), expected="endpoint=a,b")
    return found


def _routed(state: State, name: str) -> str:
    member = state.member(name.lower())
    if member is None:
        raise InvalidParameter(name="X-Route", value=shown(name), expected=", ".join(sorted(state.public)))
    return member.id
