"""A BSN is found however it is written, other numbers are left alone, and nothing of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapters.contract import Record, SourceReference
from adapters.findings import shown
from adapters.mapping import NO_ID, Mapped, Mapper, explain, load_mapping
from adapters.mapping.privacy import BsnGuard, looks_like_bsn, passes_eleven_test

BSN = "123456782"  # passes the test; the number that manuals use
WITH_ZERO = "012345672"


def test_the_numbers_of_these_tests_pass() -> None:
    assert passes_eleven_test(BSN)
    assert passes_eleven_test(WITH_ZERO)
    assert not passes_eleven_test("123456789")
    assert not passes_eleven_test("000000000")


@pytest.mark.parametrize(
    "text",
    [
        BSN, f" {BSN} ", f"BSN: {BSN}", f"bsn{BSN}", f"({BSN})", f"zie {BSN}, met dank", "1234.56.782", "1234 56 782",
        "123 456 782", "123.456.782", "123456 782", "1 2 3 4 5 6 7 8 2", "123\u00a0456\u00a0782", "1234-56-782",
        "123-456-782", f"{BSN}.0", f"06-12345678 {BSN} 12", f"{BSN}\n", f"a_{BSN}", "bsn 12345672",
        "sofinummer: 12345672",
    ],
)  # fmt: skip
def test_a_bsn_is_found(text: str) -> None:
    assert looks_like_bsn(text)
    assert BsnGuard(["a"], []).hit({"a": text}, "k") == "a"


@pytest.mark.parametrize(
    "text",
    [
        "", "123456789", "1234567820", "0612345678", "06-12345678", "000000000", "12345672", f"A{BSN}", f"{BSN}b",
        "52.123456782", "31-08-2026", "31.08.2026 9:30", "2026-08-31 09:00:00", "20260831", "25190 25191",
        "12345678-1234-4123-8123-123456782abc", "NL91ABNA0417164300", "1234 5678 2024 2025", "١٢٣٤٥٦٧٨٢x",
    ],
)  # fmt: skip
def test_other_numbers_are_left_alone(text: str) -> None:
    assert not looks_like_bsn(text)
    assert BsnGuard(["a"], []).hit({"a": text}, "k") is None


def test_eight_digits_count_where_the_column_says_so() -> None:
    assert BsnGuard(["sofinr_oud"], []).hit({"sofinr_oud": "12345672"}, "k") == "sofinr_oud"
    assert BsnGuard(["telefoon"], []).hit({"telefoon": "12345672"}, "k") is None
    assert BsnGuard(None, []).hit({"persoon": {"burgerservice": "12345672"}}, "k") == "persoon"
    code = {"otherCodes": [{"codeType": "nationalIdentityNumber", "code": "12345672"}]}
    assert BsnGuard(None, []).hit({"data": code, "bsn": None}, "k") == "data"


@pytest.mark.parametrize(
    "value", [int(BSN), float(BSN), [BSN], {"x": [{"y": BSN}]}, {BSN: "x"}, [[[[[BSN]]]]], {"x": f"tel {BSN}"}]
)
def test_nested_values_and_numbers_are_looked_through(value: Any) -> None:
    assert BsnGuard(["a"], []).hit({"a": value}, "k") == "a"
    assert BsnGuard(None, []).hit({"a": value}, "k") == "a"


def test_very_deep_values_are_looked_through_without_recursion() -> None:
    value: Any = BSN
    for _ in range(5000):
        value = [value]
    assert BsnGuard(["a"], []).hit({"a": value}, "k") == "a"


def test_only_mapped_columns_count() -> None:
    assert BsnGuard(["a"], []).hit({"a": "x", "b": BSN}, "k") is None


def test_a_column_with_a_reason_is_left_out_also_in_the_key() -> None:
    guard = BsnGuard(["leerbedrijf", "naam"], ["leerbedrijf"])
    assert guard.hit({"leerbedrijf": BSN, "naam": "x"}, BSN) is None
    assert guard.hit({"leerbedrijf": "x", "naam": BSN}, "k") == "naam"
    assert guard.hit({"leerbedrijf": "x", "naam": "y"}, BSN) == "key"


def test_lone_surrogates_do_no_harm() -> None:
    assert BsnGuard(["a"], []).hit({"a": f"\ud800 {BSN}"}, "k") == "a"


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Nine digits that pass the eleven-test, without a year in the middle."""
    digits = draw(st.lists(st.integers(2, 9), min_size=8, max_size=8))
    check = sum(weight * digit for weight, digit in zip(range(9, 1, -1), digits, strict=True)) % 11
    assume(check < 10)
    return "".join(map(str, digits)) + str(check)


@given(numbers(), st.sampled_from(["", " ", ".", "\u00a0"]), st.sampled_from(["", "zie ", "nr: ", "("]))
def test_every_number_that_passes_is_found_in_any_grouping(digits: str, gap: str, before: str) -> None:
    text = f"{before}{digits[:4]}{gap}{digits[4:6]}{gap}{digits[6:]}"
    assert BsnGuard(["a"], []).hit({"a": text}, "k") == "a"


def everything_said(result: Mapped) -> str:
    return repr(result) + "".join(
        finding.message.nl + finding.message.en + finding.hint.nl + finding.hint.en for finding in result.findings
    )


def test_the_row_is_refused_and_the_number_is_nowhere(mapped: Callable[..., Mapped], course: str) -> None:
    result = mapped(course + 'description = "language(omschrijving)"', titel="Zorg", omschrijving=f"van {BSN}")
    assert result.body is None
    assert [(finding.code, finding.target) for finding in result.findings] == [("PRIV001", "omschrijving")]
    assert BSN not in everything_said(result)
    assert result.value == {}


def test_a_key_that_is_a_bsn_gives_no_id(mapped: Callable[..., Mapped], course: str) -> None:
    result = mapped(course, key=BSN, titel="Zorg")
    assert (result.key, result.id) == ("", NO_ID)
    assert BSN not in everything_said(result)
    assert [finding.code for finding in result.findings] == ["PRIV001"]


def test_a_row_with_a_bsn_is_explained_without_it(
    mapper: Callable[..., Any], record: Callable[..., Any], course: str
) -> None:
    (explained,) = explain(mapper(course), record(titel=BSN))
    assert (explained.property, explained.value) == ("titel", None)
    assert BSN not in repr(explained)


def test_a_row_with_a_bsn_is_refused_also_where_it_would_be_skipped(mapped: Callable[..., Mapped], course: str) -> None:
    assert mapped("where = \"titel == 'Zorg'\"\n" + course, titel=BSN).findings[0].code == "PRIV001"


def test_a_long_value_is_shown_cut() -> None:
    assert len(shown("x" * 500)) == 80


@pytest.mark.parametrize(
    ("key", "row", "named"),
    [("M1", None, "M1"), ("M1", 2, None), (BSN, None, None), (f"bsn {WITH_ZERO[1:]}", None, None)],
)
def test_a_row_without_a_number_is_named_by_its_key_unless_that_may_be_a_bsn(
    course: str, key: str, row: int | None, named: str | None
) -> None:
    mapper = Mapper(load_mapping(course, name="m.toml"), identify=lambda *_: NO_ID, today=date(2026, 9, 1))
    result = mapper.map(Record(key, {"titel": f"van {BSN}"}, SourceReference("view", row)))

    assert result is not None
    assert [(finding.code, finding.key) for finding in result.findings] == [("PRIV001", named)]
