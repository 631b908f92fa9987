"""The pages of a running application over a school that was really synchronised."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gateway.app import Gateway, build_app
from gateway.catalogue.serve.testkit import Caller, Reply
from gateway.settings import Settings
from gateway.web.routes import POLICY, REPORT_POLICY

# gateway.catalogue.sync.service.latest_runs says DISTINCT ON in the way that SQLAlchemy 2.1 deprecates.


class Browser:
    """Asks for pages as a browser does, of an application that knows the newest state."""

    def __init__(self, application: Gateway) -> None:
        self._application = application

    async def get(self, target: str, language: str = "nl", accept: str = "text/html,*/*;q=0.8") -> Reply:
        assert self._application.services is not None
        await self._application.services.follower.refresh()
        caller = Caller(self._application, prefix="")
        return await caller.get(target, accept=accept, accept_language=language)

    async def text(self, target: str, language: str = "nl") -> str:
        reply = await self.get(target, language)
        assert reply.status == 200, reply.body
        return reply.body.decode()


async def running(gateway: Any, settings: Settings) -> AsyncIterator[Browser]:
    application = build_app(settings, clock=gateway.clock, database=gateway.deps.database)
    await application.start()
    yield Browser(application)
    await application.stop()


@pytest.fixture
async def browser(gateway: Any) -> AsyncIterator[Browser]:
    async for made in running(gateway, Settings()):
        yield made


@pytest.fixture
async def operator(gateway: Any) -> AsyncIterator[Browser]:
    """Where the operator opened the pages with reports."""
    async for made in running(gateway, Settings(operate_pages=True)):
        yield made


def cards(page: str) -> dict[str, str]:
    """The card of each member, without tags."""
    found = re.findall(r'<li class="card member-([a-z0-9-]+)">(.*?)</li>', page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", html).split()) for name, html in found}


async def test_the_start_page_counts_what_is_published_and_says_since_when(browser: Browser, gateway: Any) -> None:
    assert "Nog geen catalogus" in cards(await browser.text("/"))["roc-a"]
    await gateway.sync()
    gateway.clock.move(3 * 3600)
    card = cards(await browser.text("/"))["roc-a"]
    assert re.search(r"opleidingen 0 modules 20 momenten 20", card)
    assert "Bijgewerkt 3 uur geleden" in card
    assert "0 geweigerd" in card
    english = cards(await browser.text("/", "en"))["roc-a"]
    assert "Updated 3 hours ago" in english
    assert "besluit" not in card


async def test_a_sync_without_changes_is_a_check_not_an_update(browser: Browser, gateway: Any) -> None:
    await gateway.sync()
    gateway.clock.move(86400)
    await gateway.sync()
    card = cards(await browser.text("/"))["roc-a"]
    assert "Bijgewerkt gisteren" in card
    assert "Laatst nagekeken zojuist" in card


async def test_a_card_says_what_waits_and_what_was_not_read(browser: Browser, gateway: Any, school: Any) -> None:
    await gateway.sync()
    school.courses(school.some_courses(5))
    await gateway.sync()
    card = cards(await browser.text("/"))["roc-a"]
    assert "Wacht op een besluit van de school." in card
    assert "modules 20" in card
    (school.drop / "aanbod.csv").unlink()
    await gateway.sync()
    assert "1 bestanden niet gelezen." in cards(await browser.text("/"))["roc-a"]


async def test_schools_that_are_not_public_are_nowhere(
    browser: Browser, gateway: Any, another_school: Any, school: Any
) -> None:
    other = another_school(school.folder, "roc-b", "99AB", 2)
    file = school.folder / "members" / "roc-b.toml"
    file.write_text(file.read_text().replace("public = true", "public = false"))
    other.courses([("G1", "Geheime module", "", "3", "240", "O1"), *school.some_courses(20)])
    await gateway.apply()
    for member in ("roc-a", "roc-b"):
        await gateway.sync(member)

    assert set(cards(await browser.text("/"))) == {"roc-a"}
    for target in ("/search?q=geheime", "/search?member=roc-b", "/search?q=geheime&member=roc-b"):
        page = await browser.text(target)
        assert "Geheime" not in page
        assert 'value="roc-b"' not in page


async def test_search_finds_and_pages(browser: Browser, gateway: Any, school: Any) -> None:
    rows = [(f"D{n}", f"Duits voor de zorg {n}", "Gesprekken", "3", "240", "O1") for n in range(25)]
    school.courses([*school.some_courses(20), *rows])
    await gateway.sync()

    first = await browser.text("/search?q=DUITS+zorg")
    assert "25 gevonden voor ‘DUITS zorg’" in first
    assert first.count('<li class="hit') == 20
    assert "Bladzijde 1 van 2" in first
    second = await browser.text("/search?q=DUITS+zorg&page=2")
    assert second.count('<li class="hit') == 5
    ids = re.findall(r"/ooapi/v5/courses/([0-9a-f-]{36})\"", first + second)
    assert len(set(ids)) == 25
    one = await browser.get(f"/ooapi/v5/courses/{ids[0]}", accept="application/json")
    assert one.json()["name"][0]["value"].startswith("Duits voor de zorg")
    everything = await browser.text("/search")
    assert "Alle 45 modules en opleidingen" in everything
    assert "Niets gevonden" in await browser.text("/search?q=xyzzyx")


@pytest.mark.parametrize(
    "q",
    ["' OR 1=1 --", "a & b | !c", ":*", "<->", "\\", "%25", "'';DROP TABLE", "(", "a:b*c", "é%CC%81", "%F0%9F%8D%8E"],
)
async def test_no_question_breaks_the_search(browser: Browser, gateway: Any, q: str) -> None:
    await gateway.sync()
    encoded = "".join(sign if sign == "%" or sign.isalnum() else f"%{ord(sign):02X}" for sign in q if ord(sign) < 128)
    assert (await browser.get(f"/search?q={encoded}")).status == 200


async def test_a_page_far_beyond_the_last(browser: Browser, gateway: Any) -> None:
    await gateway.sync()
    assert "Niets gevonden" in await browser.text("/search?page=99999999")


async def test_a_programs_answer_is_json_and_a_browsers_a_page(browser: Browser) -> None:
    machine = await browser.get("/nosuchpage", accept="application/json")
    assert (machine.status, machine.headers["content-type"]) == (404, "application/problem+json")
    assert machine.json()["nextStep"] == "Controleer het adres."
    person = await browser.get("/nosuchpage")
    assert (person.status, person.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert person.headers["content-security-policy"] == POLICY
    anything = await browser.get("/", accept="*/*")
    assert anything.status == 404  # clients of the eduhub gateway ask for `/` without naming a form


async def test_the_report_is_closed_to_everybody_else(browser: Browser, gateway: Any) -> None:
    await gateway.sync()
    closed = await browser.get("/operate/members/roc-a/report")
    assert closed.status == 403
    assert "modules.csv" not in closed.body.decode()
    assert "/operate" not in await browser.text("/")


async def test_the_report_shows_each_finding_and_escapes_it(operator: Browser, gateway: Any, school: Any) -> None:
    rows = [("<b>vet</b>", "", "Zonder titel", "3", "240", "O1"), *school.some_courses(20)]
    school.courses(rows)
    assert (await operator.get("/operate/members/roc-a/report")).status == 404
    await gateway.sync()

    reply = await operator.get("/operate/members/roc-a/report")

    assert reply.status == 200
    assert reply.headers["content-security-policy"] == REPORT_POLICY
    page = reply.body.decode()
    assert '<html lang="nl">' in page
    assert "modules.csv:2" in page
    assert "&lt;b&gt;vet&lt;/b&gt;" in page
    assert "<b>vet</b>" not in page
    assert "<script" not in page
    assert "/operate/members/roc-a/report" in await operator.text("/")
    english = await operator.text("/operate/members/roc-a/report?lang=en", "nl")
    assert '<html lang="en">' in english
    assert (await operator.get("/operate/members/nosuch/report")).status == 404
