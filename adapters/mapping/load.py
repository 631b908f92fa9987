"""Read and check a mapping file: all of its faults at once, each with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from adapters.mapping import faults, standard
from adapters.mapping.definition import (
    Constant,
    Expression,
    ResourceMapping,
    Shape,
    columns_read,
    expressions_of,
)
from adapters.mapping.expressions import check_expression
from adapters.mapping.faults import MappingFault, MappingInvalid
from adapters.mapping.locate import Path, key_lines, line_of
from adapters.text import Text
from ooapi_specs.v5 import RESOURCES

KEYS_OF_THE_FILE = (
    "stream", "resource", "key", "where", "copy", "fields", "constants", "links", "tables", "defaults", "not_bsn",
)  # fmt: skip
_NOT_BSN = ("column", "reason")
_AT_LINE = re.compile(r"at line (\d+)")


def load_mapping(text: str, *, name: str) -> ResourceMapping:
    """The mapping in a TOML text. ``name``: the file, as faults name it.

    Raises MappingInvalid with every fault that the file has.
    """
    try:
        document = tomllib.loads(text)
    except ValueError as error:  # not TOML, or a number of thousands of digits
        at = _AT_LINE.search(str(error))
        line = int(at[1]) if at else text.count("\n") + 1
        raise MappingInvalid(name, [MappingFault(name, line, "", faults.not_toml(str(error)))]) from error
    except RecursionError as error:
        raise MappingInvalid(name, [MappingFault(name, 1, "", faults.nested_too_deeply())]) from error
    try:
        return _Loader(document, key_lines(text), name).mapping()
    except RecursionError as error:
        raise MappingInvalid(name, [MappingFault(name, 1, "", faults.nested_too_deeply())]) from error


class _Loader:
    def __init__(self, document: dict[str, Any], lines: dict[Path, int], name: str) -> None:
        self._document = document
        self._lines = lines
        self._name = name
        self._faults: list[MappingFault] = []
        self._tables: dict[str, dict[str, Any]] = {}
        self._resource: str | None = None  # None while it is unknown, and nothing can be compared with it

    def mapping(self) -> ResourceMapping:
        document = self._document
        for key in document:
            if key not in KEYS_OF_THE_FILE:
                self._fault((key,), faults.unknown_key(key, KEYS_OF_THE_FILE))
        stream = self._text("stream", required=True)
        self._resource = self._known_resource(self._text("resource", required=True))
        self._tables = self._read_tables()
        own_key, where = self._expression_of("key"), self._expression_of("where")
        copies = self._boolean("copy")
        fields = self._fields()
        if not copies and "fields" not in document and "constants" not in document:
            self._fault(("fields",), faults.missing_key("fields"))
        links = self._links()
        defaults = self._literals("defaults")
        not_bsn = self._not_bsn()
        if self._faults or self._resource is None or stream is None:
            raise MappingInvalid(self._name, self._faults)
        read = [expression for shape in fields.values() for expression in expressions_of(shape)]
        read += [expression for expression in (own_key, where, *links.values()) if expression is not None]
        return ResourceMapping(
            name=self._name,
            stream=stream,
            resource=self._resource,
            columns=None if copies else columns_read(read),
            key=own_key,
            where=where,
            copy=copies,
            fields=fields,
            links=links,
            tables=self._tables,
            defaults=defaults,
            not_bsn=not_bsn,
        )

    # -- faults -------------------------------------------------------------------------------------------------

    def _fault(self, path: Path, text: Text) -> None:
        key = ".".join(map(str, path))
        self._faults.append(MappingFault(self._name, line_of(self._lines, path), key, text))

    def _reporter(self, path: Path) -> Callable[[Text], None]:
        return lambda text: self._fault(path, text)

    # -- single values --------------------------------------------------------------------------------------------

    def _text(self, key: str, *, required: bool = False) -> str | None:
        value = self._document.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if value is not None:
            self._fault((key,), faults.wrong_kind(key, "een tekst", "a text"))
        elif required:
            self._fault((key,), faults.missing_key(key))
        return None

    def _boolean(self, key: str) -> bool:
        value = self._document.get(key, False)
        if not isinstance(value, bool):
            self._fault((key,), faults.wrong_kind(key, "true of false", "true or false"))
        return value is True

    def _known_resource(self, name: str | None) -> str | None:
        if name is None or name in RESOURCES:
            return name
        self._fault(("resource",), faults.unknown_resource(name, standard.nearest(name, frozenset(RESOURCES))))
        return None

    def _table(self, key: str) -> dict[str, Any]:
        value = self._document.get(key, {})
        if isinstance(value, dict):
            return value
        self._fault((key,), faults.wrong_kind(key, "een tabel", "a table"))
        return {}

    # -- expressions ----------------------------------------------------------------------------------------------

    @property
    def _personal(self) -> bool:
        return self._resource in standard.PERSONAL_RESOURCES

    def _expression_of(self, key: str) -> Expression | None:
        text = self._text(key)
        return None if text is None else self._expression((key,), text)

    def _expression(self, path: Path, text: str) -> Expression | None:
        return check_expression(text, tables=self._tables.keys(), personal=self._personal, report=self._reporter(path))

    def _fields(self) -> dict[str, Shape]:
        fields: dict[str, Shape] = {}
        written = self._table("fields")
        for name, value in written.items():
            self._check_property(("fields", name), name)
            shape = self._shape(("fields", name), value)
            if shape is not None:
                fields[name] = shape
                self._check_literal(name, shape)
        for name, literal in self._literals("constants").items():
            if name in written:
                self._fault(("constants", name), faults.given_twice(name))
            fields[name] = Constant(literal)
        return fields

    def _shape(self, path: Path, value: Any) -> Shape | None:
        if isinstance(value, str):
            return self._expression(path, value)
        if isinstance(value, dict) and value:
            members = {name: self._shape((*path, name), member) for name, member in value.items()}
            return {name: shape for name, shape in members.items() if shape is not None}
        if isinstance(value, list) and value:
            shapes = [self._shape((*path, index), member) for index, member in enumerate(value)]
            return [shape for shape in shapes if shape is not None]
        self._fault(
            path,
            faults.wrong_kind(
                str(path[-1]),
                "een expressie (tekst)" if value != {} and value != [] else "een tabel met eigenschappen",
                "an expression (text)" if value != {} and value != [] else "a table with properties",
            ),
        )
        return None

    def _links(self) -> dict[str, Expression]:
        links: dict[str, Expression] = {}
        for name, value in self._table("links").items():
            if not isinstance(value, str):
                self._fault(("links", name), faults.wrong_kind(name, "een expressie (tekst)", "an expression (text)"))
            elif (expression := self._expression(("links", name), value)) is not None:
                links[name] = expression
        return links

    # -- properties and literals ----------------------------------------------------------------------------------

    def _check_property(self, path: Path, name: str) -> None:
        resource = self._resource
        if resource is None:
            return
        known = standard.properties(resource)
        if name == RESOURCES[resource].id_property:
            self._fault(path, faults.set_by_key(name))
        elif name in standard.FIXED.get(resource, {}):
            self._fault(path, faults.fixed_by_resource(name, standard.FIXED[resource][name]))
        elif name not in known:
            self._fault(path, faults.unknown_property(resource, name, standard.nearest(name, known)))

    def _check_literal(self, name: str, shape: Shape) -> None:
        """An expression that is only a literal gives every row the same value: a wrong one is a fault of the file."""
        if isinstance(shape, Expression) and shape.tree["type"] == "literal" and shape.tree["value"] is not None:
            self._check_value(("fields", name), name, shape.tree["value"])

    def _check_value(self, path: Path, name: str, value: Any) -> None:
        if self._resource is None or name not in standard.properties(self._resource):
            return
        for refused, expected in standard.faults_of(self._resource, name, value)[:1]:
            self._fault(path, faults.wrong_literal(name, refused, expected))

    def _literals(self, section: str) -> dict[str, Any]:
        literals: dict[str, Any] = {}
        for name, literal in self._table(section).items():
            path = (section, name)
            self._check_property(path, name)
            if self._resource is None or name not in standard.properties(self._resource):
                continue
            literals[name] = standard.shaped(self._resource, name, literal)
            self._check_value(path, name, literals[name])
        return literals

    # -- tables and exceptions --------------------------------------------------------------------------------------

    def _read_tables(self) -> dict[str, dict[str, Any]]:
        tables: dict[str, dict[str, Any]] = {}
        for name, entries in self._table("tables").items():
            tables[name] = {}
            if not isinstance(entries, dict):
                self._fault(("tables", name), faults.wrong_kind(name, "een tabel", "a table"))
                continue
            for text, value in entries.items():
                if isinstance(value, (str, bool, int, float, list, dict)):
                    tables[name][text] = value
                else:
                    self._fault(
                        ("tables", name, text),
                        faults.wrong_kind(text, "een tekst, getal of lijst", "a text, number or list"),
                    )
        return tables

    def _not_bsn(self) -> dict[str, str]:
        entries = self._document.get("not_bsn", [])
        if not isinstance(entries, list):
            self._fault(("not_bsn",), faults.wrong_kind("not_bsn", "[[not_bsn]]", "[[not_bsn]]"))
            return {}
        reasons: dict[str, str] = {}
        for index, entry in enumerate(entries):
            path: Path = ("not_bsn", index)
            if not isinstance(entry, Mapping):
                self._fault(path, faults.wrong_kind("not_bsn", "[[not_bsn]]", "[[not_bsn]]"))
                continue
            for key in entry:
                if key not in _NOT_BSN:
                    self._fault((*path, key), faults.unknown_key(key, _NOT_BSN))
            for key in _NOT_BSN:
                if key not in entry:
                    self._fault(path, faults.missing_key(key))
                elif not isinstance(entry[key], str) or not entry[key].strip():
                    self._fault((*path, key), faults.wrong_kind(key, "een tekst", "a text"))
            if isinstance(entry.get("column"), str) and isinstance(entry.get("reason"), str):
                reasons[entry["column"]] = entry["reason"]
        return reasons
