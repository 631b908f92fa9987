"""A PostgreSQL server of our own in a folder, for the demonstration, development and tests.

``EmbeddedServer(folder)`` keeps in that folder (or where its pointer file leads, see ``server_user.py``):

    data/          the data of PostgreSQL, readable by the user of the server only
    server.log     what the server said
    start.lock     held while a process starts or stops the server
    users.lock     shared by every process that uses the server; the last one stops it

Several processes may start the same folder: the first starts the server, the others attach. A process that dies
loses its hold by itself, so no list of process ids can go stale. The server listens on a Unix socket in a folder
that only its user (and root) may enter; there is no TCP port and therefore no password.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
import urllib.parse
from pathlib import Path
from types import TracebackType

import psycopg
from psycopg import sql

from gateway.storage.binaries import Binaries, find_binaries
from gateway.storage.errors import EmbeddedServerFailed
from gateway.storage.locks import FileLock, held
from gateway.storage.server_user import ServerUser, choose_place

SUPERUSER = "postgres"
PORT = 5432  # only the name of the socket
LONGEST_SOCKET = 103  # bytes; the shortest limit of the systems we run on
START_SECONDS = 60.0
LOG_LIMIT = 10 << 20
IMPOSSIBLE_PROCESS = "99999999"  # above the largest process id of Linux
SOCKET_PREFIX = "ooapi-socket-"

# What initdb is asked for, best first: not every system has the locale C.UTF-8.
LOCALES = (
    ("--locale=C.UTF-8",),
    ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    ("--locale=C",),
)


class EmbeddedServer:
    """One use of the server of a folder. ``start`` gives its URL, ``stop`` ends this use.

    ``database`` is made when it is not there. ``durable=False`` gives up safety against power loss (not against a
    kill) for speed: only for tests. All methods that can fail raise EmbeddedServerFailed.
    """

    def __init__(
        self, folder: Path, *, database: str = "gateway", durable: bool = True, max_connections: int = 200
    ) -> None:
        self._folder = folder.expanduser().absolute()
        self._database = database
        self._durable = durable
        self._max_connections = max_connections
        self._use: FileLock | None = None
        self._place: tuple[Path, ServerUser] | None = None
        self._socket: Path | None = None

    async def start(self) -> str:
        """Start the server or attach to it; the URL of the database, as ``postgresql://``."""
        return await asyncio.to_thread(self.open)

    async def stop(self) -> None:
        """End this use; the last use on this machine stops the server. May be called twice."""
        await asyncio.to_thread(self.close)

    async def __aenter__(self) -> EmbeddedServer:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def url(self, database: str | None = None) -> str:
        """The URL of a database of the running server."""
        if self._socket is None:
            raise EmbeddedServerFailed(what="it was not started")
        name = urllib.parse.quote(database or self._database, safe="")
        host = urllib.parse.quote(str(self._socket), safe="/")
        return f"postgresql://{SUPERUSER}@/{name}?host={host}&port={PORT}"

    def open(self) -> str:
        """What ``start`` does, for callers without an event loop."""
        if os.name != "posix":
            raise EmbeddedServerFailed(what="it runs on Linux and macOS only")
        try:
            self._open()
        except OSError as error:
            raise EmbeddedServerFailed(what=str(error)) from error
        except psycopg.Error as error:
            raise EmbeddedServerFailed(what=f"it does not answer ({error})") from error
        return self.url()

    def _open(self) -> None:
        place, user = choose_place(self._folder)
        for name in ("start.lock", "users.lock"):
            (place / name).touch(mode=0o600)
            user.give(place / name)
        with held(place / "start.lock", START_SECONDS + 30):
            use = FileLock(place / "users.lock")
            if not use.try_shared():
                raise EmbeddedServerFailed(what=f"another process holds {place / 'users.lock'} alone")
            try:
                self._socket = answering_socket(place / "data") or self._start_server(place, user)
                self._ensure_database()
            except BaseException:
                use.release()
                raise
        if self._use is not None:
            self._use.release()
        self._use, self._place = use, (place, user)

    def close(self) -> None:
        """What ``stop`` does, for callers without an event loop."""
        if self._use is None or self._place is None:
            return
        place, user = self._place
        # Without its folder the server stops by itself.
        if place.exists():
            with held(place / "start.lock", START_SECONDS + 30):
                if self._use.try_alone():
                    _stop_server(place, user)
        self._use.release()
        self._use = self._place = self._socket = None

    def _start_server(self, place: Path, user: ServerUser) -> Path:
        data = place / "data"
        made_by = data / "PG_VERSION"
        version = int(made_by.read_text().split(".")[0]) if made_by.exists() else None
        binaries = find_binaries(user, version)
        if version is None:
            self._make_data(place, user, binaries)
        _forget_stale_process(data)
        self._write_configuration(place, user)
        log = place / "server.log"
        if log.exists() and log.stat().st_size > LOG_LIMIT:
            log.unlink()
        # Names relative to the place: pg_ctl puts them in a shell command, where a path could mean something.
        command = [binaries.program("pg_ctl"), "-D", data.name, "-w", "-t", "30", "-l", log.name, "start"]
        # After a kill the processes of the dead server need a moment to go; until then a start is refused.
        deadline = time.monotonic() + START_SECONDS
        while True:
            outcome = user.run(command, START_SECONDS, place)
            socket = answering_socket(data)
            if socket is not None:
                return socket
            if time.monotonic() > deadline - 30:
                raise EmbeddedServerFailed(what=f"{outcome.text[-300:]} (the end of {log}: {_end_of(log)})")
            time.sleep(0.5)

    def _make_data(self, place: Path, user: ServerUser, binaries: Binaries) -> None:
        """Run initdb beside the goal and rename, so that half-made data never carry the name."""
        for leftover in place.glob("data.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        unfinished = place / f"data.new-{os.getpid()}"
        command = [
            *(binaries.program("initdb"), "-D", unfinished.name, "-U", SUPERUSER, "--encoding=UTF8"),
            *("--auth-local=trust", "--auth-host=reject", "--text-search-config=simple"),
            *(() if self._durable else ("--no-sync",)),
        ]
        said = ""
        for locale in LOCALES:
            outcome = user.run([*command, *locale], START_SECONDS, place)
            if outcome.status == 0:
                break
            said = said or outcome.text
            shutil.rmtree(unfinished, ignore_errors=True)
        else:
            raise EmbeddedServerFailed(what=f"initdb failed: {said[-300:]}")
        with (unfinished / "postgresql.conf").open("a", encoding="utf-8") as configuration:
            configuration.write("\ninclude_if_exists = 'gateway.conf'\n")
        data = place / "data"
        if data.exists():
            # Without PG_VERSION it never was a database; an empty folder may stand here, anything else is kept.
            try:
                data.rmdir()
            except OSError as error:
                raise EmbeddedServerFailed(what=f"{data} holds something else than PostgreSQL's data") from error
        unfinished.rename(data)

    def _write_configuration(self, place: Path, user: ServerUser) -> None:
        socket = _socket_folder(place, user)
        quoted = '"' + str(socket).replace('"', '""') + '"'
        lines = [
            "# Written by the gateway at every start; changes belong in postgresql.conf, above its last line.",
            "listen_addresses = ''",
            f"port = {PORT}",
            "unix_socket_directories = '" + quoted.replace("\\", "\\\\").replace("'", "''") + "'",
            "unix_socket_permissions = 0700",
            f"max_connections = {self._max_connections}",
            "default_text_search_config = 'pg_catalog.simple'",
            "shared_buffers = '256MB'",  # a table of more than a quarter of it is read from disk again at each scan
            "timezone = 'UTC'",
            "log_timezone = 'UTC'",
            "lc_messages = 'C'",
        ]
        if not self._durable:
            lines += ["fsync = off", "full_page_writes = off"]
        path = place / "data" / "gateway.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        path.chmod(0o600)
        user.give(path)

    def _ensure_database(self) -> None:
        if self._database == SUPERUSER:
            return
        with psycopg.connect(self.url(SUPERUSER), autocommit=True, connect_timeout=10) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, (self._database,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._database)))


