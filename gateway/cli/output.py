"""How commands speak: JSON on standard output, everything that is not the answer on standard error."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any, NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters.errors import AdapterError
from adapters.text import Language, Text
from gateway.catalogue.sync.service import Deps
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.ids import RandomIds
from gateway.settings import Settings
from gateway.storage import Database, EmbeddedServer, check_version, migrate

Answer = TypeVar("Answer")

REFUSED = 1
WAITS = 3

screen = Console(highlight=False)
aside = Console(stderr=True, highlight=False)


def language() -> Language:
    """Dutch where the environment says so, English elsewhere."""
    locale = os.environ.get("GATEWAY_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "nl" if locale.lower().startswith("nl") else "en"


def say(text: Text) -> str:
    return text.in_language(language())


def as_json(value: Any) -> None:
    """Write one JSON document on one line of standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str) + b"\n")
    sys.stdout.flush()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    shown = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else _plain(cell) for cell in row))
    screen.print(shown)


def _plain(cell: object) -> str:
    """Text of a source never becomes markup of the terminal."""
    text = "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in str(cell))
    return text.replace("[", "\\[")


def fail(error: GatewayError | AdapterError, *, json: bool) -> NoReturn:
    """Say what is wrong and what to do next, and end with status 1."""
    if isinstance(error, GatewayError):
        explanation, next_step, body = error.explanation, error.next_step, error.problem(language())
    else:
        explanation, next_step = error.text, error.hint
        body = {"code": error.code, "detail": say(explanation), "nextStep": say(next_step)}
    faults: Sequence[Any] = getattr(error, "faults", ())
    if json:
        as_json({**body, **({"faults": [str(fault) for fault in faults]} if faults else {})})
    else:
        aside.print(_plain(say(explanation)), style="bold red")
        for fault in faults:
            aside.print("  " + _plain(fault))
        aside.print("→ " + _plain(say(next_step)))
    raise typer.Exit(REFUSED)


def run(work: Coroutine[Any, Any, Answer], *, json: bool = False) -> Answer:
    """Run a command's work; errors of our trees become texts, an interrupt ends quietly."""
    try:
        return asyncio.run(work)
    except (GatewayError, AdapterError) as error:
        fail(error, json=json)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@asynccontextmanager
async def opened(settings: Settings | None = None) -> AsyncIterator[Deps]:
    """The database (the embedded one when no other is named), migrated, with what services need."""
    settings = settings or Settings.from_environment()
    clock = SystemClock()
    server = None
    url = settings.database_url
    if url is None:
        server = EmbeddedServer(settings.data_dir / "postgres")
        url = await server.start()
    try:
        await migrate(url)
        database = Database(url, pool=settings.database_pool, clock=clock)
        try:
            await check_version(database)
            yield Deps(database, settings, clock, RandomIds())
        finally:
            await database.dispose()
    finally:
        if server is not None:
            await server.stop()
