"""What a checker of accessibility looks at, on every page, light and dark, on a phone and a desk (WCAG 2.2, AA)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = [pytest.mark.needs_browser, pytest.mark.timeout(180)]
Open = Callable[..., Page]
Colour = tuple[float, float, float]

PAGES = {
    "start": "/",
    "search": "/search?q=verpleegkunde",
    "a later page": "/search?page=2",
    "nothing found": "/search?q=xyzzyxqq",
    "too long": "/search?q=" + "woord+" * 60,
    "problem": "/search?page=x",
    "report": "/operate/members/wilgenstroom/report",
    "docs": "/docs",
    "operation": "/docs/operations/getCourses",
    "schema": "/docs/schemas/Course",
}
STATUS = {"problem": 400}
# Every page in two forms that differ in everything; the two that most people see, in four.
FORMS = [("phone", "nl", False), ("desktop", "en", True)]
MORE_FORMS = [("phone", "en", True), ("desktop", "nl", False)]
SEEN = [(name, *form) for name in PAGES for form in (*FORMS, *(MORE_FORMS if name in ("start", "search") else ()))]


# -- contrast -----------------------------------------------------------------------------------------------------


def luminance(colour: Colour) -> float:
    """Relative luminance of sRGB, each 0..255 (WCAG 2.2, definition of relative luminance)."""
    parts = [part / 255 for part in colour]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (equal) to 21 (black and white)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mixed(over: list[float], under: Colour) -> Colour:
    """A colour with alpha over an opaque one."""
    red, green, blue, alpha = over
    return (
        red * alpha + under[0] * (1 - alpha),
        green * alpha + under[1] * (1 - alpha),
        blue * alpha + under[2] * (1 - alpha),
    )


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ((0, 0, 0), (255, 255, 255), 21.0),
        ((255, 255, 255), (255, 255, 255), 1.0),
        ((119, 119, 119), (255, 255, 255), 4.48),
        ((118, 118, 118), (255, 255, 255), 4.54),
        ((0, 0, 255), (255, 255, 255), 8.59),
    ],
)
def test_contrast_is_that_of_the_standard(one: Colour, other: Colour, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.01)


# Each text on the page with its colour and the colours below it, from the page up; alpha last.
_TEXTS = """() => {
  const parse = text => {
    const found = /^rgba?\\(([\\d.]+), ([\\d.]+), ([\\d.]+)(?:, ([\\d.]+))?\\)$/.exec(text);
    if (!found) throw new Error("cannot read the colour " + text);
    return [+found[1], +found[2], +found[3], found[4] === undefined ? 1 : +found[4]];
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.closest(".hidden, .skip, style, option")) continue;
    const style = getComputedStyle(element), colour = parse(style.color), below = [];
    for (let one = element; one; one = one.parentElement) {
      const its = getComputedStyle(one);
      below.unshift(parse(its.backgroundColor));
      colour[3] *= +its.opacity;
    }
    texts.push({text: text.slice(0, 40), colour, below, size: parseFloat(style.fontSize), bold: +style.fontWeight >= 700});
  }
  return texts;
}"""  # noqa: E501


def unreadable(page: Page) -> list[str]:
    """Texts with too little contrast (1.4.3)."""
    texts = page.evaluate(_TEXTS)
    assert len(texts) > 5
    found = []
    for text in texts:
        background: Colour = (255, 255, 255)
        for layer in text["below"]:
            background = mixed(layer, background)
        ratio = contrast(mixed(text["colour"], background), background)
        large = text["size"] >= 24 or (text["bold"] and text["size"] >= 18.66)
        if ratio < (3 if large else 4.5):
            found.append(f"{text['text']!r}: {ratio:.2f}")
    return found


# -- structure ----------------------------------------------------------------------------------------------------

_STRUCTURE = """() => {
  const faults = [], all = selector => [...document.querySelectorAll(selector)];
  const say = (element, what) => faults.push(what + ": " + element.outerHTML.slice(0, 120));
  const text = element => (element.innerText || element.textContent || "").trim();
  const byId = id => document.getElementById(id);

  if (!document.title.trim()) faults.push("no title");
  for (const element of all("[lang]"))
    if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(element.lang)) say(element, "lang is no language");

  const levels = all("h1,h2,h3,h4,h5,h6").filter(one => one.checkVisibility()).map(one => +one.tagName[1]);
  if (levels.filter(level => level === 1).length !== 1) faults.push("h1: " + levels);
  levels.forEach((level, at) => { if (at && level > levels[at - 1] + 1) faults.push("level skipped: " + levels); });
  if (levels[0] !== 1) faults.push("the first heading is no h1: " + levels);
  for (const heading of all("h1,h2,h3,h4,h5,h6")) {
    if (!text(heading)) say(heading, "empty heading");
    if (heading.hasAttribute("role")) say(heading, "heading with another role");
  }

  if (all("main").length !== 1) faults.push("main: " + all("main").length);
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode())
    if (walker.currentNode.data.trim() && !walker.currentNode.parentElement.closest("main, header, footer, nav, .skip"))
      say(walker.currentNode.parentElement, "outside every landmark");
  for (const nav of all("nav")) if (!nav.getAttribute("aria-label")) say(nav, "nav without a name");

  for (const field of all("input:not([type=hidden]), select, textarea")) {
    const name = field.getAttribute("aria-label") || [...field.labels].map(text).join("");
    if (!name) say(field, "no label");
  }
  for (const element of all("a, button")) if (!text(element) && !element.ariaLabel) say(element, "no name");
  for (const link of all("a")) if (!link.hasAttribute("href")) say(link, "no target");
  for (const link of all("a[href^='#']")) if (!byId(link.hash.slice(1))) say(link, "leads nowhere");
  for (const image of all("img, svg"))
    if (!image.hasAttribute("alt") && image.getAttribute("aria-hidden") !== "true" && !image.ariaLabel) say(image, "no alt");

  const ids = all("[id]").map(one => one.id);
  ids.forEach((id, at) => { if (ids.indexOf(id) !== at) faults.push("id twice: " + id); });
  for (const attribute of ["aria-describedby", "aria-labelledby", "for"])
    for (const element of all(`[${attribute}]`))
      for (const id of element.getAttribute(attribute).split(" ")) if (!byId(id)) say(element, attribute + " of nothing");

  for (const list of all("ul, ol"))
    for (const child of list.children) if (child.tagName !== "LI") say(child, "in a list");
  for (const list of all("dl")) for (const child of list.children)
    if (!["DIV", "DT", "DD"].includes(child.tagName)) say(child, "in a dl");
  for (const group of all("dl > div"))
    if (!/^(DT )+(DD ?)+$/.test([...group.children].map(one => one.tagName).join(" ") + " ")) say(group, "dl group");
  for (const head of all("th")) if (!head.hasAttribute("scope")) say(head, "th without scope");
  for (const element of all("[tabindex]")) if (element.tabIndex > 0) say(element, "tabindex");
  return faults;
}"""  # noqa: E501

# Targets smaller than 24 px, but for links inside a sentence (2.5.8).
_SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, summary")]
  .filter(one => one.checkVisibility() && !one.matches(".skip"))
  .filter(one => {
    const box = one.getBoundingClientRect();
    if (box.width >= 24 && box.height >= 24) return false;
    const sentence = one.closest("p, li, td, dd, dt");
    return !(getComputedStyle(one).display === "inline" && sentence && sentence.innerText.trim() !== one.innerText.trim());
  })
  .map(one => { const box = one.getBoundingClientRect();
    return one.outerHTML.slice(0, 100) + ` ${Math.round(box.width)}x${Math.round(box.height)}`; })"""  # noqa: E501


