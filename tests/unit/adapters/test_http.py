"""The outgoing client against a small server on a real socket that does as it is told."""

from __future__ import annotations

import asyncio
import base64
import gzip
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import AdapterContext
from adapters.errors import (
    AdapterError,
    ConfigurationInvalid,
    SecretMissing,
    SourceBroke,
    SourceMalformed,
    SourceRefused,
    SourceTimeout,
    SourceTooLarge,
    SourceUnreachable,
)
from adapters.http import ApiKey, Basic, ClientCredentials, HttpClient, Retries, public_address
from adapters.testkit import adapter_context

Script = Callable[["Server", str, dict[str, str], bytes], bytes | Awaitable[bytes | None] | None]


def reply(body: bytes = b"{}", status: str = "200 OK", length: int | None = None, **headers: str) -> bytes:
    """An answer as bytes. ``length``: announced instead of the real one."""
    fields = {"content-type": "application/json", "content-length": str(len(body) if length is None else length)}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


class Server:
    """Calls ``script`` per request with the request line's target, the headers and the body; None closes."""

    def __init__(self) -> None:
        self.script: Script = lambda *_: reply()
        self.lines: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := (await reader.readline()).decode().strip():
                headers: dict[str, str] = {}
                while field := (await reader.readline()).decode().strip():
                    name, _, value = field.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.lines.append(line)
                told = self.script(self, line, headers, body)
                answer = told if isinstance(told, bytes | None) else await told
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                if b"connection: close" in answer:
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    running = Server()
    listening = await asyncio.start_server(running.serve, "127.0.0.1", 0)
    running.port = listening.sockets[0].getsockname()[1]
    yield running
    listening.close()


@pytest.fixture
def context(tmp_path: Path) -> AdapterContext:
    return adapter_context(tmp_path, secrets={"env:SECRET": "s3cr3t:é"}, max_bytes=100_000)


# -- answers ------------------------------------------------------------------------------------------------------


async def test_parameters_are_encoded_and_the_answer_is_json(server: Server, context: AdapterContext) -> None:
    server.script = lambda *_: reply(b'\xef\xbb\xbf{"naam": "\xc3\x89\xc3\xa9n"}')
    async with HttpClient(context, server.url + "/") as client:
        assert await client.json("/a", parameters={"q": "a&b é", "m": ["x", "y"], "n": 2}) == {"naam": "Één"}
    assert server.lines == ["GET /api/a?q=a%26b+%C3%A9&m=x&m=y&n=2 HTTP/1.1"]


async def test_a_body_and_headers_travel(server: Server, context: AdapterContext) -> None:
    seen: list[Any] = []

    def script(_: Server, line: str, headers: dict[str, str], body: bytes) -> bytes:
        seen.extend([line, headers["content-type"], headers["host"], body])
        return reply(b"", "204 No Content")

    server.script = script
    async with HttpClient(context, server.url) as client:
        answer = await client.request(
            "PATCH", "/x", body=b"{}", headers={"Content-Type": "application/merge-patch+json"}
        )
    assert answer.status == 204
    assert seen == ["PATCH /api/x HTTP/1.1", "application/merge-patch+json", f"127.0.0.1:{server.port}", b"{}"]


@pytest.mark.parametrize("path", ["x", "//other.example/x/../../y", "/a/../b", "/a?b=1", "/a#b", "/a\\b", "http://x/"])
async def test_a_path_cannot_lead_elsewhere(server: Server, context: AdapterContext, path: str) -> None:
    async with HttpClient(context, server.url) as client:
        with pytest.raises(ConfigurationInvalid):
            await client.json(path)
    assert server.lines == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(b"<!doctype html>", content_type="text/html; charset=utf-8"), SourceMalformed),
        (reply(b"\n <html>"), SourceMalformed),
        (reply(b"a,b", content_type="text/csv"), SourceMalformed),
        (reply(b'{"a": NaN}'), SourceMalformed),
        (reply(b"\xff\xfe{}"), SourceMalformed),
        (reply(b"[" * 5000), SourceMalformed),
        (reply(b""), SourceMalformed),
        (reply(b"{}", "301 Moved", location="https://elsewhere.example/x?token=1"), SourceMalformed),
        (reply(b"{}", "401 Unauthorized"), SourceRefused),
        (reply(b"{}", "500 Oops"), SourceBroke),
        (reply(b"{}", length=50, connection="close"), SourceBroke),
        (b"SSH-2.0-OpenSSH_9\r\n\r\n", SourceBroke),
        (None, SourceBroke),
        (reply(b"x" * 100_001), SourceTooLarge),
        (reply(b"", length=100_001), SourceTooLarge),
        (reply(b"not gzip", content_encoding="gzip"), SourceMalformed),
    ],
)
async def test_every_wrong_answer_has_a_name(
    server: Server, context: AdapterContext, answer: bytes | None, error: type[AdapterError]
) -> None:
    server.script = lambda *_: answer
    async with HttpClient(context, server.url, retries=Retries(attempts=2)) as client:
        with pytest.raises(error) as caught:
            await client.json("/a", parameters={"primaryCode": "geheim-nummer"})
    assert type(caught.value) is error
    told = repr((caught.value, caught.value.text, caught.value.diagnostic, caught.value.values))
    assert "geheim-nummer" not in told
    assert "token=1" not in told


