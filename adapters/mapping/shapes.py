"""From the shape under a property to a function that builds its value from a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.mapping.compiler import Evaluate, FunctionTable, Node, compile_tree
from adapters.mapping.definition import Constant, Expression, Shape, expressions_of

# A value nested deeper is no property of the standard, and would end in a RecursionError further on.
_DEEPEST = 64

# The standard allows a text by language without its text (ooapi.md §4.1); what we make has both.
_ONLY_LANGUAGE = {"language"}


class TooDeep(ValueError):
    """A value of the source is nested deeper than any property of the standard."""


def cleaned(value: Any, depth: int = 0) -> Any:
    """A copy of a JSON value without null, blank texts and what is empty: OOAPI v5 has no null (ooapi.md §4.2).

    A text by language goes when its text goes. None when nothing is left. Raises TooDeep.
    """
    kind = type(value)
    if kind is str:
        return None if not value or value.isspace() else value
    if kind is dict or isinstance(value, Mapping):
        _check(depth)
        members = {str(name): cleaned(member, depth + 1) for name, member in value.items()}
        kept = {name: member for name, member in members.items() if member is not None}
        return None if not kept or kept.keys() == _ONLY_LANGUAGE else kept
    if kind is list or kind is tuple:
        _check(depth)
        return [member for member in (cleaned(member, depth + 1) for member in value) if member is not None] or None
    return value


def _check(depth: int) -> None:
    if depth >= _DEEPEST:
        raise TooDeep(f"deeper than {_DEEPEST}")


def build(shape: Shape, functions: FunctionTable) -> Evaluate:
    """A function from a record's data to the value of the shape, or None; the value still has to be ``cleaned``.

    An object whose expressions all give null is None, whatever its literals say: a study load without a value is no
    study load. The functions raise what expressions raise.
    """
    if isinstance(shape, Expression):
        return compile_tree(shape.tree, functions)
    if isinstance(shape, Constant):
        constant = shape.value
        return lambda data: constant
    if isinstance(shape, list):
        elements = [build(member, functions) for member in shape]
        return lambda data: [element for element in (each(data) for each in elements) if element is not None] or None
    return _object(shape, functions)


def _object(shape: Mapping[str, Shape], functions: FunctionTable) -> Evaluate:
    members: list[tuple[str, Evaluate]] = []
    fixed: dict[str, Any] = {}
    for name, member in shape.items():
        if is_literal(member):
            fixed[name] = build(member, functions)(None)
        else:
            members.append((name, build(member, functions)))
    if not members:
        return lambda data: fixed

    order = list(shape)

    def make(data: Any) -> dict[str, Any] | None:
        found = {name: evaluate(data) for name, evaluate in members}
        if all(_nothing(value) for value in found.values()):
            return None
        found.update(fixed)
        return {name: found[name] for name in order}

    return make


def _nothing(value: Any) -> bool:
    return value is None or (type(value) is str and (not value or value.isspace()))


def is_literal(shape: Shape) -> bool:
    """Whether the shape gives the same value for every record."""
    return all(expression.tree["type"] == "literal" for expression in expressions_of(shape))


def gives_clean(shape: Shape) -> bool:
    """Whether the value is always fresh and holds nothing blank, so that it need not be ``cleaned``."""
    return isinstance(shape, Expression) and _call_gives_clean(shape.tree)


def _call_gives_clean(node: Node) -> bool:
    if node["type"] != "function_expression":
        return False
    if node["value"] == "codes":
        return all(map(_call_gives_clean, node["children"]))
    return node["value"] in ("language", "code", "split", "references")


def leaves(prefix: str, shape: Shape) -> list[tuple[str, Expression]]:
    """Every expression under a property with its dotted name, as ``studyLoad.value``."""
    if isinstance(shape, Expression):
        return [(prefix, shape)]
    if isinstance(shape, Constant):
        return []
    members = shape.items() if isinstance(shape, dict) else enumerate(shape)
    return [leaf for name, member in members for leaf in leaves(f"{prefix}.{name}", member)]
