"""Addresses of the documentation: ``/docs``, ``/docs/operations/{id}``, ``/docs/schemas/{name}``, the styles."""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

from adapters.text import Language
from gateway.catalogue.serve.document import openapi
from gateway.errors import MethodNotAllowed, NotConfigured, NotFound
from gateway.http import (
    Answer,
    Application,
    Asked,
    Receive,
    Scope,
    Send,
    check_limits,
    path_segments,
    query_pairs,
    send_answer,
)
from gateway.members.service import Configuration
from gateway.web.documentation import texts
from gateway.web.documentation.describe import OperationPage, Property, Reply, SchemaPage, operations, schemas
from gateway.web.pages import Services
from gateway.web.texts import sentence

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HTML: Final = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": POLICY,
    "cache-control": "no-cache",
    "vary": "Accept-Encoding, Accept-Language",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
_STYLES: Final = {
    "content-type": "text/css; charset=utf-8",
    "cache-control": "public, max-age=300",
    "x-content-type-options": "nosniff",
}
_OTHER: Final[Mapping[Language, Language]] = {"nl": "en", "en": "nl"}


def build(services: Services) -> Application:
    """The ASGI application of the documentation."""
    return Documentation(services)


class Documentation:
    """Pages of one configuration are rendered once per language and kept until another is applied."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._templates = Environment(
            loader=ChoiceLoader([PackageLoader("gateway.web.documentation"), PackageLoader("gateway.web")]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        styles = importlib.resources.files("gateway.web.documentation") / "documentation.css"
        self._styles = Answer(styles.read_bytes(), _STYLES)
        self._generation = -1
        self._operations: dict[str, OperationPage] = {}
        self._schemas: dict[str, SchemaPage] = {}
        self._rendered: dict[tuple[tuple[str, ...], Language], Answer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(scope["headers"])
        check_limits(scope, asked, self._services.settings.header_limit)
        if scope["method"] not in ("GET", "HEAD"):
            raise MethodNotAllowed(method=scope["method"][:20], allowed="GET, HEAD")
        answer = self._answer(path_segments(scope["raw_path"])[1:], scope["query_string"], asked)
        await send_answer(send, answer, asked, head=scope["method"] == "HEAD")

    def _answer(self, segments: tuple[str, ...], query: bytes, asked: Asked) -> Answer:
        """Raises NotFound for a page that there is not, NotConfigured, MalformedAddress."""
        if segments == ("documentation.css",):
            return self._styles
        configuration = self._services.follower.state.configuration
        if configuration is None:
            raise NotConfigured
        if configuration.generation != self._generation:
            self._describe(configuration)
        wanted = dict(query_pairs(query)).get("lang")
        language: Language = "nl" if wanted == "nl" else "en" if wanted == "en" else asked.language
        key = (segments, language)
        if key not in self._rendered:
            self._rendered[key] = self._render(segments, language, configuration)
        return self._rendered[key]

    def _describe(self, configuration: Configuration) -> None:
        document = openapi(configuration, f"{configuration.federation.public_url}/ooapi/v5", merged=True)
        self._operations = {operation.id: operation for operation in operations(document)}
        self._schemas = schemas(document)
        self._rendered = {}
        self._generation = configuration.generation

    def _render(self, segments: tuple[str, ...], language: Language, configuration: Configuration) -> Answer:
        match segments:
            case () | ("",):
                groups: dict[str, list[OperationPage]] = {}
                for operation in self._operations.values():
                    groups.setdefault(operation.tag, []).append(operation)
                return self._page("overview.html", segments, language, configuration, groups=groups)
            case ("operations", name) if name in self._operations:
                operation = self._operations[name]
                return self._page("operation.html", segments, language, configuration, operation=operation)
            case ("schemas", name) if name in self._schemas:
                return self._page("schema.html", segments, language, configuration, schema=self._schemas[name])
            case _:
                raise NotFound(what="/" + "/".join(("docs", *segments))[:200])

    def _page(
        self, template: str, segments: tuple[str, ...], language: Language, configuration: Configuration, **more: Any
    ) -> Answer:
        page = self._templates.get_template(template).render(
            language=language,
            t=lambda name, **filled: sentence(name, language, **filled),
            d=lambda name, **filled: texts.TEXTS[name].fill(**filled).in_language(language),
            words=_Words(language),
            federation=configuration.federation,
            base_url=f"{configuration.federation.public_url}/ooapi/v5",
            path="/".join(("/docs", *segments)).rstrip("/"),
            other={"lang": _OTHER[language]},
            schemas=self._schemas,
            operations=self._operations,
            **more,
        )
        return Answer(page.encode(), {**_HTML, "content-language": language})


class _Words:
    """What the document says, in the language of the page."""

    def __init__(self, language: Language) -> None:
        self._dutch = language == "nl"

    def tag(self, tag: str) -> str:
        return texts.TAGS[tag] if self._dutch else tag.replace("-", " ").capitalize()

    def summary(self, operation: OperationPage) -> str:
        return texts.SUMMARIES[operation.id] if self._dutch else operation.summary

    def parameter(self, parameter: Property) -> str:
        if not self._dutch:
            return parameter.description
        if parameter.place == "path":
            return texts.IDENTIFIER
        return texts.PARAMETERS.get(parameter.name, texts.FILTER)

    def reply(self, reply: Reply) -> str:
        return texts.REPLIES[reply.status] if self._dutch else reply.description