def answering_socket(data: Path) -> Path | None:
    """The socket folder of the server on these data, when it really answers; else nothing.

    The file of the server only says that one was started once. A server that is starting up is waited for.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if len(lines) < 5 or not lines[4].strip():
            return None
        socket = Path(lines[4].strip())
        try:
            with psycopg.connect(
                host=str(socket), port=int(lines[3]), user=SUPERUSER, dbname=SUPERUSER, connect_timeout=5
            ) as connection:
                found = connection.execute("SELECT current_setting('data_directory')").fetchone()
        except psycopg.OperationalError as error:
            # No SQLSTATE comes with an error while connecting; this is the server's own sentence for 57P03.
            if "starting up" in str(error) or "shutting down" in str(error):
                time.sleep(0.1)
                continue
            return None
        return socket if found is not None and Path(found[0]).samefile(data) else None
    return None


def _stop_server(place: Path, user: ServerUser) -> None:
    """Stop it cleanly, then at once; a server that is already gone is fine."""
    data = place / "data"
    if not (data / "postmaster.pid").exists():
        return
    socket = answering_socket(data)
    if socket is None:
        return
    binaries = find_binaries(user, int((data / "PG_VERSION").read_text().split(".")[0]))
    for mode in ("fast", "immediate"):
        command = [binaries.program("pg_ctl"), "-D", str(data), "-w", "-t", "30", "-m", mode, "stop"]
        if user.run(command, seconds=40).status == 0:
            break
    if socket.name.startswith(SOCKET_PREFIX):
        shutil.rmtree(socket, ignore_errors=True)


def _socket_folder(place: Path, user: ServerUser) -> Path:
    """The place itself; a short folder for temporary files when the path will not do for a socket.

    It may be too long, and to libpq a comma separates the names of several hosts.
    """
    if len(os.fsencode(place / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET and "," not in str(place):
        return place
    for parent in (tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp makes it ours
        with contextlib.suppress(OSError):
            folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent))
            user.give(folder)
            if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET and user.can_write(folder):
                return folder
            folder.rmdir()
    raise EmbeddedServerFailed(what="no folder with a path short enough for a socket was found")


def _forget_stale_process(data: Path) -> None:
    """Mark the process file of a dead server whose process id now belongs to another program, or to a zombie.

    PostgreSQL itself recognises a dead process id, but takes any living one for a server. The file stays, with an id
    that no process can have: its other lines let PostgreSQL see whether children of the dead server still live.
    Called with the start lock held and after nothing answered.
    """
    path = data / "postmaster.pid"
    try:
        lines = path.read_text().splitlines()
        process = Path(f"/proc/{int(lines[0])}")
    except (OSError, ValueError, IndexError):
        return
    if process.exists() and not _works_in(process, data):
        path.write_text("\n".join([IMPOSSIBLE_PROCESS, *lines[1:]]) + "\n")


def _works_in(process: Path, data: Path) -> bool:
    """Whether a process of Linux has the data as its working folder, as a server has. A zombie has none."""
    try:
        return (process / "cwd").resolve(strict=True).samefile(data)
    except OSError:
        return False


def _end_of(log: Path) -> str:
    try:
        return log.read_text(encoding="utf-8", errors="replace")[-600:].strip()
    except OSError:
        return "not readable"
