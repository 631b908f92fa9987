"""JMESPath as Python closures: parsed by the ``jmespath`` library, run by functions made once per expression.

The library walks the syntax tree again for every record. Here each node becomes one closure, so a plain column costs
a dictionary look-up and a function call costs the function. The meaning is the library's, quirks included: a property
test compares the two on generated expressions and data. A node type that this module does not know is handed to the
library's interpreter.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast

from jmespath import visitor
from jmespath.exceptions import ArityError, JMESPathTypeError, UnknownFunctionError, VariadictArityError
from jmespath.functions import Functions as LibraryFunctions
from jmespath.parser import Parser

Node = dict[str, Any]
Evaluate = Callable[[Any], Any]
FunctionTable = Mapping[str, Callable[..., Any]]

# Real schools' mappings stay far below; beyond it the recursive parser could run out of stack.
LONGEST_EXPRESSION = 4000

_COMPARATORS: dict[str, Callable[[Any, Any], Any]] = visitor.TreeInterpreter.COMPARATOR_FUNC
_equals: Callable[[Any, Any], Any] = _COMPARATORS["eq"]
_not_equals: Callable[[Any, Any], Any] = _COMPARATORS["ne"]
BUILTIN_FUNCTIONS: Mapping[str, Any] = LibraryFunctions.FUNCTION_TABLE


def parse(expression: str) -> Node:
    """The syntax tree of an expression. Raises ``jmespath.exceptions.JMESPathError`` when it is not JMESPath."""
    return cast(Node, Parser().parse(expression).parsed)


def walk(tree: Node) -> Iterator[Node]:
    """Every node of the tree, the root first."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(child for child in reversed(node["children"]) if isinstance(child, dict))


def columns_of(tree: Node) -> frozenset[str] | None:
    """The columns of the record that an expression reads; None when it may read any (``@``, ``*``, ``keys(@)``)."""
    found: set[str] = set()
    return frozenset(found) if _collect(tree, found) else None


def _collect(node: Node, found: set[str]) -> bool:
    """Add the columns that the node reads when it is evaluated on the record itself; False when it needs all."""
    kind, children = node["type"], node["children"]
    if kind == "field":
        found.add(node["value"])
        return True
    if kind in ("current", "identity"):
        return False
    if kind in ("subexpression", "pipe", "index_expression"):
        first, *rest = children
        if first["type"] in ("current", "identity"):  # what follows still sees the record
            return all(_collect(child, found) for child in rest) if kind != "index_expression" else True
        return _collect(first, found)
    if kind in ("projection", "filter_projection"):
        # A record is an object, and a list projection of an object is null: only the base can read a column.
        return True if children[0]["type"] in ("current", "identity") else _collect(children[0], found)
    if kind in ("value_projection", "flatten"):
        return _collect(children[0], found)
    if kind in ("literal", "expref", "index", "slice"):
        return True
    return all(_collect(child, found) for child in children)


def compile_tree(tree: Node, functions: FunctionTable) -> Evaluate:
    """A closure that evaluates the tree on a record (a ``dict``).

    ``functions``: the functions of the mapping grammar by name, called with their evaluated arguments; a name that is
    not there is one of JMESPath's own. Raises UnknownFunctionError and ArityError at once, not on the first record.
    The closure raises what the library raises: JMESPathTypeError, TypeError, ValueError, OverflowError.
    """
    return _Compiler(functions).closure(tree)


class _Expression:
    """An ``&expression`` as the library's functions (sort_by, map, …) expect it; they check this very class name."""

    __slots__ = ("expression",)

    def __init__(self, evaluate: Evaluate) -> None:
        self.expression = evaluate

    @staticmethod
    def visit(evaluate: Evaluate, value: Any) -> Any:
        return evaluate(value)


class MixedFunctions(LibraryFunctions):
    """JMESPath's own functions with those of the grammar in front, for the library's interpreter."""

    def __init__(self, functions: FunctionTable) -> None:
        self._ours = functions

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        ours = self._ours.get(function_name)
        return ours(*resolved_args) if ours else super().call_function(function_name, resolved_args)


