"""How the endpoint of ROC Klaverkust fails on request: slow, an error, a web page instead of JSON, half an answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Mode(StrEnum):
    NORMAL = "normal"
    SLOW = "slow"  # the right answer, after ``seconds``
    ERROR = "error"  # 500 with a problem
    HTML = "html"  # 200 with a web page, as a login screen or a proxy gives
    HALF = "half"  # the connection breaks in the middle of the body
    GONE = "gone"  # nobody listens any more


@dataclass(frozen=True, slots=True)
class Behaviour:
    """``path``: only requests whose path contains it. ``times``: how many requests it lasts; None is for ever."""

    mode: Mode = Mode.NORMAL
    seconds: float = 5.0
    path: str = "/ooapi/"
    times: int | None = None

    @classmethod
    def of(cls, wish: Any) -> Behaviour:
        """The behaviour that a JSON object asks for. Raises ValueError for anything else."""
        if not isinstance(wish, dict) or not wish.keys() <= {"mode", "seconds", "path", "times"}:
            raise ValueError("an object with mode, and perhaps seconds, path and times")
        seconds, path, times = wish.get("seconds", 5.0), wish.get("path", "/ooapi/"), wish.get("times")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= 600:
            raise ValueError("seconds is a number from 0 to 600")
        if not isinstance(path, str):
            raise ValueError("path is a text")
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise ValueError("times is a whole number above 0")
        return cls(Mode(wish.get("mode", "normal")), float(seconds), path, times)


_PAGE = b"<!doctype html><title>Onderhoud</title><p>Het systeem is tijdelijk niet bereikbaar."
_PROBLEM = b'{"status":"500","title":"Internal Server Error"}'


class Misbehaving:
    """An ASGI application around another one that behaves as ``behaviour`` says."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.behaviour = Behaviour()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        mode = self._mode_for(scope)
        if mode is Mode.SLOW:
            await asyncio.sleep(self.behaviour.seconds)
        if mode is Mode.ERROR:
            await _answer(send, 500, b"application/problem+json", _PROBLEM)
        elif mode is Mode.HTML:
            await _answer(send, 200, b"text/html; charset=utf-8", _PAGE)
        elif mode is Mode.HALF:
            await self._app(scope, receive, _half(send))
        else:
            await self._app(scope, receive, send)

    def _mode_for(self, scope: Scope) -> Mode:
        wish = self.behaviour
        if wish.mode is Mode.NORMAL or scope["type"] != "http" or wish.path not in scope["path"]:
            return Mode.NORMAL
        if wish.times is not None:
            left = wish.times - 1
            self.behaviour = Behaviour(wish.mode, wish.seconds, wish.path, left) if left else Behaviour()
        return wish.mode


async def _answer(send: Send, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _half(send: Send) -> Send:
    """Sends half of each body under the length of the whole; the server then breaks the connection."""

    async def halved(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2]}
        await send(message)

    return halved
