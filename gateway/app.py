"""The composition root: settings -> rooms -> one ASGI application, one worker. The only place that knows them all."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.process_collector import ProcessCollector

from gateway.catalogue.serve.face import Face
from gateway.catalogue.serve.follower import Follower
from gateway.catalogue.serve.meter import Meter
from gateway.catalogue.serve.service import Catalogue
from gateway.catalogue.sync import tasks as sync_tasks
from gateway.catalogue.sync.service import Deps
from gateway.changes import tasks as changes_tasks
from gateway.clock import Clock, SystemClock
from gateway.errors import GatewayError, MethodNotAllowed, NotFound, StoreUnavailable, Unexpected
from gateway.http import Answer, Application, Asked, Receive, Scope, Send, check_limits, send_answer, send_problem
from gateway.ids import Ids, RandomIds
from gateway.jobs import Worker
from gateway.jobs import build_app as build_jobs
from gateway.server import make_server, serve_all
from gateway.settings import Settings
from gateway.storage import Database, EmbeddedServer, check_version, migrate

log = structlog.get_logger(__name__)

_FACE: Final = b"/ooapi/v5"
_MEMBERS: Final = b"/members/"
_DOCUMENTATION: Final = b"/docs"


@dataclass(frozen=True, slots=True)
class Services:
    """What the pages build on."""

    settings: Settings
    clock: Clock
    ids: Ids
    database: Database
    follower: Follower
    catalogue: Catalogue


class Gateway:
    """The ASGI application. Its rooms exist between the start and the end of its lifespan."""

    def __init__(self, settings: Settings, clock: Clock, ids: Ids, database: Database | None) -> None:
        self._settings = settings
        self._clock = clock
        self._ids = ids
        self._given = database
        self._stack = AsyncExitStack()
        self._face: Application | None = None
        self._documentation: Application | None = None
        self._pages: Application | None = None
        self.services: Services | None = None
        self.registry = CollectorRegistry()

    async def start(self) -> None:
        """Open the database and begin to follow it. Raises StoreUnavailable when it cannot be opened."""
        database = self._given or await self._open_database()
        follower = Follower(database)
        catalogue = Catalogue(database, follower, self._clock, cache_bytes=self._settings.page_cache_bytes)
        await self._stack.enter_async_context(follower)
        meter = Meter(catalogue, follower)
        self.registry.register(meter)
        ProcessCollector(registry=self.registry)
        self.services = Services(self._settings, self._clock, self._ids, database, follower, catalogue)
        self._face = Face(follower, catalogue, meter, header_limit=self._settings.header_limit)
        self._documentation = _optional("gateway.web.documentation.routes", self.services)
        self._pages = _optional("gateway.web.routes", self.services)

    async def stop(self) -> None:
        await self._stack.aclose()
        self._face = self._documentation = self._pages = self.services = None

    async def _open_database(self) -> Database:
        url = self._settings.database_url
        if url is None:
            server = EmbeddedServer(self._settings.data_dir / "postgres")
            url = await server.start()
            self._stack.push_async_callback(server.stop)
        await migrate(url)
        database = Database(
            url,
            pool=self._settings.database_pool,
            statement_seconds=self._settings.database_deadline,
            clock=self._clock,
        )
        self._stack.push_async_callback(database.dispose)
        await check_version(database)
        return database

    # -- ASGI ---------------------------------------------------------------------------------------------------

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                await self._route(scope["raw_path"])(scope, receive, send)
            except GatewayError as error:
                await self._refuse(scope, send, error)
            except Exception as error:  # the last resort: whatever it is, nobody gets a 500
                trace = str(self._ids.new())
                log.exception("request.failed", trace=trace, method=scope["method"])
                await self._last_resort(scope, send, trace, error)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    def _route(self, path: bytes) -> Application:
        """The face of a path. Pages have the rest; without them it is NotFound."""
        if path.startswith(_MEMBERS) or _under(path, _FACE):
            chosen = self._face
        elif _under(path, _DOCUMENTATION):
            chosen = self._documentation or _nothing
        else:
            chosen = self._pages or _nothing
        if chosen is None:
            raise StoreUnavailable  # before the start or after the end
        return chosen

    async def _refuse(self, scope: Scope, send: Send, error: GatewayError) -> None:
        await send_problem(send, error, Asked(scope["headers"]).language, head=scope["method"] == "HEAD")

    async def _last_resort(self, scope: Scope, send: Send, trace: str, cause: Exception) -> None:
        try:
            await self._refuse(scope, send, Unexpected(trace=trace))
        except RuntimeError:
            raise cause from None  # the answer had begun: the server can only cut it off

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except GatewayError as error:
                    await self.stop()
                    log.error("start.failed", error=str(error))
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return


def build_app(
    settings: Settings, *, clock: Clock | None = None, ids: Ids | None = None, database: Database | None = None
) -> Gateway:
    """The ASGI application. ``database``: one that the caller opened, migrated and will close; else by the settings."""
    return Gateway(settings, clock or SystemClock(), ids or RandomIds(), database)


def _under(path: bytes, prefix: bytes) -> bool:
    return path == prefix or path.startswith(prefix + b"/")


def _optional(module: str, services: Services) -> Application | None:
    """``build(services)`` of a room that an installation may leave out."""
    parent = module.rpartition(".")[0]
    if importlib.util.find_spec(parent.rpartition(".")[0]) is None or importlib.util.find_spec(parent) is None:
        return None
    if importlib.util.find_spec(module) is None:
        return None
    build: Callable[[Services], Application] = importlib.import_module(module).build
    return build(services)


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    raise NotFound(what=scope["raw_path"][:200].decode("ascii", "replace"))


# -- for operators ------------------------------------------------------------------------------------------------


def build_metrics(gateway: Gateway) -> Application:
    """ASGI application with ``/health`` and ``/metrics``, for a port of its own."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        asked = Asked(scope["headers"])
        head = scope["method"] == "HEAD"
        try:
            check_limits(scope, asked, gateway._settings.header_limit)
            if scope["method"] not in ("GET", "HEAD"):
                raise MethodNotAllowed(method=scope["method"][:20], allowed="GET, HEAD")
            answer = _operator_answer(gateway, scope["raw_path"])
        except GatewayError as error:
            await send_problem(send, error, asked.language, head=head)
        else:
            await send_answer(send, answer, asked, head=head)

    return application