@pytest.mark.parametrize(("name", "size", "language", "dark"), SEEN)
def test_a_page_can_be_read_by_everybody(open_page: Open, name: str, size: str, language: str, dark: bool) -> None:
    page = open_page(PAGES[name], size=size, language=language, dark=dark, status=STATUS.get(name, 200))
    assert page.locator("html").get_attribute("lang") == language
    assert page.evaluate(_STRUCTURE) == []
    assert unreadable(page) == []
    assert page.evaluate(_SMALL) == []
    assert sideways(page) == 0


# -- size ---------------------------------------------------------------------------------------------------------


def sideways(page: Page) -> int:
    """Pixels by which the page is wider than the window, or a part of it that does not scroll by itself (1.4.10)."""
    wider: int = page.evaluate(
        """() => Math.max(document.documentElement.scrollWidth - innerWidth,
             ...[...document.body.querySelectorAll("*")]
               .filter(one => one.checkVisibility() && !one.closest(".scroll, pre, table, .hidden, .skip"))
               .map(one => Math.ceil(one.getBoundingClientRect().right - innerWidth)), 0)"""
    )
    return wider


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nothing_moves_sideways_on_the_smallest_screen(open_page: Open, language: str) -> None:
    page = open_page("/", size={"width": 320, "height": 640}, language=language)
    edge = page.evaluate("() => document.querySelector('main').getBoundingClientRect().right")
    for card in page.locator(".card").all():
        box = card.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= edge
    for path in [path for name, path in PAGES.items() if name not in STATUS]:
        page.goto(path)
        assert sideways(page) == 0, path


