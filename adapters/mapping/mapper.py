"""One source record in, one resource of the standard out, with everything that is to be said about the row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from jmespath.exceptions import JMESPathTypeError
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from adapters.contract import Record, SourceReference
from adapters.findings import Finding, Severity, shown
from adapters.mapping import standard
from adapters.mapping.compiler import Evaluate, compile_tree, is_false
from adapters.mapping.defaults import default_value
from adapters.mapping.definition import Expression, ResourceMapping, columns_read, expressions_of
from adapters.mapping.functions import Identify, MappingFunctions, plain
from adapters.mapping.peers import TIMELINE, References, copied
from adapters.mapping.privacy import BsnGuard, looks_like_bsn
from adapters.mapping.row import Reference, Row
from adapters.mapping.shapes import TooDeep, build, cleaned, gives_clean
from ooapi_specs.identity import as_uuid
from ooapi_specs.v5 import RESOURCES, ParseProblem, parse, serialise, validate

# The id of a row that was refused before its key could be used.
NO_ID = UUID(int=0)

# What an expression can raise on data of an unexpected shape: JMESPathTypeError (a ValueError), text compared with
# number, an infinite number rounded, nesting without end.
EXPRESSION_ERRORS = (TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)

# Properties whose built-in default would contradict a value that is there but could not be read.
_NOT_DEFAULTED_WHEN_UNREADABLE = frozenset({"startDate", "endDate"})

# A character that no store and no reader of JSON can be trusted with; a backslash before it makes it plain text.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")

LevelOf = Callable[[UUID], str | None]


@dataclass(slots=True)
class Mapped:
    """What became of one record.

    ``body`` is None when the row is refused; a finding of severity error says why. ``value`` has the properties
    JSON-shaped, without ``timelineOverrides``: as far as they came in a refused row, and empty in a row with a BSN.
    ``timeline`` is the JSON array of the overrides. ``links`` are (name, resource, key, id). ``id`` is ``NO_ID`` and
    ``key`` empty when the key itself was refused.
    """

    resource: str
    key: str
    id: UUID
    source: SourceReference
    model: BaseModel | None = None
    value: dict[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    timeline: bytes | None = None
    references: tuple[Reference, ...] = ()
    links: tuple[tuple[str, str, str, UUID], ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    columns: tuple[str, ...]
    evaluate: Evaluate
    clean: bool = False  # the value can be used as it is


class Mapper:
    """Maps the records of one stream. Made once per run; not for several threads at a time.

    ``identify(resource, source key)`` gives the id of a resource of this member and must give the same id for the
    same arguments as long as the mapper lives. ``today``: the value of today(). ``level_of``: the level of an
    education specification by its id, where the caller knows it; it is the default level of what refers to it.
    """

    def __init__(
        self, mapping: ResourceMapping, *, identify: Identify, today: date, level_of: LevelOf | None = None
    ) -> None:
        self.mapping = mapping
        self._definition = RESOURCES[mapping.resource]
        self._row = Row(
            stream=mapping.stream,
            resource=mapping.resource,
            masked=mapping.resource in standard.PERSONAL_RESOURCES,
        )
        self._functions = MappingFunctions(self._row, tables=mapping.tables, identify=identify, today=today)
        self._references = References(mapping.resource, self._functions, self._row)
        self._guard = BsnGuard(mapping.columns, mapping.not_bsn)
        self._level_of = level_of
        table = self._functions.table()
        self._key = None if mapping.key is None else compile_tree(mapping.key.tree, table)
        self._where = None if mapping.where is None else compile_tree(mapping.where.tree, table)
        self._fields = [
            _Field(name, _columns(expressions_of(shape)), build(shape, table), gives_clean(shape))
            for name, shape in mapping.fields.items()
        ]
        self._links = [
            _Field(name, _columns([expression]), compile_tree(expression.tree, table))
            for name, expression in mapping.links.items()
        ]
        self._fixed = standard.FIXED.get(mapping.resource, {})
        self._required = [name for name in self._definition.properties if name in self._definition.required]
        self._keeps_original_id = "otherCodes" in self._definition.properties

    def map(self, record: Record) -> Mapped | None:
        """The resource of one record, or None when ``where`` says that the record is not for this mapping."""
        row = self._row
        row.start(record)
        data = record.data if type(record.data) is dict else dict(record.data)
        column = self._guard.hit(data, record.key)
        if column is not None:
            return self._refused_for_bsn(record, column)
        if self._where is not None and not self._wanted(data):
            return self._refused(record) if row.refused else None
        key = self._source_key(record, data)
        if key is None:
            return self._refused(record)
        row.key = None if row.masked else key  # the key of a person is a number that names the person
        identity = self._own_id(key)
        if identity is None:
            return self._refused(record, key)
        value: dict[str, Any] = {self._definition.id_property: str(identity), **self._fixed}
        if self.mapping.copy:
            self._copy(data, value)
        self._evaluate_fields(data, value)
        self._keep_original_id(value, key, identity)
        self._references.settle(value)
        self._fill_in(value, key)
        links = self._evaluate_links(data) if self._links else ()
        return self._validated(record, key, identity, value, links)

    def evaluate(self, expression: Expression, record: Record, target: str) -> tuple[Any, tuple[Finding, ...]]:
        """One expression on one record, as explain() shows it: its value and what was found. ``target`` names it."""
        row = self._row
        row.start(record)
        row.target, row.columns = target, _columns([expression])
        found = self._tried(compile_tree(expression.tree, self._functions.table()), dict(record.data))
        return found, tuple(row.findings)

    # -- before the mapping ---------------------------------------------------------------------------------------

    def _wanted(self, data: dict[str, Any]) -> bool:
        self._row.target = "where"
        found = self._tried(self._where, data) if self._where is not None else True
        return not is_false(found)

    def _source_key(self, record: Record, data: dict[str, Any]) -> str | None:
        row = self._row
        row.target = "key"
        if self._key is not None:
            row.columns = _columns([self.mapping.key])
            found = self._tried(self._key, data)
        elif self.mapping.copy:
            found = data.get(self._definition.id_property) or record.key
        else:
            found = record.key
        try:
            key = plain("key", found)
        except JMESPathTypeError as error:
            row.note("MAP009", what=_what(error))
            return None
        if key is None and not row.refused:
            row.note("ROW002", columns=", ".join(row.columns) or "key")
        if key is not None and "\0" in key:
            row.note("MAP009", what="U+0000")
            return None
        return key

    def _own_id(self, key: str) -> UUID | None:
        try:
            return self._functions.identity(self.mapping.resource, key)[0]
        except UnicodeEncodeError:  # half a surrogate pair, which no id can be derived from
            self._row.note("MAP009", what="Unicode")
            return None

    # -- the properties -------------------------------------------------------------------------------------------

    def _tried(self, evaluate: Evaluate, data: dict[str, Any]) -> Any:
        """The value of an expression; when it fails, None and the finding MAP009."""
        try:
            return evaluate(data)
        except EXPRESSION_ERRORS as error:
            self._row.note("MAP009", what=_what(error))
            return None

    def _copy(self, data: dict[str, Any], value: dict[str, Any]) -> None:
        for name, wanted in self._fixed.items():
            if data.get(name) not in (None, wanted):  # another kind, which `where` should have left out
                self._row.target = name
                self._row.note("VAL002", value=self._row.shown(data[name]), expected=f"one of: {wanted}")
        try:
            value.update(copied(data, self.mapping.resource))
        except TooDeep as error:
            self._row.target = ""
            self._row.note("MAP009", what=str(error))

    def _evaluate_fields(self, data: dict[str, Any], value: dict[str, Any]) -> None:
        row = self._row
        for each in self._fields:
            row.target, row.columns = each.name, each.columns
            try:
                found = each.evaluate(data)
                kind = type(found)
                if kind is str:
                    if found and not found.isspace():
                        value[each.name] = found
                elif found is not None:
                    kept = found if each.clean or (kind is not dict and kind is not list) else cleaned(found)
                    if kept is not None:
                        value[each.name] = kept
            except EXPRESSION_ERRORS as error:
                row.note("MAP009", what=_what(error))

    def _evaluate_links(self, data: dict[str, Any]) -> tuple[tuple[str, str, str, UUID], ...]:
        row = self._row
        references, row.references = row.references, []
        links: list[tuple[str, str, str, UUID]] = []
        for each in self._links:
            row.target, row.columns = f"links.{each.name}", each.columns
            self._tried(each.evaluate, data)
            links += [(each.name, found.resource, found.key, found.id) for found, _ in row.references]
            row.references = []
        row.references = references
        return tuple(dict.fromkeys(links))

    def _keep_original_id(self, value: dict[str, Any], key: str, identity: UUID) -> None:
        """An id that had to be replaced stays findable (decision 7 of the architecture)."""
        original = as_uuid(key)
        if original == identity or not self._keeps_original_id or (original is None and not self.mapping.copy):
            return
        entry = {"codeType": "systemId", "code": key}
        codes = value.setdefault("otherCodes", [])
        if isinstance(codes, list) and entry not in codes:
            value["otherCodes"] = [*codes, entry]

    # -- what is missing --------------------------------------------------------------------------------------------

    def _fill_in(self, value: dict[str, Any], key: str) -> None:
        """Defaults of the mapping, then those of the standard's required properties; what stays missing is REQ001."""
        row = self._row
        row.columns = ()
        for name, literal in self.mapping.defaults.items():
            if name not in value:
                row.target = name
                value[name] = cleaned(literal)
                row.note("REQ002", value=_short(value[name]))
        for name in self._required:
            if name not in value:
                row.target = name
                found = self._default(name, value, key)
                if found is None:
                    row.note("REQ001")
                else:
                    value[name] = found
                    row.note("REQ002", value=row.shown(_short(found)))

    def _default(self, name: str, value: dict[str, Any], key: str) -> Any:
        if name in _NOT_DEFAULTED_WHEN_UNREADABLE and any(found.target == name for found in self._row.findings):
            return None
        level = None
        if name == "level" and self._level_of is not None:
            specification = as_uuid(value.get("educationSpecification"))
            level = None if specification is None else self._level_of(specification)
        return default_value(self.mapping.resource, name, value=value, key=key, specification_level=level)

    # -- the standard -----------------------------------------------------------------------------------------------

    def _validated(
        self,
        record: Record,
        key: str,
        identity: UUID,
        value: dict[str, Any],
        links: tuple[tuple[str, str, str, UUID], ...],
    ) -> Mapped:
        row = self._row
        result = Mapped(self.mapping.resource, key, identity, record.source, links=links)
        model: BaseModel | None = None
        try:
            model = validate(self.mapping.resource, value)
        except ValidationError:
            model, value = self._repaired(value)
        overrides = value.pop(TIMELINE, None)
        if model is not None and not row.refused:
            if overrides:
                result.timeline = to_json(overrides)
                model = validate(self.mapping.resource, value)
            body = serialise(model)
            if _has_nul(body) or _has_nul(result.timeline or b""):
                row.target, row.columns = "", ()
                row.note("MAP009", what="U+0000")
            else:
                result.model, result.body = model, body
        result.value = value
        result.references = self._references_in(value, overrides)
        result.findings = tuple(row.findings)
        return result

    def _repaired(self, value: dict[str, Any]) -> tuple[BaseModel | None, dict[str, Any]]:
        """The second try: invalid optional values are left out (VAL001), an invalid required one refuses the row."""
        parsed = parse(self.mapping.resource, value)
        self._report(parsed.problems)
        tidy = {name: kept for name, found in parsed.value.items() if (kept := cleaned(found)) is not None}
        if tidy != parsed.value:  # with a part of it gone, something is empty now
            parsed = parse(self.mapping.resource, tidy)
            self._report(parsed.problems)
        return parsed.model, parsed.value

    def _report(self, problems: tuple[ParseProblem, ...]) -> None:
        row = self._row
        columns = {each.name: each.columns for each in self._fields}
        already = {found.target for found in row.findings if found.severity is Severity.ERROR}
        for problem in problems:
            name = problem.path.split(".")[0]
            if problem.required and name in already:
                continue
            row.target, row.columns = problem.path, columns.get(name, ())
            if problem.required and not problem.value and problem.expected == "a value":
                row.note("REQ001")
            else:
                code = "VAL003" if problem.repaired else "VAL002" if problem.required else "VAL001"
                row.note(code, value=row.shown(problem.value), expected=problem.expected)

    def _references_in(self, value: dict[str, Any], overrides: Any) -> tuple[Reference, ...]:
        """The references of the row that are still in its value, each once."""
        kept: dict[Reference, None] = {}
        for reference, written in self._row.references:
            name, _, deeper = reference.property.partition(".")
            present = overrides if name == TIMELINE else value.get(name)
            if present == written or (deeper and present) or _holds(present, written):
                kept[reference] = None
        return tuple(kept)

    # -- refusals ---------------------------------------------------------------------------------------------------

    def _refused(self, record: Record, key: str = "") -> Mapped:
        return Mapped(self.mapping.resource, key, NO_ID, record.source, findings=tuple(self._row.findings))

    def _refused_for_bsn(self, record: Record, column: str) -> Mapped:
        """Nothing of the row is kept: neither its values nor an id that could be led back to one.

        The finding names the key only where nothing else tells the row, and never that of a person.
        """
        row = self._row
        row.target, row.columns = column, (column,)
        if record.source.row is None and not row.masked and not looks_like_bsn(record.key, hinted=True):
            row.key = record.key
        row.note("PRIV001")
        return self._refused(record)


