"""How commands speak: JSON on standard output, everything that is not the answer on standard error."""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.table import Table

from adapters.errors import AdapterError
from adapters.text import Language, Text
from gateway.catalogue.sync.service import Deps
from gateway.clock import SystemClock
from gateway.errors import BadRequest, GatewayError
from gateway.ids import RandomIds
from gateway.members.service import Fault, as_text, fault_lines
from gateway.settings import Settings
from gateway.storage import Database, EmbeddedServer, check_version, migrate

Answer = TypeVar("Answer")

REFUSED = 1
WAITS = 3

# Nothing that is printed is markup: it may come from a school's files.
screen = Console(highlight=False, markup=False, emoji=False)
aside = Console(stderr=True, highlight=False, markup=False, emoji=False)


def language() -> Language:
    """Dutch where the environment says so, English elsewhere."""
    locale = os.environ.get("GATEWAY_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return "nl" if locale.lower().startswith("nl") else "en"


def somebody() -> str:
    """Who gives the command: the user of this machine, by number where it has no name (as in a container)."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def say(text: Text) -> str:
    return text.in_language(language())


def as_json(value: Any) -> None:
    """Write one JSON document on one line of standard output."""
    sys.stdout.buffer.write(orjson.dumps(value, default=str) + b"\n")
    sys.stdout.flush()


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    shown = Table(title=plain(title), title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else plain(cell) for cell in row))
    screen.print(shown)


def put(text: object, *, style: str = "", to: Console = screen) -> None:
    """Print text as it is, without line breaks of our own: it may be copied, or go on to a file."""
    to.print(plain(text), style=style or None, soft_wrap=True)


def plain(value: object) -> str:
    """The text without signs that steer a terminal or turn the direction of writing."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else " " if sign.isspace() else "�" for sign in str(value)
    )


@contextmanager
def writing(target: Path) -> Iterator[None]:
    """Around writing a file that somebody asked for. Raises BadRequest when it cannot be written."""
    try:
        yield
    except OSError as error:
        raise BadRequest(what=f"{target}: {error.strerror or error}") from None


def fail(error: GatewayError | AdapterError, *, json: bool) -> NoReturn:
    """Say what is wrong and what to do next, and end with status 1."""
    if isinstance(error, GatewayError):
        explanation, next_step, body = error.explanation, error.next_step, error.problem(language())
    else:
        explanation, next_step = error.text, error.hint
        body = {"code": error.code, "detail": say(explanation), "nextStep": say(next_step)}
    faults = [fault for fault in getattr(error, "faults", ()) if isinstance(fault, Fault)]
    if json:
        as_json({**body, **({"faults": fault_lines(faults)} if faults else {})})
    else:
        put(say(explanation), style="bold red", to=aside)
        for fault in faults:
            put(f"  {say(as_text(fault))}", to=aside)
        put(f"→ {say(next_step)}", to=aside)
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
