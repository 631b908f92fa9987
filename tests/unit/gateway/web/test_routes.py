"""The pages over ASGI: languages, escaping, headers, problems, parameters that nobody should send."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.catalogue.serve.testkit import Reply
from gateway.settings import Settings

Site = Any  # of conftest.py

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
VOID = {"meta", "link", "input", "br", "path"}


class Page(HTMLParser):
    """A page as a tree that must be well-formed: what it holds by tag, its texts, its attributes."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []  # innermost tag, text
        assert reply.headers["content-type"] == "text/html; charset=utf-8"
        self.feed(reply.body.decode("utf-8"))
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open, f"</{tag}> closes nothing"
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", data.strip()))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def said(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


def course(number: int, title: str, **properties: Any) -> dict[str, Any]:
    value = {
        "courseId": str(UUID(int=number)),
        "name": [{"language": "nl-NL", "value": title}],
        "description": [{"language": "nl-NL", "value": f"Over {title}"}],
    }
    return value | properties


def assert_safe(reply: Reply) -> Page:
    """What holds for every page: its headers, and nothing that the policy would forbid."""
    assert reply.headers["content-security-policy"] == POLICY
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["referrer-policy"] == "same-origin"
    assert int(reply.headers["content-length"]) == len(reply.body)
    page = Page(reply)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "style", "iframe", "object", "embed", "img", "base"}
    for tag, attributes in page.tags:
        assert not any(name == "style" or name.startswith("on") for name in attributes), (tag, attributes)
        for name in ("href", "src", "action"):
            if name in attributes:
                assert re.match(r"/(?!/)|#", attributes[name]), (tag, attributes)
    (html,) = page.of("html")
    assert html["lang"] == reply.headers["content-language"]
    return page


# -- languages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("", "nl", "nl"),
        ("", "nl-BE,en;q=0.8", "nl"),
        ("", "de,en;q=0.5,nl;q=0.6", "nl"),
        ("", "fr", "en"),
        ("?lang=nl", "en", "nl"),
        ("?lang=en", "nl", "en"),
        ("?lang=de", "nl", "nl"),
        ("?lang=", "nl", "nl"),
        ("?lang=%3Cscript%3E", "en", "en"),
    ],
)
async def test_the_language_of_a_page(site: Site, query: str, header: str, language: str) -> None:
    reply = await site.get(f"/search{query}", accept_language=header)
    assert reply.headers["content-language"] == language
    assert "Accept-Language" in reply.headers["vary"]
    page = assert_safe(reply)
    (switch,) = [link for link in page.of("a") if link.get("class") == "switch"]
    assert switch["lang"] == switch["hreflang"] == {"nl": "en", "en": "nl"}[language]


async def test_the_other_language_shows_the_same_page(site: Site) -> None:
    page = assert_safe(await site.get("/search?q=zorg+%26+welzijn&member=roc-1&page=2&lang=nl"))
    (switch,) = [link for link in page.of("a") if link.get("class") == "switch"]
    assert switch["href"] == "/search?q=zorg+%26+welzijn&member=roc-1&page=2&lang=en"


# -- what is shown ------------------------------------------------------------------------------------------------


async def test_the_start_page_before_a_configuration(empty_site: Site) -> None:
    page = assert_safe(await empty_site.get("/", accept_language="nl"))
    assert any("ooapi-gateway apply" in text for text in page.said("p"))
    assert len(page.of("h1")) == 1


async def test_a_search_before_a_configuration(empty_site: Site) -> None:
    page = assert_safe(await empty_site.get("/search?q=x"))
    assert page.of("select") == []  # there is nothing to choose from
    assert page.of("input")[0]["value"] == "x"


async def test_found_modules_with_their_school_hours_and_links(site: Site) -> None:
    site.catalogue.values = [
        course(
            1,
            "Duits in de zorg",
            name=[{"language": "nl-NL", "value": "Duits in de zorg"}, {"language": "en-GB", "value": "German in care"}],
            studyLoad={"studyLoadUnit": "sbu", "value": 6.5},
            modeOfDelivery=["on campus", "online"],
        )
    ]
    english = (await site.get("/search?q=duits&lang=en")).body.decode()
    assert '<bdi lang="en-GB">German in care</bdi>' in english
    assert '<bdi lang="nl-NL">Duits in de zorg</bdi>' in english
    assert "<span>6.5 study hours</span><span>on campus</span><span>online</span>" in english
    dutch = (await site.get("/search?q=duits&lang=nl")).body.decode()
    assert "German" not in dutch
    assert "<span>6,5 SBU</span><span>op school</span><span>online</span>" in dutch
    assert f"/ooapi/v5/courses/{UUID(int=1)}/offerings" in dutch


