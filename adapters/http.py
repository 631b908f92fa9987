"""The one outgoing HTTP client: deadlines, bounded answers, safe retries, token cache, guard against inner addresses.

It speaks through the transport of httpx2 and not through its client on purpose: the client follows redirects, keeps
cookies, reads proxies from the environment and logs whole addresses with their query. None of that may happen here.

What goes wrong is one of ``adapters.errors``: SourceUnreachable (no connection), SourceTimeout (a deadline passed),
SourceRefused (401, 403, no token), SourceMalformed (HTML, no JSON, a redirect), SourceTooLarge, SourceBroke (the
connection or the server failed), ConfigurationInvalid (an inner address, credentials over plain HTTP).
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal, Self, TypeVar
from urllib.parse import quote_plus, urlsplit

import httpcore2
import httpx2
import orjson
from pydantic import BaseModel, ConfigDict, Field

from adapters.contract import AdapterContext, SecretReference
from adapters.errors import (
    AdapterError,
    ConfigurationInvalid,
    SourceBroke,
    SourceMalformed,
    SourceRefused,
    SourceTimeout,
    SourceTooLarge,
    SourceUnreachable,
    StreamMissing,
)
from adapters.text import Text

OOAPI_ACCEPT = "application/json; version=5"

_RETRIED_STATUSES = frozenset({429, 502, 503, 504})
_LONGEST_RETRY_AFTER = 60.0  # seconds; a server that asks for more is asked again after this
_TOKEN_LIFE = 300.0  # seconds, when the token answer names none (RFC 6749 §5.1 only recommends expires_in)
_TOKEN_MARGIN = 30.0  # seconds before its end that a token is no longer used
_PUBLIC_BUT_INNER = frozenset({ipaddress.ip_address("168.63.129.16")})  # the metadata service of one cloud
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

Kind = TypeVar("Kind", bound=AdapterError)
Parameters = Mapping[str, str | int] | Mapping[str, str | int | Sequence[str]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


# -- settings -----------------------------------------------------------------------------------------------------


class _Authentication(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Basic(_Authentication):
    """RFC 7617."""

    kind: Literal["basic"] = "basic"
    username: str = Field(min_length=1, pattern=r"^[^:]+$")
    password: SecretReference


class ApiKey(_Authentication):
    """One header with a fixed value."""

    kind: Literal["api_key"] = "api_key"
    header: str = Field("X-Api-Key", pattern=r"^[A-Za-z0-9-]+$")
    value: SecretReference


class ClientCredentials(_Authentication):
    """OAuth 2 client credentials (RFC 6749 §4.4). The client proves itself by Basic (§2.3.1) or in the body."""

    kind: Literal["client_credentials"] = "client_credentials"
    token_url: str = Field(pattern=r"^https?://[^@\s]+$")
    client_id: str = Field(min_length=1)
    client_secret: SecretReference
    scope: str = ""
    client_authentication: Literal["basic", "body"] = "basic"


Authentication = Annotated[Basic | ApiKey | ClientCredentials, Field(discriminator="kind")]


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how patiently a GET is repeated. ``attempts`` counts the first one; waits are seconds."""

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 15.0