async def test_a_gzip_bomb_stops_at_the_limit(server: Server, context: AdapterContext) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert len(bomb) < 100_000
    server.script = lambda *_: reply(bomb, content_encoding="gzip")
    async with HttpClient(context, server.url) as client:
        with pytest.raises(SourceTooLarge):
            await client.json("/a")


async def test_compressed_json_within_the_limit_is_read(server: Server, context: AdapterContext) -> None:
    server.script = lambda *_: reply(gzip.compress(b'{"a": 1}'), content_encoding="gzip")
    async with HttpClient(context, server.url) as client:
        assert await client.json("/a") == {"a": 1}


# -- deadlines and repetition -------------------------------------------------------------------------------------


async def test_a_server_that_never_answers_meets_the_deadline(server: Server, context: AdapterContext) -> None:
    async def never(*_: object) -> bytes | None:
        await asyncio.sleep(5)
        return None

    server.script = never
    async with HttpClient(context, server.url, deadline=0.1, retries=Retries(attempts=2)) as client:
        with pytest.raises(SourceTimeout):
            await client.json("/a")
    assert len(server.lines) == 2


async def test_a_server_that_trickles_meets_the_same_deadline(context: AdapterContext) -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
        try:
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.03)
        except ConnectionError:
            pass
        writer.close()

    listening = await asyncio.start_server(trickle, "127.0.0.1", 0)
    async with listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with HttpClient(context, url, deadline=0.2, retries=Retries(attempts=1)) as client:
            with pytest.raises(SourceTimeout):
                await client.json("/a")


async def test_a_closed_port_is_unreachable(context: AdapterContext) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with HttpClient(context, f"http://127.0.0.1:{port}") as client:
        with pytest.raises(SourceUnreachable) as caught:
            await client.json("/a")
    assert not isinstance(caught.value, SourceTimeout)


async def test_an_unknown_name_is_unreachable(context: AdapterContext) -> None:
    async with HttpClient(context, "http://does-not-exist.invalid", retries=Retries(attempts=1)) as client:
        with pytest.raises(SourceUnreachable):
            await client.json("/a")


async def test_a_get_is_repeated_with_growing_waits_and_a_post_is_not(server: Server, tmp_path: Path) -> None:
    waits: list[float] = []
    context = adapter_context(tmp_path)
    sleep = context.sleep

    async def noted(seconds: float) -> None:
        waits.append(seconds)
        await sleep(seconds)

    object.__setattr__(context, "sleep", noted)
    server.script = lambda *_: reply(b"{}", "503 Busy")
    async with HttpClient(context, server.url, retries=Retries(attempts=4, first_wait=1, longest_wait=2)) as client:
        assert (await client.request("GET", "/a")).status == 503
        assert len(server.lines) == 4
        assert (await client.request("POST", "/a", body=b"{}")).status == 503
        assert len(server.lines) == 5
    assert len(waits) == 3
    assert 0.5 <= waits[0] <= 1 <= waits[1] <= 2
    assert 1 <= waits[2] <= 2


@pytest.mark.parametrize(
    ("value", "waited"),
    [("7", 7), ("100000", 60), ("Tue, 01 Sep 2026 12:00:09 GMT", 9), ("soon", 0), ("-5", 0), ("Tue, 99 Foo", 0)],
)
async def test_retry_after_is_followed_within_bounds(
    server: Server, context: AdapterContext, value: str, waited: float
) -> None:
    answers = iter([reply(b"{}", "429 Too Many", retry_after=value), reply(b"[]")])
    server.script = lambda *_: next(answers)
    before = context.monotonic()
    async with HttpClient(context, server.url, retries=Retries(first_wait=0.1)) as client:
        assert await client.json("/a") == []
    assert waited <= context.monotonic() - before <= waited + 0.1


async def test_repeating_ends_at_the_total_deadline(server: Server, context: AdapterContext) -> None:
    server.script = lambda *_: reply(b"{}", "503 Busy")
    async with HttpClient(context, server.url, retries=Retries(attempts=100, first_wait=2)) as client:
        with pytest.raises(SourceBroke):
            await client.json("/a", until=context.monotonic() + 10)
        with pytest.raises(SourceTimeout):
            await client.json("/a", until=context.monotonic() - 1)
    assert 2 <= len(server.lines) <= 6


