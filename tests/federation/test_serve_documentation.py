"""The pages about the API: whole, in two languages, without anything from outside."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest

from gateway.app import Gateway, build_app
from gateway.catalogue.serve.testkit import Caller, configure, publish, sample
from gateway.clock import FakeClock
from gateway.settings import Settings
from gateway.storage import Database

VOID = {"meta", "link", "br", "hr", "img", "input", "path"}


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    clock = FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    async with database.transaction() as session:
        await configure(session, {"roc-a": True}, clock)
        await publish(session, "roc-a", [sample("Course", 1)])
    application = build_app(Settings(), clock=clock, database=database)
    await application.start()
    yield application
    await application.stop()


@pytest.fixture
def docs(gateway: Gateway) -> Caller:
    return Caller(gateway, "")


class Page(HTMLParser):
    """Checks that elements are closed and remembers what a page refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.resources: list[str] = []
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.headings: list[int] = []
        self.attributes: set[str] = set()
        self.language = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag not in VOID:
            self.open.append(tag)
        self.tags.add(tag)
        self.attributes.update(values)
        if tag == "html":
            self.language = values["lang"] or ""
        if tag == "a":
            self.links.append(values["href"] or "")
        self.resources += [values[name] or "" for name in ("src", "srcset") if name in values]
        if tag == "link":
            self.resources.append(values["href"] or "")
        if "id" in values:
            self.ids.append(values["id"] or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_is_reached_and_stands_alone(docs: Caller, language: str) -> None:
    waiting, seen = [f"/docs?lang={language}"], set()
    while waiting:
        target = waiting.pop()
        if target in seen:
            continue
        seen.add(target)
        reply = await docs.get(target, accept="text/html")
        assert reply.status == 200, target
        text = reply.body.decode()
        page = Page(text)
        assert page.language == reply.headers["content-language"] == language
        assert not page.tags & {"script", "style", "iframe", "object", "img"}, target
        assert not {name for name in page.attributes if name == "style" or name.startswith("on")}, target
        assert all(resource.startswith("/") and not resource.startswith("//") for resource in page.resources)
        assert len(page.ids) == len(set(page.ids)), target
        assert page.headings[0] == 1
        assert page.headings.count(1) == 1
        assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), target
        assert "script-src" not in reply.headers["content-security-policy"]
        assert "'unsafe-inline'" not in reply.headers["content-security-policy"]
        for link in page.links:
            if link.startswith("/docs") and f"lang={language}" in link:
                waiting.append(unescape(link))
    assert len([target for target in seen if "/operations/" in target]) == 52
    assert len([target for target in seen if "/schemas/" in target]) > 30


async def test_the_language_follows_the_browser_and_can_be_switched(docs: Caller) -> None:
    assert "Documentatie van de API" in (await docs.get("/docs", accept_language="nl")).body.decode()
    english = (await docs.get("/docs", accept_language="de")).body.decode()
    assert "Documentation of the API" in english
    assert "?lang=nl" in english


async def test_every_example_line_is_a_request_that_works(docs: Caller, gateway: Gateway) -> None:
    api = Caller(gateway, "")
    for name in re.findall(r"/docs/operations/(\w+)", (await docs.get("/docs?lang=en")).body.decode()):
        page = unescape((await docs.get(f"/docs/operations/{name}?lang=en")).body.decode())
        example = re.search(r"curl 'http://gateway\.example(/ooapi/v5[^']*)'", page)
        if example is None:
            assert "401" in page
            continue
        reply = await api.get(example[1].replace("ID", str(sample("Course", 1).id)))
        assert reply.status == 200 or (reply.status == 404 and "ID" in example[1]), example[1]


async def test_pages_have_tags_and_their_styles(docs: Caller) -> None:
    first = await docs.get("/docs")
    assert (await docs.get("/docs", if_none_match=first.headers["etag"])).status == 304
    styles = await docs.get("/docs/documentation.css")
    assert styles.headers["content-type"].startswith("text/css")
    assert "http" not in styles.body.decode()
    head = await docs.get("/docs", method="HEAD")
    assert (head.status, head.body) == (200, b"")


async def test_what_is_not_there_is_not_found(docs: Caller) -> None:
    for target in ("/docs/nope", "/docs/operations/nope", "/docs/schemas/..", "/docs/schemas/Course/x", "/docsx"):
        assert (await docs.get(target)).status == 404
    assert (await docs.get("/docs", method="POST")).status == 405
    assert (await docs.get("/docs?lang=%zz")).status == 400


async def test_before_a_configuration_there_is_nothing_to_document(database: Database) -> None:
    application = build_app(Settings(), database=database)
    await application.start()
    try:
        assert (await Caller(application, "").get("/docs")).status == 503
    finally:
        await application.stop()