# -- answers ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. ``headers`` have lower-case names; ``place`` is the address without query."""

    status: int
    place: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def raise_for_status(self) -> None:
        """Return when the status is 2xx, else raise what it means for a source that is being read."""
        if 200 <= self.status < 300:
            return
        diagnostic = f"HTTP {self.status}"
        if self.status in (401, 403):
            raise SourceRefused(diagnostic, place=self.place)
        if self.status in (404, 410):
            raise StreamMissing(diagnostic, place=self.place, what=diagnostic)
        if self.status >= 500 or self.status == 429:
            raise SourceBroke(diagnostic, place=self.place)
        if 300 <= self.status < 400:
            to = urlsplit(self.headers.get("location", "")).hostname or "?"
            what = Text(f"het verwijst door naar {to} ({diagnostic})", f"it redirects to {to} ({diagnostic})")
            raise SourceMalformed(diagnostic, what=what, place=self.place)
        raise SourceMalformed(diagnostic, place=self.place, what=diagnostic)

    def json(self) -> Any:
        """The body as JSON. Raises SourceMalformed when it is HTML, another type, or no JSON at all."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        body = self.body.removeprefix(b"\xef\xbb\xbf")
        if media_type in ("text/html", "application/xhtml+xml") or body.lstrip()[:1] == b"<":
            what = Text("het is een webpagina en geen JSON", "it is a web page and not JSON")
        elif media_type and media_type != "application/json" and not media_type.endswith("+json"):
            what = Text("het is geen JSON volgens de Content-Type", "it is not JSON according to its Content-Type")
        else:
            try:
                return orjson.loads(body)
            except orjson.JSONDecodeError as error:
                # The error's text quotes nothing, but the exception holds the document: keep it out of the chain.
                position = error.pos
            what = Text(f"ongeldige JSON bij teken {position}", f"invalid JSON at character {position}")
        raise SourceMalformed(what=what, place=self.place)


# -- the guard ----------------------------------------------------------------------------------------------------


def public_address(address: str) -> bool:
    """Whether an IP address is reachable by everyone: not loopback, private, link-local, multicast or metadata.

    IPv6 forms that carry an IPv4 address (mapped, 6to4, NAT64, Teredo) are judged by what they carry.
    """
    ip: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        carried: list[Address | None] = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if ip in _NAT64:
            carried.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if any(inner is not None and not public_address(str(inner)) for inner in carried):
            return False
        if ip.ipv4_mapped is not None:
            return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and ip not in _PUBLIC_BUT_INNER


class _GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Resolves a host itself, checks the addresses and connects to a checked one.

    The name is resolved once per connection, so a name server that answers differently the second time (DNS
    rebinding) cannot lead the connection elsewhere. TLS still uses the host's name: it is given at start_tls.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        loop = asyncio.get_running_loop()
        end = loop.time() + (timeout if timeout is not None else 30.0)
        try:
            async with asyncio.timeout_at(end):
                found = await loop.getaddrinfo(host, port, type=1)  # SOCK_STREAM
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"no answer about the name {host}") from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} is not known") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if not self._allow_private:
            addresses = [address for address in addresses if public_address(address)]
        if not addresses:
            what = Text(f"{host} heeft een intern adres", f"{host} has an inner address")
            raise ConfigurationInvalid(f"{host} resolves to no public address", what=what)
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            try:
                share = max(0.05, (end - loop.time()) / left)  # a dead address leaves time for the next
                return await self._network.connect_tcp(
                    address, port, timeout=share, local_address=local_address, socket_options=socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if left == 1:
                    raise
        raise AssertionError("unreachable: the last address returns or raises")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise ConfigurationInvalid(what="unix socket")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class _GuardedTransport(httpx2.AsyncHTTPTransport):
    """The transport of httpx2 with the guard as its network; an own SSLContext, never shared between clients.

    Without ``tls`` the context trusts nobody: reading all certificate authorities takes some 100 ms.
    """

    def __init__(self, *, allow_private: bool, connections: int, tls: bool) -> None:
        context = httpx2.create_ssl_context() if tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(verify=context, trust_env=False)
        # The transport has no parameter for a network backend; its pool is replaced before first use.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=15.0,
            network_backend=_GuardedNetwork(allow_private=allow_private),
        )


# -- the client ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Token:
    header: str = field(repr=False)
    until: float  # monotonic


class HttpClient:
    """Requests to one base address, as ``async with``.

    ``deadline``: seconds for one attempt, from connecting to the last byte of the answer. ``max_bytes``: largest
    decompressed answer, by default that of the context. Secrets are resolved at the first request and appear in no
    repr, log or error.
    """

    def __init__(
        self,
        context: AdapterContext,
        base_url: str,
        *,
        auth: Basic | ApiKey | ClientCredentials | None = None,
        deadline: float = 20.0,
        retries: Retries | None = None,
        connections: int = 10,
        max_bytes: int | None = None,
    ) -> None:
        self._context = context
        self._base_url = base_url.rstrip("/")
        self._auth = auth
        self._deadline = deadline
        self._retries = retries or Retries()
        self._connections = connections
        self._max_bytes = context.max_bytes if max_bytes is None else min(max_bytes, context.max_bytes)
        self._transport: _GuardedTransport | None = None
        self._token: _Token | None = None
        self._token_lock = asyncio.Lock()
        self._fixed_headers: dict[str, str] | None = None

    def __repr__(self) -> str:
        return f"HttpClient({_place(self._base_url)!r})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections. The client may be used again."""
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()

    async def json(
        self,
        path: str,
        *,
        parameters: Parameters | None = None,
        place: str | None = None,
        until: float | None = None,
    ) -> Any:
        """GET a path and return its JSON. Raises for every status but 2xx, see :meth:`Answer.raise_for_status`."""
        answer = await self.request("GET", path, parameters=parameters, place=place, until=until)
        answer.raise_for_status()
        return answer.json()

    async def request(
        self,
        method: str,
        path: str,
        *,
        parameters: Parameters | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        place: str | None = None,
        until: float | None = None,
    ) -> Answer:
        """Send one request and return the answer, whatever its status; redirects are not followed.

        ``path`` is appended to the base address. ``place`` replaces the address in errors (for paths that name a
        person). ``until``: monotonic time of the context at which all attempts must have ended. Only GET is
        repeated: when connecting fails, on a deadline, on a broken answer and on 429, 502, 503 and 504. A 401 on a
        fetched token leads to one new token and one repetition.
        """
        url = self._url(path, parameters)
        place = place or _place(str(url))
        sent = {"Accept": OOAPI_ACCEPT, **(headers or {})}
        if not isinstance(self._auth, ClientCredentials):
            sent.update(self._fixed_authorization(url))
            return await self._attempts(method, url, sent, body, place, until)
        token = await self._current_token(url, until)
        answer = await self._attempts(method, url, {**sent, "Authorization": token.header}, body, place, until)
        if answer.status == 401:
            if self._token is token:
                self._token = None
            token = await self._current_token(url, until)
            answer = await self._attempts(method, url, {**sent, "Authorization": token.header}, body, place, until)
        return answer

    def _url(self, path: str, parameters: Parameters | None) -> httpx2.URL:
        if not path.startswith("/") or any(sign in path for sign in "?#\\") or ".." in path.split("/"):
            raise ConfigurationInvalid(what="path")
        try:
            url = httpx2.URL(self._base_url + path)
        except httpx2.InvalidURL:
            raise ConfigurationInvalid(what="base_url") from None
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise ConfigurationInvalid(what="base_url")
        if not parameters:
            return url
        query = {n: v if isinstance(v, str | int) else list(v) for n, v in parameters.items()}
        return url.copy_with(params=httpx2.QueryParams(query))

    # -- one request, repeated ------------------------------------------------------------------------------------

    async def _attempts(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        body: bytes | None,
        place: str,
        until: float | None,
        *,
        repeatable: bool = False,
    ) -> Answer:
        attempts = self._retries.attempts if method == "GET" or repeatable else 1
        attempt = 0
        while True:
            attempt += 1
            answer: Answer | None = None
            failure: AdapterError | None = None
            try:
                answer = await self._once(method, url, headers, body, place, until)
            except (SourceUnreachable, SourceBroke) as error:
                failure = error
            if answer is not None and answer.status not in _RETRIED_STATUSES:
                return answer
            wait = self._wait(attempt, answer)
            too_late = until is not None and self._context.monotonic() + wait >= until
            if attempt >= attempts or too_late:
                if failure is not None:
                    raise failure
                assert answer is not None
                return answer
            await self._context.sleep(wait)

    def _wait(self, attempt: int, answer: Answer | None) -> float:
        """Seconds before the next attempt: exponential with jitter, or what the server asks for, within bounds."""
        longest = min(self._retries.longest_wait, self._retries.first_wait * 2.0 ** (attempt - 1))
        wait = longest * (0.5 + self._context.random.random() / 2)
        asked = _retry_after(answer.headers.get("retry-after"), self._context.now()) if answer is not None else None
        return wait if asked is None else max(wait, min(asked, _LONGEST_RETRY_AFTER))

    async def _once(
        self,
        method: str,
        url: httpx2.URL,
        headers: Mapping[str, str],
        body: bytes | None,
        place: str,
        until: float | None,
    ) -> Answer:
        seconds = self._deadline
        if until is not None:
            seconds = min(seconds, until - self._context.monotonic())
            if seconds <= 0:
                raise SourceTimeout("total deadline", place=place, seconds=0)
        timeout = httpx2.Timeout(seconds)
        request = httpx2.Request(
            method,
            url,
            headers={"Accept-Encoding": "gzip", "User-Agent": "ooapi-gateway", **headers},
            content=body,
            extensions={"timeout": timeout.as_dict()},
        )
        try:
            async with asyncio.timeout(seconds):
                if self._transport is None:
                    self._transport = self._new_transport()
                response = await self._transport.handle_async_request(request)
                try:
                    content = await self._content(response, place)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise SourceTimeout(type(error).__name__, place=place, seconds=f"{seconds:g}") from error
        except httpx2.ConnectError as error:
            raise SourceUnreachable(f"ConnectError: {error}", place=place) from error
        except httpx2.DecodingError as error:
            what = Text("de compressie klopt niet", "the compression is wrong")
            raise SourceMalformed("DecodingError", what=what, place=place) from error
        except (httpx2.LocalProtocolError, httpx2.UnsupportedProtocol) as error:
            raise ConfigurationInvalid(type(error).__name__, what="request") from error
        except httpx2.TransportError as error:
            # Texts of protocol errors may quote the answer, so only the kind is kept.
            raise SourceBroke(type(error).__name__, place=place) from None
        return Answer(response.status_code, place, {k.lower(): v for k, v in response.headers.items()}, content)

    def _new_transport(self) -> _GuardedTransport:
        token_url = self._auth.token_url if isinstance(self._auth, ClientCredentials) else ""
        return _GuardedTransport(
            allow_private=self._context.allow_private_addresses,
            connections=self._connections,
            tls=self._base_url.startswith("https:") or token_url.startswith("https:"),
        )

    async def _content(self, response: httpx2.Response, place: str) -> bytes:
        """The decompressed body, never more than the limit in memory."""
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > self._max_bytes:
            raise SourceTooLarge(place=place, size=announced, limit=self._max_bytes)
        content = bytearray()
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > self._max_bytes:
                raise SourceTooLarge(place=place, size=f"> {self._max_bytes}", limit=self._max_bytes)
        return bytes(content)

    # -- who we are -----------------------------------------------------------------------------------------------

    def _refuse_plain(self, url: httpx2.URL) -> None:
        if url.scheme != "https" and not self._context.allow_private_addresses:
            what = Text("inloggegevens gaan alleen over https", "credentials only travel over https")
            raise ConfigurationInvalid(what=what)

    def _fixed_authorization(self, url: httpx2.URL) -> Mapping[str, str]:
        if self._auth is None:
            return {}
        self._refuse_plain(url)
        if self._fixed_headers is None:
            if isinstance(self._auth, Basic):
                password = self._context.secret(self._auth.password)
                self._fixed_headers = {"Authorization": _basic(self._auth.username, password)}
            elif isinstance(self._auth, ApiKey):
                self._fixed_headers = {self._auth.header: self._context.secret(self._auth.value)}
            else:
                raise AssertionError("client credentials have no fixed header")
        return self._fixed_headers

    async def _current_token(self, url: httpx2.URL, until: float | None) -> _Token:
        """The cached token, or a new one; several requests at a time wait for one fetch."""
        self._refuse_plain(url)
        async with self._token_lock:
            if self._token is None or self._context.monotonic() >= self._token.until:
                self._token = await self._fetch_token(until)
            return self._token

    async def _fetch_token(self, until: float | None) -> _Token:
        auth = self._auth
        assert isinstance(auth, ClientCredentials)
        url = httpx2.URL(auth.token_url)
        self._refuse_plain(url)
        secret = self._context.secret(auth.client_secret)
        form = {"grant_type": "client_credentials"}
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        if auth.scope:
            form["scope"] = auth.scope
        if auth.client_authentication == "basic":
            headers["Authorization"] = _basic(quote_plus(auth.client_id), quote_plus(secret))
        else:
            form |= {"client_id": auth.client_id, "client_secret": secret}
        body = str(httpx2.QueryParams(form)).encode()
        place = _place(auth.token_url)
        # Asking twice for a token has no other effect than a second token: safe to repeat, although a POST.
        answer = await self._attempts("POST", url, headers, body, place, until, repeatable=True)
        if answer.status in (400, 401, 403):  # RFC 6749 §5.2: invalid_client may come as 400 or 401
            raise SourceRefused(f"token: HTTP {answer.status}", place=place)
        answer.raise_for_status()
        granted = answer.json()
        token = granted.get("access_token") if isinstance(granted, dict) else None
        if not isinstance(token, str) or not token or not token.isprintable():
            raise SourceMalformed(place=place, what="access_token")
        life = _token_life(granted.get("expires_in"))
        return _Token(f"Bearer {token}", self._context.monotonic() + life - min(_TOKEN_MARGIN, life / 2))


def _basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode("ascii")


def _token_life(expires_in: object) -> float:
    """Seconds that a token may be used: what its answer says within a day, else the usual."""
    try:
        life = float(str(expires_in))
    except ValueError:
        return _TOKEN_LIFE
    return min(life, 86_400.0) if life > 0 else _TOKEN_LIFE  # NaN is not > 0 either


def _place(url: str) -> str:
    """An address as errors may show it: no user, no query, no fragment."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 §10.2.3), or None when it is absent or unreadable."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def clock_difference(answer: Answer, now: datetime) -> float | None:
    """Seconds that the server's clock (header Date) is ahead of ours; None without a readable header."""
    try:
        moment = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return (moment - now).total_seconds() if moment.tzinfo is not None else None
