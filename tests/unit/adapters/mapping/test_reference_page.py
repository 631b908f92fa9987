"""The page docs/reference/mapping.md says what the code does: its examples are run, its tables compared."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.findings import FINDINGS
from adapters.mapping import Mapper
from adapters.mapping.functions import SIGNATURES
from adapters.mapping.load import KEYS_OF_THE_FILE

PAGE = (Path(__file__).parents[4] / "docs/reference/mapping.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return re.split(r"\n##+ ", PAGE.split(f"# {title}\n", 1)[1], maxsplit=1)[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)(?<!\|)\|(?!\|)", line)[1:-1]] for line in lines[2:]]


def test_the_whole_file_gives_what_the_page_says(mapper: Callable[..., Mapper], record: Any) -> None:
    whole = section("A whole file")
    (toml,), (given, expected) = blocks(whole, "toml"), blocks(whole, "json")
    result = mapper(toml).map(record("M12-26-1", **json.loads(given)))
    assert result is not None
    assert result.body is not None
    body = json.loads(result.body)
    del body["offeringId"], body["course"]
    assert body == json.loads(expected)
    assert [found.key for found in result.references] == ["M12"]
    assert [(name, key) for name, _, key, _ in result.links] == [("groups", "VZ2A"), ("groups", "VZ2B")]
    assert [found.target for found in result.findings] == ["description", "resultExpected"]


EXAMPLES = rows(section("Examples"))


@pytest.mark.parametrize(("expression", "gives", "finding"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_an_example(evaluate: Callable[..., Any], expression: str, gives: str, finding: str) -> None:
    functions = section("Functions")
    (given,), (tables,) = blocks(functions, "json"), blocks(functions, "toml")
    value, codes = evaluate(expression.strip("`"), tables=tables, **json.loads(given))
    assert value == json.loads(gives.strip("`"))
    assert codes == ([finding] if finding else [])


def test_every_function_has_a_row_and_an_example() -> None:
    described = {row[0].strip("`").split("(")[0] for row in rows(section("Functions"))}
    assert described == set(SIGNATURES)
    used = {name for row in EXAMPLES for name in re.findall(r"(\w+)\(", row[0])}
    assert set(SIGNATURES) <= used


def test_every_key_of_the_file_has_a_row() -> None:
    described = {re.sub(r"[\[\]`]|\.<name>", "", row[0]) for row in rows(section("Keys of the file"))}
    assert described == set(KEYS_OF_THE_FILE)


def test_the_findings_have_the_severity_of_the_table() -> None:
    described = {row[0]: row[1] for row in rows(section("Findings"))}
    assert described == {code: str(FINDINGS[code].severity) for code in described}
    assert {code for code in FINDINGS if code.startswith(("MAP", "VAL", "REQ", "PRIV"))} <= set(described)