async def test_a_cancelled_request_closes_its_connection(server: Server, context: AdapterContext) -> None:
    started = asyncio.Event()
    closed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        started.set()
        await reader.read()
        closed.set()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with HttpClient(context, url) as client:
            task = asyncio.create_task(client.json("/a"))
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.wait_for(closed.wait(), 5)


# -- who we are ---------------------------------------------------------------------------------------------------


async def test_basic_and_api_key(server: Server, context: AdapterContext) -> None:
    seen: list[str | None] = []

    def script(_: Server, line: str, headers: dict[str, str], body: bytes) -> bytes:
        seen.append(headers.get("authorization") or headers.get("x-key"))
        return reply()

    server.script = script
    basic = Basic.model_validate({"username": "a", "password": "env:SECRET"})
    async with HttpClient(context, server.url, auth=basic) as client:
        await client.json("/a")
    secrets = {"env:SECRET": "key-1"}
    key = ApiKey.model_validate({"header": "X-Key", "value": "env:SECRET"})
    async with HttpClient(adapter_context(context.base, secrets=secrets), server.url, auth=key) as client:
        await client.json("/a")
    assert seen == ["Basic " + base64.b64encode("a:s3cr3t:é".encode()).decode(), "key-1"]


async def test_a_missing_secret_is_named(server: Server, context: AdapterContext) -> None:
    key = ApiKey.model_validate({"value": "env:ABSENT"})
    async with HttpClient(context, server.url, auth=key) as client:
        with pytest.raises(SecretMissing, match="ABSENT"):
            await client.json("/a")
    assert server.lines == []


class TokenServer:
    """Issues tokens t1, t2 …; ``valid`` are accepted."""

    def __init__(self, server: Server, **more: object) -> None:
        self.issued = 0
        self.valid: set[str] = set()
        self.forms: list[bytes] = []
        self.more = {"expires_in": 600, **more}
        self.delay = 0.0
        server.script = self.script

    async def script(self, server: Server, line: str, headers: dict[str, str], body: bytes) -> bytes:
        import orjson

        if line.startswith("POST /token"):
            await asyncio.sleep(self.delay)
            self.issued += 1
            self.valid.add(f"Bearer t{self.issued}")
            self.forms.append(body)
            return reply(orjson.dumps({"access_token": f"t{self.issued}", **self.more}))
        return reply() if headers.get("authorization") in self.valid else reply(b"{}", "401 No")


def _client_credentials(server: Server, **more: str) -> ClientCredentials:
    url = f"http://127.0.0.1:{server.port}/token"
    return ClientCredentials.model_validate(
        {"token_url": url, "client_id": "me", "client_secret": "env:SECRET", "scope": "a b", **more}
    )


async def test_several_requests_share_one_token(server: Server, context: AdapterContext) -> None:
    tokens = TokenServer(server)
    tokens.delay = 0.05
    async with HttpClient(context, server.url, auth=_client_credentials(server)) as client:
        await asyncio.gather(*(client.json("/a") for _ in range(8)))
        await client.json("/a")
    assert tokens.issued == 1
    assert tokens.forms == [b"grant_type=client_credentials&scope=a+b"]


async def test_a_token_is_replaced_before_it_ends(server: Server, context: AdapterContext) -> None:
    tokens = TokenServer(server)
    async with HttpClient(context, server.url, auth=_client_credentials(server)) as client:
        await client.json("/a")
        await context.sleep(560)
        await client.json("/a")
        assert tokens.issued == 1
        await context.sleep(15)
        await client.json("/a")
    assert tokens.issued == 2


async def test_a_withdrawn_token_is_fetched_once_more_and_only_once(server: Server, context: AdapterContext) -> None:
    tokens = TokenServer(server)
    async with HttpClient(context, server.url, auth=_client_credentials(server)) as client:
        await client.json("/a")
        tokens.valid.clear()
        await client.json("/a")
        assert tokens.issued == 2
        server.script = lambda s, line, h, b: (
            reply(b'{"access_token": "x"}') if "token" in line else reply(b"", "401 No")
        )
        count = len(server.lines)
        with pytest.raises(SourceRefused):
            await client.json("/a")
    assert len(server.lines) - count == 3


async def test_the_secret_may_travel_in_the_body(server: Server, context: AdapterContext) -> None:
    tokens = TokenServer(server)
    auth = _client_credentials(server, client_authentication="body")
    async with HttpClient(context, server.url, auth=auth) as client:
        await client.json("/a")
    assert b"client_id=me&client_secret=s3cr3t%3A%C3%A9" in tokens.forms[0]