def _operator_answer(gateway: Gateway, path: bytes) -> Answer:
    """Raises NotFound, or StoreUnavailable from ``/health`` while the database is away."""
    if path == b"/health":
        if gateway.services is None or gateway.services.follower.stale:
            raise StoreUnavailable
        return Answer(b'{"status":"ok"}', {"content-type": "application/json", "cache-control": "no-store"})
    if path == b"/metrics":
        headers = {"content-type": CONTENT_TYPE_PLAIN_0_0_4, "cache-control": "no-store"}
        return Answer(generate_latest(gateway.registry), headers)
    raise NotFound(what=path[:200].decode("ascii", "replace"))


# -- processes ----------------------------------------------------------------------------------------------------


async def serve_until_stopped(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. ``on_ready`` gets the address, with the real port where 0 was asked for.

    Raises StoreUnavailable or CannotListen when it cannot start.
    """
    gateway = build_app(settings)
    try:
        await gateway.start()
        servers = [make_server(gateway, settings.host, settings.port, on_ready)]
        if settings.metrics_port is not None:
            servers.append(make_server(build_metrics(gateway), settings.host, settings.metrics_port, _metrics_ready))
        await serve_all(servers)
    finally:
        await gateway.stop()


def _metrics_ready(url: str) -> None:
    log.info("metrics.listening", url=url)


def run(settings: Settings, on_ready: Callable[[str], None]) -> None:
    """``serve_until_stopped`` in an event loop of its own, the fast one where there is one."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if importlib.util.find_spec("uvloop") is not None:
        import uvloop

        factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(serve_until_stopped(settings, on_ready))


def build_worker(deps: Deps, stop: asyncio.Event) -> Worker:
    """The worker with the tasks of all rooms. It works until ``stop`` is set."""
    jobs = build_jobs(deps.database.driver_url)
    changes_tasks.register(jobs, deps.database)
    sync_tasks.register(jobs, deps)
    return Worker(jobs, deps.settings, deps.clock, stop)


__all__: list[str] = ["Gateway", "Services", "build_app", "build_metrics", "build_worker", "run", "serve_until_stopped"]
