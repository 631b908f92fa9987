"""What people do on the pages: with a keyboard, on a phone, in the other language, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.needs_browser, pytest.mark.timeout(180)]
Open = Callable[..., Page]


def press_until(page: Page, selector: str, most: int = 40) -> None:
    """Press Tab until an element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with {most} times Tab")


def test_searching_with_the_keyboard_alone(open_page: Open) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    press_until(page, "#q", most=3)
    page.keyboard.type("verpleegkunde")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=verpleegkunde*")
    expect(page.locator("h1")).to_have_text(re.compile(r"^\d+ gevonden voor ‘verpleegkunde’$"))
    schools = set(page.locator(".hit .school").all_inner_texts())
    assert len(schools) > 1

    press_until(page, "#member")
    page.keyboard.press("z")  # ROC Zandermeer is chosen by its letters
    page.keyboard.press("Escape")
    page.locator("#member").select_option("zandermeer")
    press_until(page, "button")
    page.keyboard.press("Enter")
    page.wait_for_url("**member=zandermeer*")
    assert set(page.locator(".hit .school").all_inner_texts()) == {"ROC Zandermeer"}

    press_until(page, ".hit a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/ooapi/v5/*/*")
    assert '"name"' in page.content()


def test_the_order_of_the_focus_is_the_order_of_the_page(open_page: Open) -> None:
    page = open_page("/search?q=zorg", size="phone")
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "() => { const e = document.activeElement; const r = e.getBoundingClientRect();"
            " return [e.className, r.top + scrollY, r.left]; }"
        )
        seen.append(box)
    tops = [round(top) for name, top, _ in seen if name not in ("skip", "switch", "brand")]
    assert tops == sorted(tops)


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_other_language_shows_the_same_search(open_page: Open, size: str) -> None:
    page = open_page("/search?q=verpleegkunde&member=wilgenstroom", size=size)
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    number = page.locator(".hit").count()
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text(re.compile("found for ‘verpleegkunde’"))
    assert page.locator(".hit").count() == number
    assert page.locator("#member").input_value() == "wilgenstroom"
    page.locator("#q").fill("verpleeg")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")  # and it stays
    for link in ("Data (JSON)", "Nederlands"):
        assert page.get_by_role("link", name=link).first.is_visible()
    page.locator(".brand").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Documentation of the API").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_from_a_school_on_the_start_page_to_its_modules_and_their_pages(open_page: Open) -> None:
    page = open_page("/", size="phone")
    card = page.locator(".card.member-wilgenstroom")
    number = int(card.locator("dd").nth(1).inner_text())
    programmes = int(card.locator("dd").nth(0).inner_text())
    card.get_by_role("link", name="ROC Wilgenstroom", exact=True).click()
    expect(page.locator("h1")).to_have_text(f"Alle {number + programmes} modules en opleidingen")
    first = page.locator(".hit h2").all_inner_texts()
    assert len(first) == 20
    page.get_by_role("link", name="Volgende").click()
    expect(page.locator(".pages")).to_contain_text("Bladzijde 2 van")
    assert page.locator(".hit h2").all_inner_texts() != first
    page.get_by_role("link", name="Vorige").click()
    assert page.locator(".hit h2").all_inner_texts() == first


def test_everything_works_without_scripts(open_page: Open) -> None:
    page = open_page("/", size="phone", java_script_enabled=False)
    page.get_by_label("Zoek een module of opleiding").fill("verpleegkunde")
    page.get_by_role("button", name="Zoeken").click()
    assert page.locator(".hit").count() > 1
    page.get_by_role("link", name="English").click()
    assert "found for" in page.locator("h1").inner_text()
    page.goto("/docs")
    assert page.locator("h1").inner_text()


def test_the_report_from_the_start_page(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("link", name=re.compile("Laatste verslag.*Wilgenstroom")).click()
    page.wait_for_url("**/operate/members/wilgenstroom/report*")
    expect(page.locator("h1")).to_contain_text("ROC Wilgenstroom: Gepubliceerd")
    assert page.locator("tbody tr").count() > 5
    assert page.get_by_text("Geweigerd").first.is_visible()


def test_a_wrong_address_leads_back_to_the_start(open_page: Open) -> None:
    page = open_page("/nosuchpage", status=404, size="phone")
    expect(page.locator("h1")).to_have_text("Niet gevonden")
    page.get_by_role("link", name="Terug naar het begin").click()
    expect(page.locator("h1")).to_have_text("Onderwijs bij alle scholen")


def test_nothing_found_says_what_to_try(open_page: Open) -> None:
    page = open_page("/search?q=xyzzyxqq", size="phone")
    expect(page.locator(".notice")).to_contain_text("Probeer een ander of korter woord")


def test_a_name_with_markup_is_shown_as_it_is(open_page: Open) -> None:
    page = open_page("/search?q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", size="phone")
    expect(page.locator("h1")).to_contain_text("‘<img src=x onerror=alert(1)>’")
    assert page.locator("img").count() == 0
    assert page.locator("#q").input_value() == "<img src=x onerror=alert(1)>"