@pytest.mark.parametrize("life", [0, -1, "NaN", "x", None, 1e300])
async def test_an_odd_life_of_a_token_does_no_harm(server: Server, context: AdapterContext, life: object) -> None:
    tokens = TokenServer(server, expires_in=life)
    async with HttpClient(context, server.url, auth=_client_credentials(server)) as client:
        await client.json("/a")
        await client.json("/a")
        await context.sleep(90_000)
        await client.json("/a")
    assert tokens.issued == 2


@pytest.mark.parametrize(
    "body", [b"[]", b'{"access_token": 5}', b'{"access_token": ""}', b'{"access_token": "a\\nb"}', b"x"]
)
async def test_a_token_answer_without_token_is_malformed(server: Server, context: AdapterContext, body: bytes) -> None:
    server.script = lambda *_: reply(body)
    async with HttpClient(context, server.url, auth=_client_credentials(server)) as client:
        with pytest.raises(SourceMalformed):
            await client.json("/a")


async def test_a_refused_client_is_a_refusal(server: Server, context: AdapterContext) -> None:
    server.script = lambda *_: reply(b'{"error": "invalid_client"}', "400 Bad Request")
    async with HttpClient(context, server.url, auth=_client_credentials(server)) as client:
        with pytest.raises(SourceRefused):
            await client.json("/a")


async def test_credentials_do_not_travel_in_the_clear(tmp_path: Path) -> None:
    context = adapter_context(tmp_path, secrets={"env:SECRET": "x"}, allow_private_addresses=False)
    key = ApiKey.model_validate({"value": "env:SECRET"})
    async with HttpClient(context, "http://school.example", auth=key) as client:
        with pytest.raises(ConfigurationInvalid, match="https"):
            await client.json("/a")


async def test_no_secret_and_no_query_in_logs(
    server: Server, context: AdapterContext, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    TokenServer(server)
    client = HttpClient(context, server.url, auth=_client_credentials(server))
    async with client:
        await client.json("/a", parameters={"primaryCode": "geheim-nummer"})
        told = caplog.text + repr(client) + repr(vars(client))
    assert "geheim-nummer" not in told
    assert "s3cr3t" not in told
    assert "Bearer" not in told


# -- the guard ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "168.63.129.16", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
    ],
)  # fmt: skip
def test_inner_addresses_are_not_public(address: str) -> None:
    assert not public_address(address)


@pytest.mark.parametrize("address", ["145.100.1.1", "8.8.8.8", "2a00:1450:400e:80e::200e", "::ffff:8.8.8.8"])
def test_public_addresses_are(address: str) -> None:
    assert public_address(address)


@given(st.ip_addresses(v=4))
def test_an_address_in_ipv6_clothes_is_judged_the_same(address: Any) -> None:
    assert public_address(f"::ffff:{address}") == public_address(str(address))
    if not public_address(str(address)):
        assert not public_address(f"64:ff9b::{address}")


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254"]
)
async def test_a_source_on_an_inner_address_is_refused_however_written(
    server: Server, tmp_path: Path, host: str
) -> None:
    context = adapter_context(tmp_path, allow_private_addresses=False)
    async with HttpClient(context, f"http://{host}:{server.port}", retries=Retries(attempts=1)) as client:
        with pytest.raises((ConfigurationInvalid, SourceUnreachable)):
            await client.json("/latest/meta-data")
    assert server.lines == []


async def test_a_name_is_resolved_once_and_the_checked_address_is_used(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public at the check, loopback a moment later."""
    asked: list[str] = []
    answers = iter(["192.0.2.1", "127.0.0.1"])

    async def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    monkeypatch.setattr("adapters.http.public_address", lambda address: address == "192.0.2.1")
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    connected: list[str] = []

    async def connect(self: object, host: str, port: int, **_: object) -> Any:
        connected.append(host)
        raise OSError("not really")

    monkeypatch.setattr("httpcore2.AnyIOBackend.connect_tcp", connect)
    context = adapter_context(tmp_path, allow_private_addresses=False)
    async with HttpClient(context, f"http://rebind.example:{server.port}", retries=Retries(attempts=1)) as client:
        with pytest.raises(OSError, match="not really"):
            await client.json("/a")
        with pytest.raises(ConfigurationInvalid):
            await client.json("/a")
    assert asked == ["rebind.example"] * 2
    assert connected == ["192.0.2.1"]


async def test_a_name_with_a_dead_and_a_living_address_is_reached(
    server: Server, context: AdapterContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def getaddrinfo(host: str, port: int, **_: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in ("127.0.0.9", "127.0.0.1")]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with HttpClient(context, f"http://school.example:{server.port}") as client:
        assert await client.json("/a") == {}
