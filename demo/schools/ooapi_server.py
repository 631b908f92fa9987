"""The OOAPI v5 endpoint of ROC Klaverkust: collections with paging, single resources, and what hangs below them.

Catalogue resources are open; persons and associations need a bearer token from ``/oauth/token`` (OAuth2 client
credentials). Enough of the standard for a gateway to read a school, not a product.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from demo.schools.ooapi_document import ID_PROPERTIES

Item = dict[str, Any]
Document = dict[str, list[Item]]

BASE_PATH = "/ooapi/v5"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
_PAGE_SIZES = (10, 20, 50, 100, 250)
_TOKEN_SECONDS = 600
_ROOTS = (
    "organizations", "academic-sessions", "education-specifications", "programs", "courses", "buildings", "rooms",
    "groups", "persons",
)  # fmt: skip
# Below a resource: the collection, and by which property it belongs there.
_BELOW = {
    ("organizations", "programs"): "organization",
    ("organizations", "courses"): "organization",
    ("organizations", "components"): "organization",
    ("organizations", "offerings"): "organization",
    ("organizations", "groups"): "organization",
    ("organizations", "education-specifications"): "organization",
    ("academic-sessions", "offerings"): "academicSession",
    ("programs", "programs"): "parent",
    ("programs", "courses"): "programs",
    ("programs", "offerings"): "program",
    ("courses", "components"): "course",
    ("courses", "offerings"): "course",
    ("components", "offerings"): "component",
    ("buildings", "rooms"): "building",
    ("education-specifications", "education-specifications"): "parent",
    ("education-specifications", "programs"): "educationSpecification",
    ("education-specifications", "courses"): "educationSpecification",
    ("persons", "associations"): "person",
    ("offerings", "associations"): "offering",
}
_PERSONAL = frozenset({"persons", "associations"})
_SEARCHED = ("name", "abbreviation", "description", "givenName", "surname", "displayName", "mail")


class Endpoint:
    """The handlers, over one document that never changes."""

    def __init__(
        self, document: Document, *, client_id: str, secret: str, token: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._document = document
        self._client_id = client_id
        self._secret = secret
        self._token = token
        self._clock = clock  # seconds, monotonic
        self._tokens: dict[str, float] = {}
        self._by_id = {
            collection: {item[ID_PROPERTIES[collection]]: item for item in items}
            for collection, items in document.items()
        }

    def app(self) -> Starlette:
        routes = [Route(BASE_PATH + "/", self.service), Route(TOKEN_PATH, self.issue, methods=["POST"])]
        for collection in _ROOTS:
            routes.append(Route(f"{BASE_PATH}/{collection}", self._collection(collection)))
        for collection in ID_PROPERTIES:
            routes.append(Route(f"{BASE_PATH}/{collection}/{{id}}", self._instance(collection)))
        for (above, below), name in _BELOW.items():
            routes.append(Route(f"{BASE_PATH}/{above}/{{id}}/{below}", self._children(above, below, name)))
        return Starlette(routes=routes, exception_handlers={HTTPException: _problem})

    # -- handlers -------------------------------------------------------------------------------------------------

    async def service(self, request: Request) -> Response:
        site = str(request.base_url).rstrip("/")
        return _json(
            {
                "contactEmail": "ooapi@klaverkust.example",
                "specification": "https://openonderwijsapi.nl/specification/v5/docs.html",
                "documentation": f"{site}{BASE_PATH}",
            }
        )

    async def issue(self, request: Request) -> Response:
        """OAuth2 client credentials (RFC 6749 §4.4), the client in Basic or in the body."""
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        client, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret", ""))
        if form.get("grant_type") != "client_credentials":
            return _json({"error": "unsupported_grant_type"}, 400)
        known = hmac.compare_digest(client.encode(), self._client_id.encode())
        if not (hmac.compare_digest(secret.encode(), self._secret.encode()) and known):
            return _json({"error": "invalid_client"}, 401)
        now = self._clock()
        self._tokens = {token: until for token, until in self._tokens.items() if until > now}
        token = self._token()
        self._tokens[token] = now + _TOKEN_SECONDS
        return _json({"access_token": token, "token_type": "Bearer", "expires_in": _TOKEN_SECONDS})

    def _collection(self, collection: str) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self._authorise(request, collection)
            return _page(request, self._document[collection])

        return answer

    def _instance(self, collection: str) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self._authorise(request, collection)
            item = dict(self._found(collection, request))
            for name in request.query_params.get("expand", "").split(","):
                if name in item:
                    item[name] = self._expanded(item[name])
            return _json(item)

        return answer

    def _children(self, above: str, below: str, name: str) -> Callable[[Request], Any]:
        async def answer(request: Request) -> Response:
            self._authorise(request, below)
            own_id = self._found(above, request)[ID_PROPERTIES[above]]
            return _page(request, [item for item in self._document[below] if own_id in _ids(item.get(name))])

        return answer

    # -- parts ----------------------------------------------------------------------------------------------------

    def _authorise(self, request: Request, collection: str) -> None:
        if collection not in _PERSONAL:
            return
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or self._tokens.get(token, 0.0) <= self._clock():
            raise HTTPException(401, "a valid token is needed", {"WWW-Authenticate": "Bearer"})

    def _found(self, collection: str, request: Request) -> Item:
        item = self._by_id[collection].get(request.path_params["id"].lower())
        if item is None:
            raise HTTPException(404, f"{collection} does not have this id")
        return item

    def _expanded(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._expanded(each) for each in value]
        for items in self._by_id.values():
            if isinstance(value, str) and value in items:
                return items[value]
        return value


def _ids(value: Any) -> Iterable[str]:
    """The ids in a reference: an id, an object with one, or a list of these."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [value[name] for name in ID_PROPERTIES.values() if name in value][:1]
    return [value] if value else []


def _page(request: Request, items: list[Item]) -> Response:
    query = request.query_params
    size, number = _whole(query.get("pageSize", "10")), _whole(query.get("pageNumber", "1"))
    if size not in _PAGE_SIZES or number < 1:
        raise HTTPException(400, "pageSize is one of 10, 20, 50, 100, 250 and pageNumber starts at 1")
    wanted = [item for item in items if _matches(item, request)]
    start = (number - 1) * size
    return _json(
        {
            "pageSize": size,
            "pageNumber": number,
            "hasPreviousPage": number > 1,
            "hasNextPage": start + size < len(wanted),
            "totalPages": -(-len(wanted) // size),
            "items": wanted[start : start + size],
        }
    )


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def _matches(item: Item, request: Request) -> bool:
    """The filters of the standard that a gateway uses: primaryCode, q, and the type of what is listed."""
    query = request.query_params
    if "primaryCode" in query and item.get("primaryCode", {}).get("code") != query["primaryCode"]:
        return False
    if "affiliations" in query and not set(query["affiliations"].split(",")) & set(item.get("affiliations", ())):
        return False
    if "offeringType" in query and item.get("offeringType") != query["offeringType"]:
        return False
    wanted = query.get("associationType", "").removesuffix("Association")
    if wanted and item.get("associationType") != f"{wanted}Association":
        return False
    if "q" in query:
        found = orjson.dumps([item.get(name) for name in _SEARCHED]).decode().lower()
        return query["q"].lower() in found
    return True


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(client), unquote_plus(secret)  # RFC 6749 §2.3.1


def _json(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, media_type="application/json")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    body = orjson.dumps({"status": str(error.status_code), "title": str(error.detail)})
    return Response(body, error.status_code, headers=error.headers, media_type="application/problem+json")
