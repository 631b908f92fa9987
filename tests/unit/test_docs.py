"""The documentation agrees with the code, in both directions."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from adapters.findings import FINDINGS
from gateway.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SKIPPED_FOLDERS = {".venv", ".tools", ".git", ".data", "node_modules"}
ROOMS_STAND_IN = ("gateway", "adapters", "ooapi_specs")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _pages() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.md") if not SKIPPED_FOLDERS & set(path.relative_to(ROOT).parts))


def _without_code(text: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)


def _anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as Markdown viewers make them."""
    titles = re.findall(r"^#+\s+(.+?)\s*$", _without_code(text), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", re.sub(r"[`*_]", "", title).lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("name", ["settings.md", "errors.md", "findings.md", "commands.md"])
def test_generated_pages_say_what_the_code_says(name: str) -> None:
    made = _script("generate_docs").PAGES[name]()
    written = (ROOT / "docs" / "reference" / name).read_text("utf-8")
    assert written == made, "run scripts/docs"


def test_every_setting_named_in_a_page_exists() -> None:
    known = {row["variable"] for row in Settings.table()} | {"GATEWAY_FAILPOINTS"}
    named = {
        (word, page.relative_to(ROOT).as_posix())
        for page in _pages()
        for word in re.findall(r"\bGATEWAY_[A-Z_]*[A-Z]\b", page.read_text("utf-8"))
    }
    assert {word for word, _ in named} & known, "no page names any setting"
    assert not [(word, page) for word, page in sorted(named) if word not in known]


def test_every_finding_named_in_a_page_exists() -> None:
    families = "|".join(sorted({code[:-3] for code in FINDINGS}))
    named = {
        (code, page.relative_to(ROOT).as_posix())
        for page in _pages()
        for code in re.findall(rf"\b(?:{families})\d{{3}}\b", page.read_text("utf-8"))
    }
    assert named
    assert not [(code, page) for code, page in sorted(named) if code not in FINDINGS]


def test_every_command_named_in_a_page_exists() -> None:
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    known = set(re.findall(r"^#+ ooapi-gateway ([a-z-]+)", reference, flags=re.MULTILINE))
    named = {
        (command, page.relative_to(ROOT).as_posix())
        for page in _pages()
        for command in re.findall(r"(?:^|[`/\s])ooapi-gateway ([a-z-]+)\b", page.read_text("utf-8"), flags=re.MULTILINE)
    }
    assert known
    assert not [(command, page) for command, page in sorted(named) if command not in known]


@pytest.mark.parametrize("page", _pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    broken = []
    for target in LINK.findall(_without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file.read_text("utf-8"))):
            broken.append(target)
    assert not broken


def test_every_page_of_the_documentation_can_be_reached_from_its_map() -> None:
    start = ROOT / "docs" / "README.md"
    seen, waiting = set(), [start]
    while waiting:
        page = waiting.pop()
        if page in seen or not page.exists():
            continue
        seen.add(page)
        targets = (target.partition("#")[0] for target in LINK.findall(_without_code(page.read_text("utf-8"))))
        waiting += [(page.parent / target).resolve() for target in targets if target.endswith(".md")]
    assert not [str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md") if page not in seen]


def _rooms() -> list[Path]:
    found = [ROOT / "demo"]
    for name in ROOMS_STAND_IN:
        package = ROOT / name
        found += [path.parent for path in package.glob("*/__init__.py")]
        found += [path.parent for path in package.glob("*/*/__init__.py") if path.parent.name != "migrations"]
    return sorted(found)


@pytest.mark.parametrize("room", _rooms(), ids=lambda room: room.relative_to(ROOT).as_posix())
def test_every_room_says_what_it_is_for(room: Path) -> None:
    readme = room / "README.md"
    assert readme.exists()
    lines = [line for line in readme.read_text("utf-8").splitlines() if line.strip()]
    assert lines[0].startswith("# ")
    assert len(lines) >= 3


def test_terms_of_the_glossary_stand_there_once() -> None:
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", (ROOT / "docs" / "glossary.md").read_text("utf-8"), re.MULTILINE)
    terms = [dutch for dutch, _ in rows if dutch not in {"Dutch", "word", "---"}]
    words = [word.strip() for term in terms for word in re.sub(r"\([^)]*\)", "", term).split(",")]
    assert len(words) > 40
    assert not [word for word, number in Counter(words).items() if number > 1]


def test_every_runtime_dependency_has_a_decision() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    listed = re.search(r"^dependencies = \[(.*?)^\]", text, flags=re.DOTALL | re.MULTILINE)
    assert listed is not None
    names = re.findall(r'"([A-Za-z0-9-]+)', listed.group(1))
    records = "\n".join(path.read_text("utf-8").lower() for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert names
    assert not [name for name in names if name.lower() not in records]
