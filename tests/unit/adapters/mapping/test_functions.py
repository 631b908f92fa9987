"""Each function of the grammar on what schools deliver, through real expressions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from adapters.mapping import Mapped
from adapters.mapping.functions import SIGNATURES
from ooapi_specs.identity import derive_id

Evaluate = Callable[..., tuple[Any, list[str]]]

TABLES = '[tables.niveau]\n"3" = "secondary vocational education 3"\ntrue = "yes"\n'


@pytest.mark.parametrize(
    ("expression", "value", "expected"),
    [
        ("date(a)", "31-08-2026", "2026-08-31"),
        ("date(a, '%Y%m%d')", "20260831", "2026-08-31"),
        ("datetime(a)", "31-08-2026 09:30", "2026-08-31T09:30:00+02:00"),
        ("decimal(a)", "6,0", 6),
        ("decimal(a)", 6.5, 6.5),
        ("decimal(a)", 7.0, 7),
        ("integer(a)", "240,0", 240),
        ("integer(a)", 240.0, 240),
        ("boolean(a)", "J", True),
        ("boolean(a)", False, False),
        ("boolean(a)", 1, True),
        ("lookup('niveau', a)", " 3 ", "secondary vocational education 3"),
        ("lookup('niveau', a)", 3, "secondary vocational education 3"),
        ("lookup('niveau', a)", True, "yes"),
        ("lookup('niveau', a, 'anders')", "9", "anders"),
        ("language(a)", " Zorg ", [{"language": "nl-NL", "value": "Zorg"}]),
        ("language(a, 'Care')", "", [{"language": "en-GB", "value": "Care"}]),
        ("code('crohoCreboCode', a)", "25190", {"codeType": "crohoCreboCode", "code": "25190"}),
        ("code('crohoCreboCode', a)", 25190, {"codeType": "crohoCreboCode", "code": "25190"}),
        ("code('brin', a)", "25lx", {"codeType": "brin", "code": "25LX"}),
        ("code('brin', a)", "25LX01", {"codeType": "brin", "code": "25LX01"}),
        ("code('x-eigen', a)", "6.10", {"codeType": "x-eigen", "code": "6.10"}),
        ("codes(code('identifier', a), code('identifier', b))", "1", [{"codeType": "identifier", "code": "1"}]),
        ("split(a, ';')", " x; ;y ", ["x", "y"]),
        ("concat(a, ' ', b, 'z')", "x", "x z"),
        ("text(a)", "  Twee \n  regels\u00a0hier ", "Twee regels hier"),
        ("text(a)", 123456.0, "123456.0"),
        ("duration(a, 'M')", "24", "P24M"),
        ("duration(a, 'W')", "10,0", "P10W"),
        ("today()", None, "2026-09-01"),
        ("date(a) >= today()", "31-08-2026", False),
    ],
)
def test_what_a_function_gives(evaluate: Evaluate, expression: str, value: Any, expected: Any) -> None:
    found, codes = evaluate(expression, tables=TABLES, a=value)
    assert found == expected
    assert type(found) is type(expected)
    assert codes == []


@pytest.mark.parametrize("blank", [None, "", "   ", "\u00a0", "\n"])
@pytest.mark.parametrize(
    "expression",
    [
        "date(a)", "date(a, '%Y%m%d')", "datetime(a)", "decimal(a)", "integer(a)", "boolean(a)", "lookup('niveau', a)",
        "lookup('niveau', a, 'x')", "reference('Course', a)", "references('Course', a, ',')", "language(a)",
        "language(a, a)", "code('brin', a)", "codes(code('brin', a))", "split(a, ',')", "concat(a, ' ', a)",
        "text(a)", "duration(a, 'M')",
    ],
)  # fmt: skip
def test_every_function_gives_null_for_nothing(evaluate: Evaluate, expression: str, blank: str | None) -> None:
    assert evaluate(expression, tables=TABLES, a=blank) == (None, [])


def test_the_test_above_knows_every_function() -> None:
    assert set(SIGNATURES) == {
        "date", "datetime", "decimal", "integer", "boolean", "lookup", "reference", "references", "language", "code",
        "codes", "split", "concat", "text", "duration", "today",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("expression", "value", "code"),
    [
        ("date(a)", "31-02-2026", "MAP001"),
        ("date(a, '%Y%m%d')", "31-08-2026", "MAP001"),
        ("datetime(a)", "gisteren", "MAP001"),
        ("decimal(a)", "veel", "MAP002"),
        ("decimal(a)", float("inf"), "MAP002"),
        ("integer(a)", "6,5", "MAP002"),
        ("integer(a)", 6.5, "MAP002"),
        ("duration(a, 'M')", "-3", "MAP002"),
        ("lookup('niveau', a)", "9", "MAP003"),
        ("boolean(a)", "misschien", "MAP004"),
        ("boolean(a)", 2, "MAP004"),
        ("code('crohoCreboCode', a)", "5190", "MAP005"),
        ("code('crohoCreboCode', a)", "251900", "MAP005"),
        ("code('brin', a)", "5LX", "MAP005"),
        ("code('brin', a)", "25L", "MAP005"),
    ],
)
def test_what_cannot_be_read_is_null_and_a_finding(evaluate: Evaluate, expression: str, value: Any, code: str) -> None:
    assert evaluate(expression, tables=TABLES, a=value) == (None, [code])


@pytest.mark.parametrize("value", [[], {}, ["x"], {"x": 1}, [[[]]]])
@pytest.mark.parametrize(
    "expression",
    [
        "date(a)", "decimal(a)", "integer(a)", "boolean(a)", "lookup('niveau', a)", "reference('Course', a)",
        "language(a)", "code('brin', a)", "split(a, ',')", "concat(a)", "text(a)", "duration(a, 'M')",
    ],
)  # fmt: skip
def test_a_list_or_object_where_a_text_belongs_is_a_finding(evaluate: Evaluate, expression: str, value: Any) -> None:
    assert evaluate(expression, tables=TABLES, a=value) == (None, ["MAP009"])


def test_a_spreadsheet_that_made_a_number_of_a_code_is_repaired_aloud(evaluate: Evaluate) -> None:
    assert evaluate("code('studentNumber', a)", a="123456.0") == (
        {"codeType": "studentNumber", "code": "123456"},
        ["MAP006"],
    )
    assert evaluate("code('crohoCreboCode', a)", a="5190.0") == (None, ["MAP006", "MAP005"])
    assert evaluate("text(a)", a="123456.0") == ("123456.0", [])


def test_a_cached_failure_is_found_again_in_the_next_row(
    mapper: Callable[..., Any], record: Callable[..., Any]
) -> None:
    made = mapper('stream = "s"\nresource = "Course"\n[fields]\nfirstStartDate = "date(a)"')
    for _ in range(3):
        result = made.map(record(a="31-02-2026"))
        assert [finding.code for finding in result.findings if finding.target == "firstStartDate"] == ["MAP001"]


def test_references_are_recorded_with_their_key(mapped: Callable[..., Mapped], course: str) -> None:
    result = mapped(
        course + "educationSpecification = \"reference('EducationSpecification', crebo)\"\n"
        "programs = \"references('Program', opleidingen, ',')\"",
        titel="x", crebo="25190", opleidingen="A, B,,A",
    )  # fmt: skip
    assert [(found.property, found.resource, found.key, found.many) for found in result.references] == [
        ("educationSpecification", "EducationSpecification", "25190", False),
        ("programs", "Program", "A", True),
        ("programs", "Program", "B", True),
    ]
    assert result.value["programs"] == [str(derive_id("roc-a", "Program", key)) for key in ("A", "B")]
    assert result.references[0].id == derive_id("roc-a", "EducationSpecification", "25190")


def test_references_from_a_list_of_an_endpoint(evaluate: Evaluate) -> None:
    found, codes = evaluate("references('Program', a)", a=["A", None, 7])
    assert found == [str(derive_id("roc-a", "Program", key)) for key in ("A", "7")]
    assert codes == []


def test_a_reference_that_is_not_used_is_not_recorded(mapped: Callable[..., Mapped], course: str) -> None:
    result = mapped(
        course + "organization = \"not_null(reference('Organization', team), reference('Organization', school))\"",
        titel="x", team="T1", school="S1",
    )  # fmt: skip
    assert [found.key for found in result.references] == ["T1"]