async def test_a_programme_is_found_as_well(site: Site) -> None:
    site.catalogue.values = [
        {"programId": str(UUID(int=7)), "name": [{"language": "de", "value": "Krankenpflege"}], "description": []}
    ]
    page = (await site.get("/search?lang=nl")).body.decode()
    assert '<bdi lang="de">Krankenpflege</bdi>' in page
    assert f"/ooapi/v5/programs/{UUID(int=7)}" in page
    assert "<span>Opleiding</span>" in page


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;",
    "שלום \u202egnitset\u202c العربية",
    "\u2066\u2067\u2069 lijst\u2028regel",
    "é" * 500,
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_name_stays_a_name(site: Site, text: str) -> None:
    description = [{"language": '"><script>', "value": "Over " + text}]
    site.catalogue.values = [course(1, text, description=description)]

    page = assert_safe(await site.get("/search"))

    name, *rest = page.said("bdi")
    assert text.startswith(name.removesuffix("...")[:200])
    assert rest.count(name) == 2  # in both links as well, each time with a writing direction of its own
    assert sum(said.startswith("Over") for said in rest) == 1
    languages = [bdi["lang"] for bdi in page.of("bdi") if "lang" in bdi]
    assert sorted(languages) == ['"><script>', "nl-NL", "nl-NL", "nl-NL"]


@pytest.mark.parametrize("text", HOSTILE[:5])
async def test_what_was_asked_comes_back_as_text(site: Site, text: str) -> None:
    encoded = "".join(f"%{byte:02X}" for byte in text.encode())
    page = assert_safe(await site.get(f"/search?q={encoded}&lang=nl"))
    assert page.of("input")[0]["value"] == text
    assert text in "".join(page.said("h1"))
    (switch,) = [link for link in page.of("a") if link.get("class") == "switch"]
    assert switch["href"].startswith("/search?q=")


async def test_a_members_name_is_escaped_in_the_list_of_schools(site: Site) -> None:
    page = assert_safe(await site.get("/search?member=roc-2"))
    options = page.of("option")
    assert [option["value"] for option in options] == ["", "roc-1", "roc-2"]
    assert [option["value"] for option in options if "selected" in option] == ["roc-2"]
    assert '<b>"ROC" & Zonen</b>' in page.said("option")


async def test_a_member_that_is_not_public_is_as_one_that_is_not_there(site: Site) -> None:
    site.catalogue.values = [course(1, "Rekenen")]
    hidden, unknown = await site.get("/search?member=roc-3"), await site.get("/search?member=roc-9")
    assert hidden.body.replace(b"roc-3", b"roc-9") == unknown.body
    assert "Verborgen" not in hidden.body.decode()
    assert {asked[3] for asked in site.catalogue.asked} == {None}
    await site.get("/search?member=roc-1.example")
    assert site.catalogue.asked[-1][3] == "roc-1"


# -- pages of results ---------------------------------------------------------------------------------------------


async def test_pages_of_results(site: Site) -> None:
    site.catalogue.values = [course(number, f"Module {number}") for number in range(1, 46)]
    for number, (first, links) in {1: (1, ["next"]), 2: (21, ["prev", "next"]), 3: (41, ["prev"])}.items():
        page = assert_safe(await site.get(f"/search?page={number}&q=m&lang=en"))
        assert page.of("ol")[0]["start"] == str(first)
        assert [link["rel"] for link in page.of("a") if "rel" in link] == links
    last = [link["href"] for link in page.of("a") if link.get("rel") == "prev"]
    assert last == ["/search?q=m&member=&page=2&lang=en"]


async def test_a_page_past_the_end_says_so(site: Site) -> None:
    site.catalogue.values = [course(1, "Rekenen")]
    page = assert_safe(await site.get("/search?page=99999999&lang=nl"))
    assert any("Niets gevonden" in text for text in page.said("p"))


@pytest.mark.parametrize(
    "value", ["0", "-1", "9999999999", "x", "", "1.5", "1e3", "%D9%A1", "00000000000001", "%2B1", "1%20"]
)
async def test_a_page_number_that_is_none(site: Site, value: str) -> None:
    reply = await site.get(f"/search?page={value}&lang=nl")
    assert reply.status == 400
    page = assert_safe(reply)
    assert page.said("h1") == ["Ongeldige waarde"]
    assert site.catalogue.asked == []


