"""The check of one expression of a mapping file: syntax, functions, arguments, columns."""

from __future__ import annotations

from collections.abc import Callable, Collection

from jmespath.exceptions import JMESPathError, ParseError

from adapters.contract import forbidden_column
from adapters.mapping import casts, faults, standard
from adapters.mapping.compiler import (
    BUILTIN_FUNCTIONS,
    LONGEST_EXPRESSION,
    Node,
    builtin_arity,
    columns_of,
    compile_tree,
    parse,
    walk,
)
from adapters.mapping.definition import Expression
from adapters.mapping.functions import SIGNATURES
from adapters.text import Text
from ooapi_specs.v5 import RESOURCES
from ooapi_specs.v5.enumerations import CodeType

Report = Callable[[Text], None]

_FUNCTION_NAMES = frozenset(SIGNATURES) | frozenset(BUILTIN_FUNCTIONS)
_CODE_TYPES = frozenset(member.value for member in CodeType)


def check_expression(text: str, *, tables: Collection[str], personal: bool, report: Report) -> Expression | None:
    """The expression, or None after every fault in it was reported.

    ``tables``: names that lookup() may use. ``personal``: whether the stream is about a person, so that addresses,
    gender and nationality may not be read.
    """
    if len(text) > LONGEST_EXPRESSION:
        report(faults.expression_too_long(LONGEST_EXPRESSION))
        return None
    try:
        tree = parse(text)
    except ParseError as error:
        report(faults.not_an_expression(_what(error), error.lex_position))
        return None
    except JMESPathError as error:
        report(faults.not_an_expression(str(error), 0))
        return None
    except RecursionError:
        report(faults.expression_too_long(LONGEST_EXPRESSION))
        return None
    return _checked(text, tree, tables=tables, personal=personal, report=report)


def _what(error: ParseError) -> str:
    """One line of the library's three: what stands there that should not."""
    if error.token_value is None or error.token_type is None:
        return "…"
    return f"'{error.token_value}'"


def _checked(text: str, tree: Node, *, tables: Collection[str], personal: bool, report: Report) -> Expression | None:
    clean = True

    def fault(found: Text) -> None:
        nonlocal clean
        clean = False
        report(found)

    for node in walk(tree):
        if node["type"] == "field" and forbidden_column(node["value"], personal=personal):
            fault(faults.column_forbidden(node["value"]))
        elif node["type"] == "function_expression":
            _check_call(node, tables, fault)
    if not clean:
        return None
    try:
        # Closures nest as deep as the expression: one that is too deep fails here and not on a row.
        compile_tree(tree, dict.fromkeys(SIGNATURES, lambda *_: None))
        return Expression(text, tree, columns_of(tree))
    except RecursionError:
        report(faults.expression_too_long(LONGEST_EXPRESSION))
        return None


def _check_call(node: Node, tables: Collection[str], fault: Report) -> None:
    name, arguments = node["value"], node["children"]
    if name not in _FUNCTION_NAMES:
        fault(faults.unknown_function(name, standard.nearest(name, _FUNCTION_NAMES)))
        return
    if name in SIGNATURES:
        least, most = SIGNATURES[name].least, SIGNATURES[name].most
    else:
        least, most = builtin_arity(name)
    if len(arguments) < least or (most is not None and len(arguments) > most):
        fault(faults.wrong_arity(name, least, most, len(arguments)))
        return
    check = _ARGUMENT_CHECKS.get(name)
    if check:
        check(arguments, tables, fault)


def _literal(node: Node) -> str | None:
    return node["value"] if node["type"] == "literal" and isinstance(node["value"], str) else None


def _check_table(arguments: list[Node], tables: Collection[str], fault: Report) -> None:
    table = _literal(arguments[0])
    if table is None:
        fault(faults.wrong_argument("lookup", "als eerste de naam van een tabel", "the name of a table first"))
    elif table not in tables:
        fault(faults.unknown_table(table, standard.nearest(table, frozenset(tables))))


def _check_resource(arguments: list[Node], tables: Collection[str], fault: Report) -> None:
    resource = _literal(arguments[0])
    if resource is None:
        fault(faults.wrong_argument("reference", "als eerste de naam van een resource", "the name of a resource first"))
    elif resource not in RESOURCES:
        fault(faults.unknown_resource(resource, standard.nearest(resource, frozenset(RESOURCES))))


def _check_code_type(arguments: list[Node], tables: Collection[str], fault: Report) -> None:
    kind = _literal(arguments[0])
    if kind is None or kind in _CODE_TYPES or kind.startswith("x-"):
        return
    close = standard.nearest(kind, _CODE_TYPES)
    meant_nl, meant_en = (f" Bedoelt u '{close}'?", f" Did you mean '{close}'?") if close else ("", "")
    fault(
        faults.wrong_argument(
            "code",
            f"een codeType van de standaard of een eigen met 'x-' ervoor, niet '{kind}'.{meant_nl}".rstrip("."),
            f"a codeType of the standard or one of your own that starts with 'x-', not '{kind}'.{meant_en}".rstrip("."),
        )
    )


def _check_pattern(arguments: list[Node], tables: Collection[str], fault: Report) -> None:
    pattern = _literal(arguments[1]) if len(arguments) > 1 else None
    if pattern is not None and not casts.known_pattern(pattern):
        fault(
            faults.wrong_argument(
                "date", f"een vorm zoals '%d-%m-%Y', niet '{pattern}'", f"a form such as '%d-%m-%Y', not '{pattern}'"
            )
        )


def _check_unit(arguments: list[Node], tables: Collection[str], fault: Report) -> None:
    unit = _literal(arguments[1])
    if unit not in casts.DURATION_UNITS:
        fault(faults.wrong_argument("duration", "als tweede 'Y', 'M', 'W' of 'D'", "'Y', 'M', 'W' or 'D' second"))


_ARGUMENT_CHECKS: dict[str, Callable[[list[Node], Collection[str], Report], None]] = {
    "lookup": _check_table,
    "reference": _check_resource,
    "references": _check_resource,
    "code": _check_code_type,
    "date": _check_pattern,
    "datetime": _check_pattern,
    "duration": _check_unit,
}
