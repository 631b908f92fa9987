"""The query string of an operation, checked against the standard and made into a selection.

Everything outside the standard is refused with the values that are allowed: a client that mistypes a filter must not
believe that it filtered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final
from uuid import UUID

from adapters.findings import shown
from gateway.catalogue.folding import fold
from gateway.catalogue.serve.selection import Filter, Parent, Selection, Sort, SortColumn
from gateway.errors import InvalidId, InvalidParameter, RepeatedParameter, UnknownParameter
from ooapi_specs.v5 import DEFAULT_PAGE_SIZE, PAGE_SIZES, Operation, Parameter, ParameterKind

LONGEST_Q: Final = 200  # characters
LARGEST_PAGE_NUMBER: Final = 2**31 - 1  # int32 in the standard

Pairs = Sequence[tuple[str, str]]

_NUMBER: Final = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)

# Facets whose value is a list, and the filter whose name differs from its facet.
_LIST_FACETS: Final = frozenset({"modeOfDelivery", "crohoCreboCode", "authors"})
_FACET_OF: Final = {"croho-creboCode": "crohoCreboCode"}
# A property of the parent: the standard's ProgramOffering has no modeOfStudy, its program has.
_PARENT_FACETS: Final = frozenset({"modeOfStudy"})
_REFERENCES: Final = frozenset({"parent", "year"})

_SORT_COLUMNS: Final[dict[str, SortColumn]] = {
    "name": "name",
    "startDate": "start",
    "startDateTime": "start",
    "validFrom": "start",
    "endDate": "end",
    "endDateTime": "end",
    "validUntil": "end",
    "lastModified": "changed",
    "primaryCode": "code",
    "primarycode": "code",
    "educationSpecificationType": "type",
    "totalSeats": "total",
    "availableSeats": "available",
}


@dataclass(frozen=True, slots=True)
class PageQuery:
    """``dated``: the selection holds today's date because the client gave no ``since``; it ends at midnight."""

    selection: Selection
    size: int
    number: int
    dated: bool


@dataclass(frozen=True, slots=True)
class InstanceQuery:
    expand: tuple[str, ...]
    timeline: bool


def identifier(value: str) -> UUID:
    """An id of a path. Capitals are accepted. Raises InvalidId."""
    if not _UUID.fullmatch(value):
        raise InvalidId(value=shown(value))
    return UUID(value)


def page_query(operation: Operation, pairs: Pairs, parent: UUID | None, today: date) -> PageQuery:
    """The query of a collection. ``today``: in Europe/Amsterdam; the default of ``since``.

    Raises UnknownParameter, InvalidParameter or RepeatedParameter.
    """
    values = _checked(operation, pairs)
    selection = Selection(operation.item)
    dated = False
    for parameter in operation.parameters:
        given = values.get(parameter.name)
        if given is not None:
            selection = _narrowed(selection, parameter, given)
        elif parameter.name == "since":
            selection, dated = replace(selection, starts_from=today), True
    if parent is not None:
        selection = replace(selection, parent=Parent(parent, operation.path))
    sort = values.get("sort", [""])[0]
    if sort or not selection.q:
        selection = replace(selection, order=_order(operation, sort))
    return PageQuery(selection, _page_size(values), _page_number(values), dated)


def instance_query(operation: Operation, pairs: Pairs) -> InstanceQuery:
    """The query of an instance. Raises as ``page_query``."""
    values = _checked(operation, pairs)
    timeline = _boolean("returnTimelineOverrides", values.get("returnTimelineOverrides", ["false"])[0])
    expand = _listed("expand", values["expand"][0], operation.expand) if "expand" in values else ()
    return InstanceQuery(tuple(dict.fromkeys(expand)), timeline)


def refuse_parameters(pairs: Pairs) -> None:
    """For an operation without parameters. Raises UnknownParameter."""
    for name, _ in pairs:
        raise UnknownParameter(name=shown(name), known="-")


def known_parameters(operation: Operation) -> tuple[str, ...]:
    """The names that the operation accepts."""
    names = [parameter.name for parameter in operation.parameters]
    if operation.sort_keys:
        names.append("sort")
    if operation.expand:
        names.append("expand")
    if operation.identifier is not None:
        # Clients of a profile name their consumer on every request. On an instance v5 gives it no meaning, and
        # refusing it would keep them out.
        names.append("consumer")
    return tuple(names)


