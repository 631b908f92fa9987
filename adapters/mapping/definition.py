"""A mapping file as it was checked: what the mapper builds on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.mapping.compiler import Node


@dataclass(frozen=True, slots=True)
class Expression:
    """One JMESPath expression: as written, its syntax tree, and the columns it reads (None: any)."""

    text: str
    tree: Node
    columns: frozenset[str] | None


# What stands under a property: an expression, an object of these, a list of these, or a literal of [constants].
@dataclass(frozen=True, slots=True)
class Constant:
    value: Any


Shape = Expression | Constant | dict[str, "Shape"] | list["Shape"]


@dataclass(frozen=True, slots=True)
class ResourceMapping:
    """How the records of one stream become one kind of resource.

    ``columns``: the top-level columns that the expressions read, None when all are needed (``copy`` or ``@``).
    ``fields`` has the properties in the order of the file; ``constants`` are among them. ``tables`` holds the values
    for lookup(); ``defaults`` literals shaped as the property wants them; ``not_bsn`` the reason per column.
    """

    name: str
    stream: str
    resource: str
    columns: frozenset[str] | None
    key: Expression | None
    where: Expression | None
    copy: bool
    fields: Mapping[str, Shape]
    links: Mapping[str, Expression]
    tables: Mapping[str, Mapping[str, Any]]
    defaults: Mapping[str, Any]
    not_bsn: Mapping[str, str]


def expressions_of(shape: Shape) -> list[Expression]:
    """Every expression under a property."""
    if isinstance(shape, Expression):
        return [shape]
    if isinstance(shape, Constant):
        return []
    members = shape.values() if isinstance(shape, dict) else shape
    return [expression for member in members for expression in expressions_of(member)]


def columns_read(expressions: list[Expression]) -> frozenset[str] | None:
    """The columns that any of the expressions reads; None when one may read all."""
    found: set[str] = set()
    for expression in expressions:
        if expression.columns is None:
            return None
        found |= expression.columns
    return frozenset(found)