@pytest.mark.parametrize("name", ["start", "search", "docs"])
def test_text_of_twice_the_size_still_fits(open_page: Open, name: str) -> None:
    page = open_page(PAGES[name], size={"width": 640, "height": 800}, device_scale_factor=2)
    page.evaluate("() => { document.documentElement.style.fontSize = '212.5%'; }")
    assert sideways(page) == 0


# -- focus --------------------------------------------------------------------------------------------------------


def _rgb(text: str) -> Colour:
    red, green, blue = map(float, re.findall(r"[\d.]+", text)[:3])
    return red, green, blue


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["start", "search", "docs"])
def test_the_focus_can_be_seen(open_page: Open, name: str, dark: bool) -> None:
    page = open_page(PAGES[name], size="phone", dark=dark)
    ground = _rgb(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
    for _ in range(10):
        page.keyboard.press("Tab")
        focus: dict[str, Any] = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();
                 return {what: e.outerHTML.slice(0, 80), style: s.outlineStyle, width: parseFloat(s.outlineWidth),
                         colour: s.outlineColor, top: b.top, bottom: b.bottom, height: innerHeight}; }"""
        )
        assert focus["style"] != "none", focus
        assert focus["width"] >= 2, focus
        assert contrast(_rgb(focus["colour"]), ground) >= 3, focus
        assert focus["bottom"] > 0, focus
        assert focus["top"] < focus["height"], focus


@pytest.mark.parametrize("dark", [False, True])
def test_the_edge_of_a_field_can_be_seen(open_page: Open, dark: bool) -> None:
    page = open_page(PAGES["search"], size="phone", dark=dark)
    for selector in ("#q", "#member", "button"):
        edge, ground = page.evaluate(
            """selector => { const e = document.querySelector(selector);
                 return [getComputedStyle(e).borderTopColor, getComputedStyle(document.body).backgroundColor]; }""",
            selector,
        )
        assert contrast(_rgb(edge), _rgb(ground)) >= 3, selector


def test_no_motion_for_who_asked_for_none(open_page: Open) -> None:
    page = open_page("/", reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll("*")].filter(one => {
             const style = getComputedStyle(one);
             return style.animationName !== "none" || parseFloat(style.transitionDuration) > 0; }).length"""
    )
    assert moving == 0


# -- the checks themselves ----------------------------------------------------------------------------------------

_SPOILED = {
    "document.querySelector('label').remove()": "no label",
    "document.querySelector('h2').outerHTML = '<h4>Scholen</h4>'": "level skipped",
    "document.querySelector('h1').setAttribute('role', 'status')": "heading with another role",
    "document.body.append('los')": "outside every landmark",
    "document.querySelector('.switch').textContent = ''": "no name",
    "document.querySelector('svg').removeAttribute('aria-hidden')": "no alt",
    "document.querySelector('#q-hint').id = 'q'": "id twice",
    "document.querySelector('.cards').append(document.createElement('div'))": "in a list",
    "document.querySelector('.switch').lang = 'Nederlands!'": "lang is no language",
    "document.title = ''": "no title",
}


def test_each_fault_of_structure_would_be_seen(open_page: Open) -> None:
    page = open_page("/")
    for spoil, fault in _SPOILED.items():
        page.reload()
        page.evaluate(f"() => {{ {spoil} }}")
        assert any(found.startswith(fault) for found in page.evaluate(_STRUCTURE)), spoil


def test_faint_text_small_targets_and_a_wide_page_would_be_seen(open_page: Open) -> None:
    page = open_page("/", size="phone")
    page.evaluate("() => { document.querySelector('.lead').style.color = 'rgb(150, 150, 150)'; }")
    (faint,) = unreadable(page)
    assert faint.startswith("'Hier vind je")
    page.evaluate("() => { const s = document.querySelector('.brand').style; s.minHeight = 0; s.height = '20px'; }")
    assert len(page.evaluate(_SMALL)) == 1
    page.evaluate("() => { document.querySelector('.cards').style.width = '500px'; }")
    assert sideways(page) > 100