def _columns(expressions: list[Expression | None] | list[Expression]) -> tuple[str, ...]:
    """The columns as findings name them; empty when the whole record is read."""
    read = columns_read([expression for expression in expressions if expression is not None])
    return tuple(sorted(read or ()))


def _has_nul(body: bytes) -> bool:
    return b"\\u0000" in body and _NUL.search(body) is not None


def _holds(value: Any, written: str) -> bool:
    """Whether an id stands in a list of ids; in ``ext`` and other free objects it may stand anywhere."""
    if type(value) is list:
        return written in value or type(value[0]) is dict
    return type(value) is dict


def _short(value: Any) -> str:
    """A default as a finding shows it: the text itself where the value is a text by language or a code."""
    if isinstance(value, list) and value and isinstance(value[0], dict) and "value" in value[0]:
        return shown(value[0]["value"])
    if isinstance(value, dict) and "code" in value:
        return shown(value["code"])
    if isinstance(value, bool):
        return "true" if value else "false"
    return shown(value)


def _what(error: Exception) -> str:
    """What went wrong in an expression, without the value that it went wrong on."""
    if isinstance(error, JMESPathTypeError):
        return f"{error.function_name}(): {error.actual_type}, expected {' / '.join(error.expected_types)}"
    if isinstance(error, TooDeep):
        return str(error)
    return str(error) if isinstance(error, TypeError) else type(error).__name__