async def test_a_question_of_any_length(site: Site) -> None:
    page = assert_safe(await site.get("/search?q=" + "a" * 200))
    assert len(site.catalogue.asked) == 1
    page = assert_safe(await site.get("/search?lang=nl&q=" + "a" * 201))
    assert len(site.catalogue.asked) == 1
    assert any("te veel om op te zoeken" in text for text in page.said("p"))
    assert page.of("input")[0]["value"] == "a" * 200
    huge = await site.get("/search?q=" + "a" * 9000)
    assert huge.status == 414
    assert_safe(huge)


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "q=%", "q=%zz", "q=%C3", "q=%ED%A0%80", "%FF=1", "q=a&q=b"])
async def test_an_address_that_cannot_be_read(site: Site, query: str) -> None:
    reply = await site.get(f"/search?{query}", accept_language="nl")
    assert reply.status == 400
    page = assert_safe(reply)
    assert reply.headers["content-language"] == "nl"
    assert page.of("h1")
    assert reply.headers["cache-control"] == "no-store"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/", "/search", "/operate/members/roc-1/report", "/static/gateway.css"]) | st.text(
        st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="?#"), max_size=30
    ).map(lambda text: "/" + text),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=255), max_size=60)
    | st.lists(
        st.tuples(st.sampled_from(["q", "page", "member", "lang"]), st.text("%0129aéx+&=\u202e", max_size=8)),
        max_size=4,
    ).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs).encode().decode("latin-1")),
)  # fmt: skip
async def test_whatever_is_asked_a_safe_page_answers(site: Site, path: str, query: str) -> None:
    reply = await site.get(f"{path}?{query}")
    assert reply.status in (200, 400, 403, 404, 503)
    if reply.status == 503:
        assert path == "/"  # there is no database here
    if reply.headers["content-type"].startswith("text/html"):
        assert_safe(reply)


# -- problems -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nosuchpage", "/search/", "/static/", "/static/../gateway.css", "//", "/%2e%2e/etc"])
async def test_a_page_that_is_not_there(site: Site, path: str) -> None:
    reply = await site.get(path, accept_language="nl")
    assert reply.status == 404
    page = assert_safe(reply)
    assert page.said("h1") == ["Niet gevonden"]
    assert "Terug naar het begin" in page.said("a")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "X" * 500])
async def test_a_method_that_pages_do_not_know(site: Site, method: str) -> None:
    reply = await site.get("/search", method=method)
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, HEAD"
    assert_safe(reply)


async def test_headers_without_end(site: Site) -> None:
    reply = await site.get("/", accept_language="nl," * 10_000)
    assert reply.status == 431
    assert_safe(reply)


async def test_while_the_database_is_away(site: Site) -> None:
    reply = await site.get("/?lang=nl")
    assert reply.status == 503
    assert reply.headers["retry-after"] == "60"
    page = assert_safe(reply)
    assert page.said("h1") == ["De opslag is niet bereikbaar"]


@pytest.mark.parametrize("target", ["/search?q=x", "/nosuchpage", "/search?page=0", "/static/gateway.css"])
async def test_head_has_the_headers_of_get_and_no_body(site: Site, target: str) -> None:
    get, head = await site.get(target), await site.get(target, method="HEAD")
    assert head.status == get.status
    assert head.body == b""
    assert head.headers == get.headers
    assert int(head.headers["content-length"]) == len(get.body)


async def test_a_page_that_the_browser_has_is_not_sent_again(site: Site) -> None:
    tag = (await site.get("/search")).headers["etag"]
    again = await site.get("/search", if_none_match=tag)
    assert (again.status, again.body) == (304, b"")
    assert again.headers["content-security-policy"] == POLICY


async def test_a_page_is_compressed_when_asked(site: Site) -> None:
    site.catalogue.values = [course(number, f"Module {number}") for number in range(20)]
    plain, packed = await site.get("/search"), await site.get("/search", accept_encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2


# -- reports ------------------------------------------------------------------------------------------------------


async def test_reports_are_closed_unless_the_operator_opens_them(site: Site) -> None:
    for name in ("roc-1", "roc-3", "nosuchmember", "%3Cscript%3E"):
        reply = await site.get(f"/operate/members/{name}/report", accept_language="nl")
        assert reply.status == 403
        assert_safe(reply)
    site.settings = Settings(operate_pages=True)
    assert (await site.get("/operate/members/roc-1/report")).status == 503  # it now reads, and there is no database
    unknown = await site.get("/operate/members/nosuchmember/report")
    assert unknown.status == 404
    assert_safe(unknown)


async def test_there_is_no_report_before_a_configuration(empty_site: Site) -> None:
    empty_site.settings = Settings(operate_pages=True)
    assert (await empty_site.get("/operate/members/roc-1/report")).status == 404


# -- styles -------------------------------------------------------------------------------------------------------


async def test_the_styles_hold_the_members_colours_and_reach_nothing_else(site: Site) -> None:
    styles = await site.get("/static/gateway.css", accept="text/css,*/*;q=0.1")
    assert styles.headers["content-type"] == "text/css; charset=utf-8"
    assert "url(" not in styles.body.decode()
    assert "@import" not in styles.body.decode()
    members = await site.get("/static/members.css", accept="text/css,*/*;q=0.1")
    assert members.body == b".member-roc-1{--member:#0b5}"
    for path in ("/static/mark.svg", "/favicon.ico"):
        mark = await site.get(path, accept="image/*")
        assert mark.headers["content-type"] == "image/svg+xml"
        assert mark.headers["content-security-policy"] == "default-src 'none'"


async def test_texts_of_a_page_are_not_escaped_twice(site: Site) -> None:
    body = (await site.get("/search?q=a%26b")).body.decode()
    assert "&amp;amp;" not in body
    assert "a&b" in unescape(body)
