"""Addresses of the pages: the start, the search, a report, the styles."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from adapters.text import Language
from gateway.catalogue.sync import reporting
from gateway.errors import GatewayError, InvalidParameter, MethodNotAllowed, NotAllowed, NotFound
from gateway.http import (
    Answer,
    Application,
    Asked,
    Receive,
    Scope,
    Send,
    check_limits,
    names_media_type,
    path_segments,
    query_pairs,
    send_answer,
    single,
)
from gateway.members.service import Configuration, member_of
from gateway.web.pages import Services, cards, search
from gateway.web.texts import sentence

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The report is one file that can be saved and mailed, so its styles stand in it.
REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
_HTML: Final = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
    "vary": "Accept, Accept-Encoding, Accept-Language",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
_STYLES: Final = {
    "content-type": "text/css; charset=utf-8",
    "cache-control": "public, max-age=300",
    "x-content-type-options": "nosniff",
}

_MARK: Final = {**_STYLES, "content-type": "image/svg+xml", "content-security-policy": "default-src 'none'"}


def build(services: Services) -> Application:
    """The ASGI application of the pages."""
    return Pages(services)


class Pages:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._templates = Environment(
            loader=PackageLoader("gateway.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        static = importlib.resources.files("gateway.web") / "static"
        self._styles = Answer((static / "gateway.css").read_bytes(), _STYLES)
        self._mark = Answer((static / "mark.svg").read_bytes(), _MARK)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope["headers"])
        head = scope["method"] == "HEAD"
        try:
            answer = await self._answer(scope, asked)
        except GatewayError as error:
            if not names_media_type(asked.accept, "text/html"):
                raise  # a program asks: it gets the problem as JSON
            await self._send_problem(send, error, _language(_values(scope), asked), head=head)
        else:
            await send_answer(send, answer, asked, head=head)

    async def _answer(self, scope: Scope, asked: Asked) -> Answer:
        check_limits(scope, asked, self._services.settings.header_limit)
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed(method=scope["method"][:20], allowed="GET, HEAD")
        segments = path_segments(scope["raw_path"])
        match segments:
            case ("static", "gateway.css"):
                return self._styles
            case ("static", "mark.svg") | ("favicon.ico",):  # browsers ask for the latter beside a page of JSON
                return self._mark
            case ("static", "members.css"):
                return Answer(self._member_styles(), _STYLES)
        if not names_media_type(asked.accept, "text/html"):
            raise NotFound(what=scope["raw_path"][:200].decode("ascii", "replace"))
        values = single(query_pairs(scope["query_string"]))
        return await self._page(segments, values, _language(values, asked))

    async def _send_problem(self, send: Send, error: GatewayError, language: Language, *, head: bool) -> None:
        """The error as a page."""
        page = self._html("problem.html", language, {}, "/", error=error, q="", member="")
        headers = [(name, value) for name, value in page.headers if name != b"cache-control"]
        headers += [(b"cache-control", b"no-store"), (b"content-length", b"%d" % len(page.body))]
        headers += [
            (name.lower().encode(), value.encode("latin-1", "replace")) for name, value in error.headers().items()
        ]
        await send({"type": "http.response.start", "status": error.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if head else page.body})

    async def _page(self, segments: tuple[str, ...], values: Mapping[str, str], language: Language) -> Answer:
        match segments:
            case () | ("",):
                shown = await cards(self._services, language)
                return self._html("start.html", language, values, "/", cards=shown, q="", member="")
            case ("search",):
                return await self._search(values, language)
            case ("operate", "members", member, "report"):
                return await self._report(member, language)
            case _:
                raise NotFound(what="/" + "/".join(segments)[:200])

    async def _search(self, values: Mapping[str, str], language: Language) -> Answer:
        number = values.get("page", "1")
        if not (number.isascii() and number.isdigit() and int(number[:9]) >= 1 and len(number) < 9):
            raise InvalidParameter(name="page", value=number[:20], expected="1 … 99999999")
        found = await search(self._services, values.get("q", ""), values.get("member", ""), int(number), language)
        members = self._configuration.members if self._configuration else ()
        public = self._services.follower.state.public
        schools = [(one.id, one.name.in_language(language)) for one in members if one.id in public]
        return self._html(
            "search.html", language, values, "/search", found=found, schools=schools, q=found.q, member=found.member
        )

    async def _report(self, member: str, language: Language) -> Answer:
        """Reports hold rows of a school's system: only where the operator opened these pages."""
        if not self._services.settings.operate_pages:
            raise NotAllowed(what="GATEWAY_OPERATE_PAGES")
        if self._configuration is None:
            raise NotFound(what=member)
        chosen = member_of(self._configuration, member)
        async with self._services.database.snapshot() as session:
            report = await reporting.report_of(session, chosen)
        page = reporting.page(report, language).encode()
        return Answer(page, {**_HTML, "content-security-policy": REPORT_POLICY, "content-language": language})

    @property
    def _configuration(self) -> Configuration | None:
        return self._services.follower.state.configuration

    def _html(
        self,
        template: str,
        language: Language,
        values: Mapping[str, str],
        path: str,
        **context: Any,
    ) -> Answer:
        federation = self._configuration.federation if self._configuration else None
        page = self._templates.get_template(template).render(
            language=language,
            t=lambda name, **filled: sentence(name, language, **filled),
            federation=federation,
            path=path,
            other={**{name: value for name, value in values.items() if name != "lang"}, "lang": _OTHER[language]},
            operate=self._services.settings.operate_pages,
            **context,
        )
        headers = {**_HTML, "content-security-policy": POLICY, "content-language": language}
        return Answer(page.encode(), headers)

    def _member_styles(self) -> bytes:
        """The colours of the members as classes: a page itself may hold no styles."""
        members = self._configuration.members if self._configuration else ()
        rules = [f".member-{one.id}{{--member:{one.colour}}}" for one in members if one.colour]
        return "\n".join(rules).encode()


_OTHER: Final[Mapping[Language, Language]] = {"nl": "en", "en": "nl"}


def _values(scope: Scope) -> Mapping[str, str]:
    """The parameters as far as they can be read, for the language of a page that says what is wrong."""
    try:
        return dict(query_pairs(scope["query_string"]))
    except GatewayError:
        return {}


def _language(values: Mapping[str, str], asked: Asked) -> Language:
    chosen = values.get("lang")
    if chosen == "nl":
        return "nl"
    return "en" if chosen == "en" else asked.language
