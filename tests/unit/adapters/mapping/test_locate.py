"""Every key of a TOML text has its line, however it is written."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping.locate import Path, key_lines, line_of

TEXT = '''# a comment with = and [brackets]
stream = "s" # trailing
"quoted key" = 'x'

[fields]
name = "language(\\"a\\", 'b') # no comment"
a.b."c d" = """
several = "lines"
""""
after = [ # comment ]
  { x = 1, "y z" = [1, 2] },
  "]",
]
[fields.studyLoad]
value = """one\\""""
[[fields.addresses]]
city = "a"
[[fields.addresses]]
city = 'b'
  [fields.addresses.geo]
  lat = 1.0
[tables."n i".'x']
"3" = "three"
last = { p = { q = 1 } }
'''


def test_lines_of_all_forms() -> None:
    lines = key_lines(TEXT)
    expected: dict[Path, int] = {
        ("stream",): 2,
        ("quoted key",): 3,
        ("fields",): 5,
        ("fields", "name"): 6,
        ("fields", "a", "b", "c d"): 7,
        ("fields", "after"): 10,
        ("fields", "after", 0, "x"): 11,
        ("fields", "after", 0, "y z"): 11,
        ("fields", "after", 1): 12,
        ("fields", "studyLoad"): 14,
        ("fields", "studyLoad", "value"): 15,
        ("fields", "addresses"): 16,
        ("fields", "addresses", 0, "city"): 17,
        ("fields", "addresses", 1, "city"): 19,
        ("fields", "addresses", 1, "geo", "lat"): 21,
        ("tables", "n i", "x", "3"): 23,
        ("tables", "n i", "x", "last", "p", "q"): 24,
    }
    assert {path: lines.get(path) for path in expected} == expected


def test_windows_line_ends_count_once() -> None:
    assert key_lines('a = 1\r\n\r\n[b]\r\nc = "x"\r\n')[("b", "c")] == 4


def test_what_is_missing_is_placed_at_the_nearest_table() -> None:
    lines = key_lines("a = 1\n[b]\nc = 2\n")
    assert line_of(lines, ("b", "missing")) == 2
    assert line_of(lines, ("missing",)) == 1


def test_an_empty_text_has_no_lines() -> None:
    assert key_lines("") == {}
    assert key_lines("# only a comment") == {}


keys = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=6)
scalars = st.one_of(
    st.integers(), st.booleans(), st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=8)
)
documents = st.dictionaries(
    keys, st.one_of(scalars, st.lists(scalars, max_size=3), st.dictionaries(keys, scalars, min_size=1, max_size=3)),
    max_size=5,
)  # fmt: skip


def written(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[\n" + ",\n".join(map(written, value)) + "\n]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{written(name)} = {written(member)}" for name, member in value.items()) + " }"
    return str(value)


@given(documents)
def test_every_key_of_a_generated_document_is_found_on_its_line(document: dict[str, Any]) -> None:
    text, expected = "", {}
    for name, value in document.items():
        expected[(name,)] = text.count("\n") + 1
        text += f"{written(name)} = {written(value)}\n"
    assert tomllib.loads(text) == document
    lines = key_lines(text)
    assert {path: line for path, line in lines.items() if len(path) == 1} == expected
