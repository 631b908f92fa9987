"""The compiled closures mean what the library's interpreter means, quirks included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jmespath.exceptions import ArityError, JMESPathTypeError, UnknownFunctionError, VariadictArityError

from adapters.mapping.compiler import columns_of, compile_tree, library_interpreter, parse

NAMES = ("a", "b", "c", '"d e"')

leaf_values = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2), st.floats(-2, 2), st.sampled_from(["", "0", "x", "xy", "2"])
)
values = st.recursive(
    leaf_values,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["a", "b", "c", "d e"]), inner, max_size=3)
    ),
    max_leaves=12,
)
records = st.dictionaries(st.sampled_from(["a", "b", "c", "d e"]), values, max_size=4)

atoms = st.sampled_from(
    [
        *NAMES,
        "@",
        "'x'",
        "''",
        "`0`",
        "`1`",
        "`true`",
        "`null`",
        "`[1, 0]`",
        '`{"a": 1}`',
        "[*]",
        "*",
        "[]",
        "[0]",
        "@.a",
    ]
)


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, inner)
    path = st.tuples(inner, st.sampled_from(NAMES))
    return st.one_of(
        path.map("({0[0]}).{0[1]}".format),
        path.map("({0[0]})[*].{0[1]}".format),
        path.map("({0[0]}).*.{0[1]}".format),
        inner.map("({0})[]".format),
        inner.map("({0})[0]".format),
        inner.map("({0})[-1]".format),
        inner.map("({0})[0:2]".format),
        inner.map("({0})[::-1]".format),
        inner.map("!({0})".format),
        pair.map("({0[0]}) || ({0[1]})".format),
        pair.map("({0[0]}) && ({0[1]})".format),
        pair.map("({0[0]}) | {0[1]}".format),
        pair.map("({0[0]})[?{0[1]}]".format),
        pair.map("[{0[0]}, {0[1]}]".format),
        pair.map("{{p: {0[0]}, q: {0[1]}}}".format),
        pair.flatmap(
            lambda both: st.sampled_from(["==", "!=", "<", "<=", ">", ">="]).map(
                lambda sign: f"({both[0]}) {sign} ({both[1]})"
            )
        ),
        pair.map("not_null({0[0]}, {0[1]})".format),
        pair.map("contains({0[0]}, {0[1]})".format),
        pair.map("sort_by({0[0]}, &{0[1]})".format),
        pair.map("map(&{0[1]}, {0[0]})".format),
        pair.map("max_by({0[0]}, &{0[1]})".format),
        pair.map("join({0[0]}, {0[1]})".format),
        pair.map("merge({0[0]}, {0[1]})".format),
        pair.map("twice({0[0]}, {0[1]})".format),
        inner.map("length({0})".format),
        inner.map("to_string({0})".format),
        inner.map("to_number({0})".format),
        inner.map("type({0})".format),
        inner.map("keys({0})".format),
        inner.map("sum({0})".format),
        inner.map("sort({0})".format),
        inner.map("one({0})".format),
    )


expressions = st.recursive(atoms, compound, max_leaves=6)
OURS: dict[str, Callable[..., Any]] = {
    "one": lambda value: [value],
    "twice": lambda left, right: [left, right],
    "many": lambda *found: list(found),
}


def outcome(evaluate: Callable[[], Any]) -> tuple[str, Any]:
    """The value, or the class of the error."""
    try:
        return "value", evaluate()
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        return "error", type(error)


@settings(max_examples=600, deadline=None)
@given(expression=expressions, record=records)
def test_compiled_and_library_agree(expression: str, record: dict[str, Any]) -> None:
    tree = parse(expression)
    interpreter: Any = library_interpreter(OURS)
    compiled = compile_tree(tree, OURS)
    expected = outcome(lambda: interpreter.visit(tree, record))
    found = outcome(lambda: compiled(record))
    assert repr(found) == repr(expected)  # repr, so that 1 and True differ


@settings(max_examples=300, deadline=None)
@given(expression=expressions, record=records)
def test_an_expression_reads_no_other_columns_than_it_says(expression: str, record: dict[str, Any]) -> None:
    tree = parse(expression)
    columns = columns_of(tree)
    if columns is None:
        return
    compiled = compile_tree(tree, OURS)
    narrow = {name: value for name, value in record.items() if name in columns}
    assert repr(outcome(lambda: compiled(narrow))) == repr(outcome(lambda: compiled(record)))


@pytest.mark.parametrize(
    ("expression", "columns"),
    [
        ("a", {"a"}),
        ("a.b", {"a"}),
        ('"Naam opleiding"', {"Naam opleiding"}),
        ("date(a, 'b')", {"a"}),
        ("a[?x == 'y'].z", {"a"}),
        ("{p: a, q: b}", {"a", "b"}),
        ("{p: a} | p", {"a"}),
        ("a || b && !c", {"a", "b", "c"}),
        ("sort_by(a, &b)", {"a"}),
        ("`1`", set()),
        ("@.a", {"a"}),
        ("a | [0]", {"a"}),
    ],
)
def test_columns_of_an_expression(expression: str, columns: set[str]) -> None:
    assert columns_of(parse(expression)) == frozenset(columns)


@pytest.mark.parametrize("expression", ["@", "*", "keys(@)", "*.a", "[a, @]", "to_string(@) | length(@)"])
def test_an_expression_that_may_read_everything_says_so(expression: str) -> None:
    assert columns_of(parse(expression)) is None


def test_three_arguments_reach_the_function_in_order() -> None:
    assert compile_tree(parse("many(a, 'b', c)"), OURS)({"a": 1, "c": 3}) == [1, "b", 3]


def test_a_node_type_of_a_later_library_goes_to_its_interpreter() -> None:
    tree = {"type": "pipe", "children": [{"type": "unheard_of", "children": [], "value": 1}]}
    with pytest.raises(NotImplementedError, match="unheard_of"):
        compile_tree({"type": "pipe", "children": [*tree["children"], parse("a")]}, OURS)({"a": 1})


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("frobnicate(a)", UnknownFunctionError),
        ("length(a, b)", ArityError),
        ("length()", ArityError),
        ("merge()", VariadictArityError),
    ],
)
def test_a_wrong_call_fails_when_it_is_compiled(expression: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        compile_tree(parse(expression), OURS)


def test_a_wrong_type_names_the_function() -> None:
    with pytest.raises(JMESPathTypeError) as raised:
        compile_tree(parse("sum(a)"), OURS)({"a": "x"})
    assert raised.value.function_name == "sum"
