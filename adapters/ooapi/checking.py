"""What a check of an endpoint tries: reach, log in, the service object, the clock, each path."""

from __future__ import annotations

from contextlib import suppress

from adapters.contract import AdapterContext, CheckItem, CheckReport
from adapters.errors import AdapterError, SourceUnreachable, StreamMissing
from adapters.http import HttpClient, clock_difference
from adapters.ooapi.config import OoapiConfig, StreamSettings
from adapters.ooapi.objects import Objects
from adapters.ooapi.streams import STREAMS, StreamKind
from adapters.text import Text

_NOBODY = "00000000-0000-0000-0000-000000000000"  # asks whether we may read persons without reading any
_CLOCK_SECONDS = 60.0
_SMALL_PAGE = 10


async def check_endpoint(config: OoapiConfig, client: HttpClient, context: AdapterContext) -> CheckReport:
    """Try everything. Never raises AdapterError; a path that fails does not stop the next."""
    checks = _Checks(config, client, context)
    try:
        items = await checks.service()
    except AdapterError as error:
        failed = CheckItem("connect", False, error.text, error.hint)
        if isinstance(error, SourceUnreachable):
            return CheckReport((failed,))
        items = [failed]
    for name, settings in config.streams.items():
        try:
            items.append(await checks.stream(STREAMS[name], settings))
        except AdapterError as error:
            items.append(CheckItem(name, False, error.text, error.hint))
    return CheckReport(tuple(items))


class _Checks:
    def __init__(self, config: OoapiConfig, client: HttpClient, context: AdapterContext) -> None:
        self._config = config
        self._client = client
        self._context = context
        self._objects = Objects(config, client, page_size=_SMALL_PAGE)

    def _until(self) -> float:
        return self._context.monotonic() + self._config.lookup_seconds

    async def service(self) -> list[CheckItem]:
        """``GET /``: the object Service of the standard; an endpoint without it can still be read."""
        answer = await self._client.request("GET", "/", until=self._until())
        if answer.status == 404:
            items = [
                CheckItem(
                    "connect",
                    True,
                    Text("Verbonden. GET / ontbreekt.", "Connected. GET / is missing."),
                    Text("De standaard vraagt dit pad (Service).", "The standard asks for this path (Service)."),
                )
            ]
        else:
            answer.raise_for_status()
            answer.json()
            items = [CheckItem("connect", True, Text("Verbonden.", "Connected."))]
        seconds = clock_difference(answer, self._context.now())
        if seconds is not None:
            told = Text(f"De klok wijkt {seconds:.0f} s af.", f"The clock differs by {seconds:.0f} s.")
            hint = Text("Controleer de klok van de server.", "Check the clock of the server.")
            items.append(CheckItem("clock", True, told, hint if abs(seconds) > _CLOCK_SECONDS else None))
        return items

    async def stream(self, kind: StreamKind, settings: StreamSettings) -> CheckItem:
        if kind.personal or (kind.name == "coordinators" and settings.path is None):
            return await self._persons(kind)
        path, items = await self._objects.first_page(kind, until=self._until())
        told = Text(f"{path}: {len(items)} op de eerste pagina.", f"{path}: {len(items)} on the first page.")
        return CheckItem(kind.name, True, told)

    async def _persons(self, kind: StreamKind) -> CheckItem:
        """Ask for a person that cannot exist: a refusal shows, and nobody's data travel."""
        path, place = f"/persons/{_NOBODY}", "/persons/{personId}"
        if kind.association_type is not None:
            path, place = f"{path}/associations", f"{place}/associations"
        answer = await self._client.request("GET", path, place=place, until=self._until())
        with suppress(StreamMissing):  # the expected answer
            answer.raise_for_status()
        return CheckItem(kind.name, True, Text(f"{place} antwoordt.", f"{place} answers."))
