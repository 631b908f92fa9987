"""What tests of every room may ask for: a database, the documents beside the project, a place for figures.

One PostgreSQL serves a whole run: the embedded one in a temporary folder, or the one of DATABASE_URL_TEST (whose
user may create databases). It starts when the first test asks for it. Each test gets a database of its own.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from gateway.storage import Database, EmbeddedServer, EmbeddedServerFailed, driver_url
from gateway.storage.locks import FileLock
from gateway.storage.migrate import upgrade

RUN_PREFIX = "ooapi-gateway-tests-"


class Server(Protocol):
    """A PostgreSQL in which tests may create and drop databases."""

    def url(self, database: str | None = None) -> str: ...


class GivenServer:
    """The server of DATABASE_URL_TEST."""

    def __init__(self, url: str) -> None:
        self._url = make_url(driver_url(url))

    def url(self, database: str | None = None) -> str:
        return self._url.set(database=database or self._url.database).render_as_string(hide_password=False)


class Databases:
    """Makes and drops the databases of one run; names carry the process, so that runs do not meet."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._numbers = itertools.count(1)
        self._template: str | None = None

    def create(self, template: str | None = None) -> str:
        """The name of a new database; a copy of ``template`` when given."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(template or "template0")))
        return name

    def template(self) -> str:
        """The name of a database that was migrated once in this run."""
        if self._template is None:
            name = self.create()
            upgrade(self.url(name))
            self._template = name
        return self._template

    def drop(self, name: str) -> None:
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def drop_template(self) -> None:
        if self._template is not None:
            self.drop(self._template)

    def url(self, name: str) -> str:
        return self._server.url(name)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(driver_url(self._server.url()), autocommit=True, connect_timeout=10) as connection:
            connection.execute(statement)


def _remove_leftovers() -> None:
    """Stop and remove the servers of earlier runs that were killed: nobody holds their lock any more."""
    for folder in Path(tempfile.gettempdir()).glob(RUN_PREFIX + "*"):
        try:
            run = FileLock(folder / "run.lock")
            if folder.stat().st_uid == os.geteuid() and (folder / "run.lock").exists() and run.try_alone():
                if (folder / "postgres").exists():
                    leftover = EmbeddedServer(folder / "postgres")
                    leftover.open()
                    leftover.close()
                shutil.rmtree(folder, ignore_errors=True)
            run.release()
        except (OSError, EmbeddedServerFailed):
            continue  # another run removes it at this very moment, or it cannot be used any more


@pytest.fixture(scope="session")
def _databases() -> Iterator[Databases]:
    given = os.environ.get("DATABASE_URL_TEST")
    if given:
        databases = Databases(GivenServer(given))
        yield databases
        databases.drop_template()
        return
    _remove_leftovers()
    folder = Path(tempfile.mkdtemp(prefix=RUN_PREFIX))
    folder.chmod(0o755)  # as root the server runs as another user, who must come by
    run = FileLock(folder / "run.lock")
    run.try_alone()
    server = EmbeddedServer(folder / "postgres", durable=False)
    server.open()
    try:
        yield Databases(server)
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)
        run.release()


@pytest.fixture
def empty_database(_databases: Databases) -> Iterator[str]:
    """The URL of a database without any table."""
    name = _databases.create()
    yield _databases.url(name)
    _databases.drop(name)


@pytest.fixture
def database_url(_databases: Databases) -> Iterator[str]:
    """The URL of a database of its own with all tables, empty."""
    name = _databases.create(_databases.template())
    yield _databases.url(name)
    _databases.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """``gateway.storage.Database`` on a database of its own with all tables, empty."""
    opened = Database(database_url, pool=20)
    yield opened
    await opened.dispose()


@pytest.fixture
def reachable_folder() -> Iterator[Path]:
    """A temporary folder that the user of an embedded server can enter, also when the tests run as root."""
    folder = Path(tempfile.mkdtemp(prefix="ooapi-gateway-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_server(reachable_folder: Path) -> Iterator[EmbeddedServer]:
    """A PostgreSQL for one test alone, with all tables, which the test may stop, kill and start again."""
    server = EmbeddedServer(reachable_folder / "postgres", durable=False)
    upgrade(server.open())
    yield server
    server.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of the standards' documents beside the project; without it the test is skipped (in CI it fails)."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{folder} is not there, and CI must compare with it")
        pytest.skip(f"{folder} is not there")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser come last: Playwright keeps an event loop running in this thread until the end."""
    items.sort(key=lambda item: item.get_closest_marker("needs_browser") is not None)


_figures = pytest.StashKey[list[str]]()


@pytest.fixture
def bench(request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]) -> Callable[..., None]:
    """``bench("name", p99_ms=1.2, …)`` prints one line of figures and repeats it at the end of the run."""

    def show(name: str, **figures: Any) -> None:
        parts = (
            f"{key}={value:.4g}" if isinstance(value, float) else f"{key}={value}" for key, value in figures.items()
        )
        line = f"{name}: {' '.join(parts)}"
        with capsys.disabled():
            print(f"\n{line}")
        request.config.stash.setdefault(_figures, []).append(line)

    return show


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    figures = config.stash.get(_figures, [])
    if figures:
        terminalreporter.section("figures")
        for line in figures:
            terminalreporter.line(line)
