"""ROC Klaverkust as a process of its own: an OOAPI v5 endpoint and, on a second port, a switch that makes it fail.

    python -m demo.schools.ooapi_school --port 0 --data klaverkust.json --secret-file klaverkust.secret

prints one JSON line with ``port`` and ``adminPort`` once both listen, and runs until SIGTERM. The switch:

    curl -X PUT localhost:ADMIN/behaviour -d '{"mode": "slow", "seconds": 3}'

Modes: normal, slow, error, html, half, gone. ``gone`` closes the port; ``normal`` opens the same port again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import secrets
import signal
import socket
import sys
from collections.abc import Generator
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from demo.schools import ooapi_server
from demo.schools.misbehaviour import Behaviour, Misbehaving, Mode

CLIENT_ID = "ooapi-gateway"
_START_SECONDS = 10.0


class _QuietServer(uvicorn.Server):
    """A server that leaves the signals to us: two run in this process, and one may stop without the other."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


class Listener:
    """One port. It may be closed and opened again, and keeps its number."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self.port = port
        self._server: _QuietServer | None = None
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Listen, unless it already does. Raises OSError, TimeoutError."""
        if self._server is not None:
            return
        bound = socket.create_server((self._host, self.port), backlog=128)
        self.port = bound.getsockname()[1]
        # Half answers are meant: the server's complaint about them is not.
        config = uvicorn.Config(self._app, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        self._server = _QuietServer(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[bound]))
        async with asyncio.timeout(_START_SECONDS):
            await self._server.listening.wait()

    async def close(self) -> None:
        server, task = self._server, self._task
        self._server = self._task = None
        if server is not None and task is not None:
            server.should_exit = True
            await task


class School:
    """The endpoint with its switch."""

    def __init__(self, endpoint: ASGIApp, host: str, port: int, admin_port: int) -> None:
        self._school = Misbehaving(endpoint)
        self.listener = Listener(self._school, host, port)
        switch = Starlette(
            routes=[
                Route("/behaviour", self._show, methods=["GET"]),
                Route("/behaviour", self._change, methods=["PUT", "POST"]),
            ]
        )
        self.admin = Listener(switch, host, admin_port)

    async def open(self) -> None:
        await self.listener.open()
        await self.admin.open()

    async def close(self) -> None:
        await self.admin.close()
        await self.listener.close()

    async def _show(self, request: Request) -> Response:
        now = self._school.behaviour
        return JSONResponse({"mode": now.mode, "seconds": now.seconds, "path": now.path, "times": now.times})

    async def _change(self, request: Request) -> Response:
        try:
            wish = Behaviour.of(orjson.loads(await request.body()))
        except ValueError as error:  # orjson's own error is one
            return JSONResponse({"status": "400", "title": str(error)}, 400)
        self._school.behaviour = wish
        if wish.mode is Mode.GONE:
            await self.listener.close()
        else:
            await self.listener.open()
        return await self._show(request)


async def serve(school: School) -> None:
    """Open both ports, say so on standard output, and run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await school.open()
    sys.stdout.write(json.dumps({"port": school.listener.port, "adminPort": school.admin.port}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    await school.close()


def main(arguments: list[str] | None = None) -> None:
    """The command line. Raises SystemExit when a file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="demo.schools.ooapi_school", description="An OOAPI v5 endpoint that can fail."
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="port of the endpoint; 0 takes a free one")
    parser.add_argument("--admin-port", type=int, default=0, help="port of the switch; 0 takes a free one")
    parser.add_argument("--data", type=Path, required=True, help="document that demo.schools.ooapi_document wrote")
    parser.add_argument("--secret-file", type=Path, required=True, help="file with the secret of the one client")
    options = parser.parse_args(arguments)
    try:
        document = orjson.loads(options.data.read_bytes())
        secret = options.secret_file.read_text().strip()
    except (OSError, ValueError) as error:
        raise SystemExit(f"cannot start: {error}") from error
    asyncio.run(_run(document, secret, options))


async def _run(document: ooapi_server.Document, secret: str, options: argparse.Namespace) -> None:
    endpoint = ooapi_server.Endpoint(
        document,
        client_id=CLIENT_ID,
        secret=secret,
        token=lambda: secrets.token_urlsafe(24),
        clock=asyncio.get_running_loop().time,
    )
    await serve(School(endpoint.app(), options.host, options.port, options.admin_port))


if __name__ == "__main__":
    main()