def sort_values(operation: Operation) -> tuple[str, ...]:
    """The allowed parts of ``sort``."""
    return (*operation.sort_keys, *(f"-{key}" for key in operation.sort_keys))


def _checked(operation: Operation, pairs: Pairs) -> dict[str, list[str]]:
    known = known_parameters(operation)
    repeatable = {parameter.name for parameter in operation.parameters if parameter.many}
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in known:
            raise UnknownParameter(name=shown(name), known=", ".join(known) or "-")
        if name in values and name not in repeatable:
            raise RepeatedParameter(name=name)
        values.setdefault(name, []).append(value)
    return values


def _narrowed(selection: Selection, parameter: Parameter, given: list[str]) -> Selection:
    name, value = parameter.name, given[0]
    if name in ("pageSize", "pageNumber"):
        return selection
    if name == "q":
        return replace(selection, q=_search_text(value) or None)
    if name == "consumer":
        return replace(selection, consumer=_text(parameter, value))
    if name == "primaryCode":
        return replace(selection, primary_code=_text(parameter, value))
    if name == "since":
        return replace(selection, starts_from=_date(name, value))
    if name == "until":
        return replace(selection, ends_by=_date(name, value))
    if name in _REFERENCES:
        if not _UUID.fullmatch(value):
            raise InvalidParameter(name=name, value=shown(value), expected="UUID")
        return replace(selection, references=(*selection.references, (name, UUID(value))))
    facet = _FACET_OF.get(name, parameter.property or name)
    allowed = tuple(dict.fromkeys(_facet_value(parameter, text) for text in given))
    narrowed = Filter(facet, allowed, many=facet in _LIST_FACETS, of_parent=facet in _PARENT_FACETS)
    return replace(selection, filters=(*selection.filters, narrowed))


def _facet_value(parameter: Parameter, value: str) -> str | bool:
    if parameter.kind is ParameterKind.BOOLEAN:
        return _boolean(parameter.name, value)
    if parameter.kind is ParameterKind.ENUM and not parameter.extensible and value not in parameter.values:
        allowed = ", ".join(str(item) for item in parameter.values)
        raise InvalidParameter(name=parameter.name, value=shown(value), expected=allowed)
    return _text(parameter, value)


def _text(parameter: Parameter, value: str) -> str:
    if parameter.pattern and not re.fullmatch(parameter.pattern.removesuffix("$"), value):
        raise InvalidParameter(name=parameter.name, value=shown(value), expected=parameter.pattern)
    return value


def _search_text(value: str) -> str:
    if len(value) > LONGEST_Q:
        raise InvalidParameter(name="q", value=shown(value), expected=f"≤ {LONGEST_Q}")
    return fold(value)


def _boolean(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise InvalidParameter(name=name, value=shown(value), expected="true, false")
    return value == "true"


def _date(name: str, value: str) -> date:
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # such as 2026-02-30
    raise InvalidParameter(name=name, value=shown(value), expected="2026-08-31")


def _page_size(values: dict[str, list[str]]) -> int:
    value = values.get("pageSize", [str(DEFAULT_PAGE_SIZE)])[0]
    allowed = [str(size) for size in PAGE_SIZES]
    if value not in allowed:
        raise InvalidParameter(name="pageSize", value=shown(value), expected=", ".join(allowed))
    return int(value)


def _page_number(values: dict[str, list[str]]) -> int:
    value = values.get("pageNumber", ["1"])[0]
    if not _NUMBER.fullmatch(value) or int(value) > LARGEST_PAGE_NUMBER:
        raise InvalidParameter(name="pageNumber", value=shown(value), expected="1, 2, 3, …")
    return int(value)


def _order(operation: Operation, sort: str) -> tuple[Sort, ...]:
    keys = _listed("sort", sort, sort_values(operation)) or (operation.default_sort or "",)
    order: dict[SortColumn, Sort] = {}
    for key in keys:
        name = key.removeprefix("-")
        column = _SORT_COLUMNS.get(name, "id")
        order.setdefault(column, Sort(column, descending=key != name))  # a repeated key cannot change the order
    return tuple(order.values())


def _listed(name: str, value: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """A comma separated list (``explode: false``); nothing is the empty list."""
    parts = tuple(value.split(",")) if value else ()
    for part in parts:
        if part not in allowed:
            raise InvalidParameter(name=name, value=shown(part), expected=", ".join(allowed))
    return parts
