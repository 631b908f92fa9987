"""serve, worker, migrate: the processes of a gateway."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated, Any

import typer

from gateway import logs
from gateway.app import build_worker
from gateway.app import run as run_server
from gateway.cli.configuring import Json
from gateway.cli.output import as_json, aside, opened, put, run
from gateway.settings import Settings
from gateway.storage import current


def register(app: typer.Typer) -> None:
    for command in (serve, worker, migrate):
        app.command()(command)


def serve(
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="Port to listen on; 0 takes a free one.")] = None,
) -> None:
    """Serve the Open Education API and the pages. Start as many of these as you like."""
    settings = Settings.from_environment(host=host, port=port)
    logs.configure(settings)

    def ready(url: str) -> None:
        put(f"Listening on {url}", to=aside)

    run_server(settings, ready)


def worker() -> None:
    """Run background work: syncs, schedules, housekeeping. Start as many of these as you like."""
    settings = Settings.from_environment()
    logs.configure(settings)

    async def work() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stop.set)
        async with opened(settings) as deps:
            put("Worker started.", to=aside)
            await build_worker(deps, stop).run()

    run(work())


def migrate(json: Json = False) -> None:
    """Bring the database to the form that this version needs; safe to run again and by several at once."""

    async def work() -> dict[str, Any]:
        async with opened() as deps:
            return {"revision": await current(deps.database.driver_url)}

    answer = run(work(), json=json)
    if json:
        as_json(answer)
    else:
        put(f"Database is at revision {answer['revision']}.")
