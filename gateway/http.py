"""HTTP below the rooms: reading what a request asks, sending ready answers and problems. Plain ASGI.

A page that is ready costs one pass over the headers and two sends, so nothing here wraps requests in objects of a
framework. Terms: an *answer* is a complete body with its headers, made once and sent many times; a *problem* is an
error in the form of OOAPI v5 (``application/problem+json``).
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, Final

import orjson

from adapters.findings import shown
from adapters.text import Language
from gateway.errors import (
    AddressTooLong,
    BodyNotExpected,
    GatewayError,
    HeadersTooLarge,
    MalformedAddress,
    RepeatedParameter,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

LONGEST_ADDRESS: Final = 8 << 10  # bytes of path and query together (RFC 9110 §4.1 asks for at least 8,000)
LARGEST_IGNORED_BODY: Final = 8 << 10  # a body of a GET means nothing (RFC 9110 §9.3.1); a large one is refused
GZIP_FROM: Final = 1 << 10  # below this, compression costs more than it saves


class Asked:
    """What the headers of one request ask for, as bytes; None where the header is absent."""

    __slots__ = (
        "accept",
        "accept_encoding",
        "accept_language",
        "chunked",
        "content_length",
        "header_bytes",
        "if_none_match",
        "x_route",
    )

    def __init__(self, headers: Sequence[tuple[bytes, bytes]]) -> None:
        self.accept: bytes | None = None
        self.accept_encoding: bytes | None = None
        self.accept_language: bytes | None = None
        self.if_none_match: bytes | None = None
        self.x_route: bytes | None = None
        self.content_length: bytes | None = None
        self.chunked = False
        total = 0
        for name, value in headers:
            total += len(name) + len(value) + 4
            attribute = _WANTED.get(name)
            if attribute is not None:
                # The same header on several lines means one list (RFC 9110 §5.3).
                earlier = getattr(self, attribute)
                setattr(self, attribute, value if earlier is None else earlier + b", " + value)
            elif name == b"transfer-encoding":
                self.chunked = True
        self.header_bytes = total

    @property
    def language(self) -> Language:
        return preferred_language(self.accept_language)


_WANTED: Final[Mapping[bytes, str]] = {
    b"accept": "accept",
    b"accept-encoding": "accept_encoding",
    b"accept-language": "accept_language",
    b"if-none-match": "if_none_match",
    b"x-route": "x_route",
    b"content-length": "content_length",
}


def check_limits(scope: Scope, asked: Asked, header_limit: int) -> None:
    """Raise HeadersTooLarge, AddressTooLong or BodyNotExpected (a large body where none belongs)."""
    if asked.header_bytes > header_limit:
        raise HeadersTooLarge(limit=header_limit)
    if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_ADDRESS:
        raise AddressTooLong(limit=LONGEST_ADDRESS)
    if (asked.chunked or asked.content_length) and scope["method"] in ("GET", "HEAD"):
        length = asked.content_length or b"0"
        if asked.chunked or not length.isdigit() or int(length) > LARGEST_IGNORED_BODY:
            raise BodyNotExpected(method=scope["method"])


# -- reading the address ------------------------------------------------------------------------------------------

_MALFORMED_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_ENCODED = re.compile(rb"%([0-9A-Fa-f]{2})")


def percent_decoded(raw: bytes) -> str:
    """The text of a percent-encoded part. Raises MalformedAddress: also for
    overlong UTF-8 and NUL."""
    if _MALFORMED_PERCENT.search(raw):
        raise MalformedAddress
    decoded = _ENCODED.sub(lambda match: bytes((int(match.group(1), 16),)), raw)
    if b"\x00" in decoded:
        raise MalformedAddress
    try:
        return decoded.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedAddress from None


def path_segments(raw_path: bytes) -> tuple[str, ...]:
    """The decoded segments of a path that starts with a slash.

    The path is split before it is decoded and never normalised: ``..``, an encoded slash or an empty segment stays
    what it is and matches no route.
    """
    return tuple(percent_decoded(segment) for segment in raw_path.removeprefix(b"/").split(b"/"))


def query_pairs(query: bytes) -> list[tuple[str, str]]:
    """The names and values of a query string, in order. Raises MalformedAddress."""
    pairs = []
    for part in query.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            pairs.append((percent_decoded(name.replace(b"+", b" ")), percent_decoded(value.replace(b"+", b" "))))
    return pairs


def single(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The pairs as a mapping. Raises RepeatedParameter."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise RepeatedParameter(name=shown(name))
        found[name] = value
    return found


# -- negotiation (RFC 9110 §12) -----------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def _weighted(header: bytes) -> tuple[tuple[str, dict[str, str], float], ...]:
    """The members of a list header: name in lower case, parameters, weight. A malformed weight counts as 1."""
    members = []
    for part in header.decode("latin-1").split(","):
        name, *rest = (piece.strip() for piece in part.split(";"))
        parameters = {}
        for piece in rest:
            key, _, value = piece.partition("=")
            parameters[key.strip().lower()] = value.strip().strip('"')
        weight = parameters.pop("q", "1")
        try:
            number = min(max(float(weight), 0.0), 1.0)
        except ValueError:
            number = 1.0
        if name:
            members.append((name.lower(), parameters, number))
    return tuple(members)


@lru_cache(maxsize=256)
def accepts(header: bytes | None, media_type: str, version: str | None = None) -> bool:
    """Whether an Accept header admits the media type; no header admits everything.

    ``version``: the value that a ``version`` parameter must have where the client gives one
    (``Accept: application/json; version=5`` is the custom among users of OOAPI). The most specific range decides.
    """
    if header is None or not header.strip():
        return True
    kind = media_type.split("/")[0]
    best: tuple[int, float] = (-1, 0.0)
    for name, parameters, weight in _weighted(header):
        specificity = {media_type: 2, f"{kind}/*": 1, "*/*": 0}.get(name, -1)
        asked_version = parameters.get("version")
        if specificity < 0 or (version and asked_version and asked_version.split(".")[0] != version):
            continue
        best = max(best, (specificity, weight))
    return best[1] > 0


@lru_cache(maxsize=256)
def accepts_gzip(header: bytes | None) -> bool:
    """Whether the client takes gzip. No header: the body goes out as it is."""
    if header is None:
        return False
    weights = {name: weight for name, _, weight in _weighted(header)}
    return weights.get("gzip", weights.get("x-gzip", weights.get("*", 0.0))) > 0


@lru_cache(maxsize=256)
def names_media_type(header: bytes | None, media_type: str) -> bool:
    """Whether an Accept header names this very type, not only by a wildcard."""
    return header is not None and any(name == media_type and weight > 0 for name, _, weight in _weighted(header))


@lru_cache(maxsize=256)
def preferred_language(header: bytes | None) -> Language:
    """Dutch or English, whichever an Accept-Language header likes best; English when it likes neither."""
    best: Language = "en"
    highest = 0.0
    for name, _, weight in _weighted(header or b""):
        primary = name.split("-")[0]
        if primary in ("nl", "en") and weight > highest:
            best, highest = ("nl" if primary == "nl" else "en"), weight
    return best


_ENTITY_TAG = re.compile(rb'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def matches_tag(if_none_match: bytes, tag: bytes) -> bool:
    """Whether If-None-Match holds the tag (weak comparison, RFC 9110 §13.1.2) or is ``*``."""
    return if_none_match.strip() == b"*" or tag in _ENTITY_TAG.findall(if_none_match)


# -- answers ------------------------------------------------------------------------------------------------------


class Answer:
    """A complete 200 answer: its body, its tag, and the same compressed once somebody asks for it.

    The tag is strong and belongs to the bytes sent, so the compressed form has its own (RFC 9110 §8.8.3).
    """

    __slots__ = ("_compressed", "_compressed_tag", "_plain", "body", "headers", "tag")

    def __init__(self, body: bytes, headers: Mapping[str, str]) -> None:
        """``headers``: all but content-length, content-encoding and etag."""
        digest = hashlib.blake2b(body, digest_size=16).hexdigest()
        self.body = body
        self.tag = f'"{digest}"'.encode()
        self.headers: Headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
        self._plain: Headers = [*self.headers, (b"etag", self.tag), (b"content-length", b"%d" % len(body))]
        self._compressed_tag = f'"{digest}-gzip"'.encode()
        self._compressed: tuple[bytes, Headers] | None = None

    @property
    def weight(self) -> int:
        """Bytes of memory, near enough, the compressed form included even before it is made."""
        return len(self.body) + len(self.body) // 4 + 2048

    def form(self, gzip: bool) -> tuple[bytes, Headers, bytes]:
        """Body, headers and tag of the plain or the compressed representation. A small body is never compressed."""
        if not gzip or len(self.body) < GZIP_FROM:
            return self.body, self._plain, self.tag
        if self._compressed is None:
            packer = zlib.compressobj(5, zlib.DEFLATED, 31)
            packed = packer.compress(self.body) + packer.flush()
            headers = [
                *self.headers,
                (b"etag", self._compressed_tag),
                (b"content-encoding", b"gzip"),
                (b"content-length", b"%d" % len(packed)),
            ]
            self._compressed = packed, headers
        return *self._compressed, self._compressed_tag


async def send_answer(
    send: Send, answer: Answer, asked: Asked, *, head: bool, extra: Sequence[tuple[bytes, bytes]] = ()
) -> int:
    """Send the answer, or 304 when the client has this very representation. Returns the status."""
    body, headers, tag = answer.form(accepts_gzip(asked.accept_encoding))
    if asked.if_none_match is not None and matches_tag(asked.if_none_match, tag):
        kept = [header for header in headers if header[0] not in (b"content-length", b"content-encoding")]
        await send({"type": "http.response.start", "status": 304, "headers": [*kept, *extra]})
        await send({"type": "http.response.body", "body": b""})
        return 304
    await send({"type": "http.response.start", "status": 200, "headers": [*headers, *extra] if extra else headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
    return 200


async def send_problem(
    send: Send, error: GatewayError, language: Language, *, head: bool = False, close: bool = False
) -> int:
    """Send the error as ``application/problem+json`` in the language. Returns the status."""
    body = orjson.dumps(error.problem(language))
    headers: Headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-language", language.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"vary", b"Accept-Language"),
        *((name.lower().encode(), value.encode("latin-1", "replace")) for name, value in error.headers().items()),
    ]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else body})
    return error.status
