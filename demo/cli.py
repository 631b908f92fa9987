"""``ooapi-gateway demo``: three schools with different systems, the gateway, its pages and its API.

One folder holds everything: the schools' systems, the configuration, the database. The demonstration may be stopped
and started again; what somebody changed in a school's files stays. Several may run at once, each in its own folder.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from demo.prepare import SEED, Workspace, write_configuration, write_schools
from gateway import logs
from gateway.app import run as serve
from gateway.catalogue.sync.service import Deps, synchronise
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.ids import RandomIds
from gateway.members import service as members
from gateway.settings import SETTINGS_FILE, Settings
from gateway.storage import Database, EmbeddedServer, migrate
from gateway.storage.locks import FileLock

USUAL_PORT = 8000
_START_SECONDS = 30.0
# The schools stand on this machine and the reports hold invented rows only.
_SETTINGS = {"GATEWAY_ALLOW_PRIVATE_ADDRESSES": "true", "GATEWAY_OPERATE_PAGES": "true", "GATEWAY_LOG_FORMAT": "text"}


def command(
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = None,
    data: Annotated[Path | None, typer.Option("--data", help="Folder for everything the demonstration keeps.")] = None,
    scale: Annotated[int, typer.Option("--scale", min=1, max=1000, help="Multiplies the schools' data.")] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object on one line of standard output when ready.")
    ] = False,
) -> None:
    """Run three schools with different systems and a gateway on this machine."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, _stop)
    folder = (data or Settings.from_environment().data_dir).expanduser().absolute()
    with contextlib.ExitStack() as stack:
        _take(folder, stack)
        (folder / SETTINGS_FILE).write_text("".join(f"{name}={value}\n" for name, value in _SETTINGS.items()))
        chosen = _port(port)
        settings = Settings.from_environment(data_dir=folder, host="127.0.0.1", port=chosen)
        base_url = f"http://127.0.0.1:{chosen}"
        workspace = Workspace(folder)
        _schools(workspace, scale)
        school_url = stack.enter_context(_school_c(workspace))
        write_configuration(workspace, public_url=base_url, school_c_url=school_url)
        url = settings.database_url
        if url is None:
            server = EmbeddedServer(folder / "postgres")
            url = server.open()
            stack.callback(server.close)
        asyncio.run(_fill(url, settings, workspace))
        stack.enter_context(_child("gateway.cli", "worker", environment={"GATEWAY_DATA_DIR": str(folder)}))
        logs.configure(settings)
        try:
            serve(settings, lambda listening: _ready(listening, workspace, as_json=as_json))
        finally:
            _ignore_signals()


def _stop(number: int, frame: object) -> NoReturn:
    _ignore_signals()
    raise SystemExit(0)


def _ignore_signals() -> None:
    """The end takes a few seconds; a second signal must not leave a database or a school behind."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, signal.SIG_IGN)


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def _take(folder: Path, stack: contextlib.ExitStack) -> None:
    """Only one demonstration at a time works in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "demo.lock")
    if not lock.try_alone():
        raise SystemExit(f"A demonstration is running in {folder}. Choose another folder with --data.")
    stack.callback(lock.release)


def _port(asked: int | None) -> int:
    """The port to serve on, free at this moment."""
    wanted = USUAL_PORT if asked is None else asked
    try:
        return _free(wanted)
    except OSError:
        if asked is not None:
            raise SystemExit(f"Port {asked} is in use. Choose another with --port, or --port 0 for any.") from None
        free = _free(0)
        _say(f"Port {USUAL_PORT} is in use; {free} is taken instead.")
        return free


def _free(port: int) -> int:
    with socket.create_server(("127.0.0.1", port)) as bound:
        return int(bound.getsockname()[1])


def _schools(workspace: Workspace, scale: int) -> None:
    """Write the schools' systems, unless they stand there already."""
    marker = workspace.root / "schools" / "demo.json"
    wanted = {"seed": SEED, "scale": scale}
    if marker.exists():
        if json.loads(marker.read_text()) != wanted:
            raise SystemExit(
                f"{workspace.root} holds a demonstration with another --scale. Remove the folder, or choose another"
                " with --data."
            )
        return
    _say("Writing the systems of three schools …")
    chosen = random.Random(SEED)  # noqa: S311 - invented data, the same each time
    write_schools(workspace, chosen, scale=scale, secret=secrets.token_urlsafe(32))
    marker.write_text(json.dumps(wanted))


@contextlib.contextmanager
def _child(module: str, *arguments: str, environment: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A process of the demonstration; it ends with it, however that ends."""
    process = subprocess.Popen(  # noqa: S603 - our own modules
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        text=True,
        preexec_fn=_end_with_parent if sys.platform == "linux" else None,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _end_with_parent() -> None:
    """Ask Linux for SIGTERM when the parent dies, so that a killed demonstration leaves nothing behind."""
    import ctypes

    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


@contextlib.contextmanager
def _school_c(workspace: Workspace) -> Iterator[str]:
    """The school that has an endpoint of its own, as a process; its address."""
    arguments = ("--data", str(workspace.school_c_document), "--secret-file", str(workspace.school_c_secret_file))
    with _child("demo.schools.ooapi_school", *arguments) as process:
        line = _first_line(process)
        if not line:
            raise SystemExit("The endpoint of the third school did not start.")
        yield f"http://127.0.0.1:{json.loads(line)['port']}"


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(process.stdout.readline()), daemon=True)  # type: ignore[union-attr]
    reader.start()
    reader.join(_START_SECONDS)
    return found[0] if found else ""


async def _fill(url: str, settings: Settings, workspace: Workspace) -> None:
    """Apply the configuration and read every school once."""
    await migrate(url)
    clock = SystemClock()
    database = Database(url, pool=settings.database_pool, clock=clock)
    deps = Deps(database, settings, clock, RandomIds())
    try:
        document = members.check(workspace.config, settings, clock)
        async with database.transaction() as session:
            await members.apply(session, document, by="demo", clock=clock)
        for member in document.members:
            try:
                result = await synchronise(deps, member.id, reason="command")
                counts = result.counts or {}
                found = counts.get("findings", {})
                _say(
                    f"{member.name.en}: {result.state}, {counts.get('rows', 0)} rows,"
                    f" {found.get('error', 0)} refused, {found.get('warning', 0)} warnings"
                )
            except GatewayError as error:
                _say(f"{member.name.en}: {error.explanation.en} {error.next_step.en}")
    finally:
        await database.dispose()


def _ready(base_url: str, workspace: Workspace, *, as_json: bool) -> None:
    names = sorted(path.stem for path in (workspace.config / "members").glob("*.toml"))
    ready: dict[str, Any] = {"base_url": base_url, "members": names}
    if as_json:
        sys.stdout.write(json.dumps(ready) + "\n")
        sys.stdout.flush()
    command_line = f"GATEWAY_DATA_DIR='{workspace.root}' '{Path(sys.executable).parent}/ooapi-gateway'"
    _say(
        f"""
The demonstration is ready. Ctrl-C stops it.

  page       {base_url}/
  API        {base_url}/ooapi/v5/courses?q=verpleegkunde&pageSize=10
  documents  {base_url}/docs

Change something at a school and let the gateway read it again:

  files of the first school   {workspace.school_a_folder}
  {command_line} sync wilgenstroom
  {command_line} report wilgenstroom
"""
    )