def library_interpreter(functions: FunctionTable) -> visitor.TreeInterpreter:
    """The library's own interpreter with our functions: the reference of the compiler, and its way out."""
    return visitor.TreeInterpreter(visitor.Options(custom_functions=MixedFunctions(functions)))


def is_false(value: Any) -> bool:
    """JMESPath's idea of false: null, false, and everything empty. The number 0 is true."""
    return value is None or value is False or value == "" or value == [] or value == {}


def _comparable(value: Any) -> bool:
    kind = type(value)
    return kind is str or kind is int or kind is float


class _Compiler:
    def __init__(self, functions: FunctionTable) -> None:
        self._functions = functions
        self._library: Any = LibraryFunctions()

    def closure(self, node: Node) -> Evaluate:
        make = getattr(self, f"_{node['type']}", None)
        if make is None:
            interpreter: Any = library_interpreter(self._functions)
            return lambda value: interpreter.visit(node, value)
        evaluate: Evaluate = make(node)
        return evaluate

    def _closures(self, node: Node) -> list[Evaluate]:
        return [self.closure(child) for child in node["children"]]

    # -- reading ------------------------------------------------------------------------------------------------

    def _field(self, node: Node) -> Evaluate:
        name = node["value"]

        def field(value: Any) -> Any:
            if type(value) is dict:
                return value.get(name)
            try:
                return value.get(name)
            except AttributeError:
                return None

        return field

    def _subexpression(self, node: Node) -> Evaluate:
        first, *rest = self._closures(node)
        if len(rest) == 1:
            second = rest[0]
            return lambda value: second(first(value))

        def chain(value: Any) -> Any:
            value = first(value)
            for step in rest:
                value = step(value)
            return value

        return chain

    _pipe = _subexpression
    _index_expression = _subexpression

    def _current(self, node: Node) -> Evaluate:
        return lambda value: value

    _identity = _current

    def _literal(self, node: Node) -> Evaluate:
        literal = node["value"]
        return lambda value: literal

    def _index(self, node: Node) -> Evaluate:
        index = node["value"]

        def element(value: Any) -> Any:
            if not isinstance(value, list):
                return None
            try:
                return value[index]
            except IndexError:
                return None

        return element

    def _slice(self, node: Node) -> Evaluate:
        part = slice(*node["children"])
        return lambda value: value[part] if isinstance(value, list) else None

    # -- lists --------------------------------------------------------------------------------------------------

    def _projection(self, node: Node) -> Evaluate:
        base, each = self._closures(node)

        def projection(value: Any) -> Any:
            elements = base(value)
            if not isinstance(elements, list):
                return None
            return [found for found in map(each, elements) if found is not None]

        return projection

    def _value_projection(self, node: Node) -> Evaluate:
        base, each = self._closures(node)

        def projection(value: Any) -> Any:
            members = base(value)
            try:
                elements = members.values()
            except AttributeError:
                return None
            return [found for found in map(each, elements) if found is not None]

        return projection

    def _filter_projection(self, node: Node) -> Evaluate:
        base, each, condition = self._closures(node)

        def projection(value: Any) -> Any:
            elements = base(value)
            if not isinstance(elements, list):
                return None
            kept = (each(element) for element in elements if not is_false(condition(element)))
            return [found for found in kept if found is not None]

        return projection

    def _flatten(self, node: Node) -> Evaluate:
        (base,) = self._closures(node)

        def flatten(value: Any) -> Any:
            elements = base(value)
            if not isinstance(elements, list):
                return None
            merged: list[Any] = []
            for element in elements:
                if isinstance(element, list):
                    merged.extend(element)
                else:
                    merged.append(element)
            return merged

        return flatten

    def _multi_select_list(self, node: Node) -> Evaluate:
        members = self._closures(node)
        return lambda value: None if value is None else [member(value) for member in members]

    def _multi_select_dict(self, node: Node) -> Evaluate:
        members = [(child["value"], self.closure(child["children"][0])) for child in node["children"]]
        return lambda value: None if value is None else {name: member(value) for name, member in members}

    # -- logic --------------------------------------------------------------------------------------------------

    def _or_expression(self, node: Node) -> Evaluate:
        left, right = self._closures(node)

        def either(value: Any) -> Any:
            found = left(value)
            return right(value) if is_false(found) else found

        return either

    def _and_expression(self, node: Node) -> Evaluate:
        left, right = self._closures(node)

        def both(value: Any) -> Any:
            found = left(value)
            return found if is_false(found) else right(value)

        return both

    def _not_expression(self, node: Node) -> Evaluate:
        (operand,) = self._closures(node)

        def negation(value: Any) -> Any:
            found = operand(value)
            if found == 0 and type(found) in (int, float):
                return False  # in JMESPath a number is true, 0 too
            return not found

        return negation

    def _comparator(self, node: Node) -> Evaluate:
        left, right = self._closures(node)
        kind = node["value"]
        if kind in ("eq", "ne"):
            wanted = node["children"][1]
            if wanted["type"] == "literal" and isinstance(wanted["value"], str):
                text = wanted["value"]  # the usual condition: a column against a text
                if kind == "eq":
                    return lambda value: left(value) == text
                return lambda value: left(value) != text
            compare = _equals if kind == "eq" else _not_equals
            return lambda value: compare(left(value), right(value))
        order = {"lt": operator.lt, "gt": operator.gt, "lte": operator.le, "gte": operator.ge}[kind]

        def ordered(value: Any) -> Any:
            one, other = left(value), right(value)
            return order(one, other) if _comparable(one) and _comparable(other) else None

        return ordered

    # -- functions ----------------------------------------------------------------------------------------------

    def _expref(self, node: Node) -> Evaluate:
        expression = _Expression(self.closure(node["children"][0]))
        return lambda value: expression

    def _function_expression(self, node: Node) -> Evaluate:
        name = node["value"]
        ours = self._functions.get(name)
        call = ours if ours else self._builtin(name, len(node["children"]))
        arguments = self._closures(node)
        if len(arguments) == 1:
            (one,) = arguments
            return lambda value: call(one(value))
        if len(arguments) == 2:
            return _two_arguments(call, node["children"], arguments)
        return lambda value: call(*[argument(value) for argument in arguments])

    def _builtin(self, name: str, given: int) -> Callable[..., Any]:
        """One of JMESPath's own functions; the library checks the types of the arguments on each call."""
        known = BUILTIN_FUNCTIONS.get(name)
        if known is None:
            raise UnknownFunctionError(f"Unknown function: {name}()")
        least, most = builtin_arity(name)
        if given < least:
            raise (ArityError if most == least else VariadictArityError)(least, given, name)
        if most is not None and given > most:
            raise ArityError(most, given, name)
        library, function, signature = self._library, known["function"], known["signature"]

        def call(*arguments: Any) -> Any:
            library._type_check(arguments, signature, name)
            return function(library, *arguments)

        return call


def _two_arguments(call: Callable[..., Any], nodes: list[Node], arguments: list[Evaluate]) -> Evaluate:
    """The usual calls have a text first, as in ``lookup('niveau', niveau)``: that one need not be evaluated."""
    first, second = arguments
    if nodes[0]["type"] == "literal":
        text = nodes[0]["value"]
        if nodes[1]["type"] == "field":
            column = nodes[1]["value"]

            def on_column(value: Any) -> Any:
                return call(text, value.get(column) if type(value) is dict else second(value))

            return on_column
        return lambda value: call(text, second(value))
    return lambda value: call(first(value), second(value))


def builtin_arity(name: str) -> tuple[int, int | None]:
    """Fewest and most arguments of one of JMESPath's own functions; None: any number."""
    signature = BUILTIN_FUNCTIONS[name]["signature"]
    return len(signature), None if signature[-1].get("variadic") else len(signature)


def type_error(function: str, value: Any, expected: str) -> JMESPathTypeError:
    """The library's error for an argument of a wrong type, for functions of our own."""
    return JMESPathTypeError(function, value, type(value).__name__, [expected])
