"""The database of a source: its address, its driver, and how a read-only transaction begins there."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from adapters.contract import AdapterContext
from adapters.errors import ConfigurationInvalid
from adapters.sql.config import SqlConfig
from adapters.sql.postgresql import lenient_moments
from adapters.sql.session import Session

# Names of drivers that are asynchronous or not installed here, and what serves instead.
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+asyncpg": "postgresql+psycopg",
    "postgresql+psycopg_async": "postgresql+psycopg",
    "sqlite+aiosqlite": "sqlite",
    "mssql+aioodbc": "mssql+pyodbc",
    "oracle": "oracle+oracledb",
    "oracle+oracledb_async": "oracle+oracledb",
    "mysql+aiomysql": "mysql+pymysql",
    "mysql+asyncmy": "mysql+pymysql",
}


class Database:
    """Makes sessions. The address is resolved at each session and kept nowhere."""

    def __init__(self, config: SqlConfig, context: AdapterContext) -> None:
        self._config = config
        self._context = context

    def __repr__(self) -> str:
        return f"Database({self._context.source!r})"

    def session(self) -> Session:
        """A new session, not yet entered. Entering raises SecretMissing, ConfigurationInvalid or SourceUnreachable."""
        return Session(
            self._engine,
            self._begin,
            place=self._context.source,
            statement_seconds=self._config.statement_seconds,
            connect_seconds=self._config.connect_seconds,
        )

    def sqlite_file(self) -> Path | None:
        """The file, when the database is an SQLite file."""
        url = self._url()
        if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
            return None
        return self._context.base / url.database

    def _url(self) -> URL:
        text = self._context.secret(self._config.url) if self._config.url is not None else self._config.database
        assert text is not None
        try:
            url = make_url(text.strip())
        except ArgumentError:
            raise ConfigurationInvalid(what="url: SQLAlchemy URL") from None  # the error quotes the address
        return url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))

    def _engine(self) -> Engine:
        url = self._url()
        arguments: dict[str, Any] = {}
        backend = url.get_backend_name()
        seconds = max(1, round(self._config.connect_seconds))
        if backend == "sqlite":
            file = self.sqlite_file()
            if file is None:
                raise ConfigurationInvalid(what="url: SQLite needs a file")
            # Read-only, so that a wrong name is an error and not a new, empty database.
            url = url.set(database=f"file:{quote(str(file))}", query={"mode": "ro", "uri": "true"})
            arguments = {"timeout": self._config.statement_seconds}
        elif backend == "postgresql":
            arguments = {
                "connect_timeout": seconds,
                "application_name": "ooapi-gateway",
                "keepalives_idle": 30,
                "tcp_user_timeout": int(self._config.statement_seconds * 1000) + 5000,
            }
        elif backend in ("mysql", "mariadb"):
            arguments = {"connect_timeout": seconds}
        elif backend == "oracle":
            arguments = {"tcp_connect_timeout": float(seconds)}
        try:
            engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
        except (ImportError, NoSuchModuleError):
            raise ConfigurationInvalid(what=f"driver {url.drivername}: not installed") from None
        except (ArgumentError, ValueError, TypeError):
            raise ConfigurationInvalid(what="url") from None
        if url.drivername == "postgresql+psycopg":
            event.listen(engine, "connect", lenient_moments)
        return engine

    def _begin(self, connection: Connection) -> None:
        """Begin one read-only transaction, repeatable where the database has it, with a limit per statement."""
        milliseconds = max(1, int(self._config.statement_seconds * 1000))
        match connection.dialect.name:
            case "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                connection.exec_driver_sql(f"SET LOCAL statement_timeout = {milliseconds}")
            case "sqlite":
                connection.exec_driver_sql("PRAGMA query_only = ON")
                connection.exec_driver_sql("BEGIN")
            case "mysql":
                connection.exec_driver_sql(f"SET SESSION max_execution_time = {milliseconds}")
                connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            case "mariadb":
                connection.exec_driver_sql(f"SET SESSION max_statement_time = {milliseconds / 1000}")
                connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
            case "oracle":
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            case _:
                pass  # SQL Server and others have no read-only transaction: the account must be one that only reads
