"""A mapper from a few lines of TOML, with ids as the gateway gives them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from adapters.contract import Record, SourceReference
from adapters.mapping import Mapped, Mapper, load_mapping
from adapters.mapping.definition import Expression
from ooapi_specs.identity import as_uuid, derive_id

MEMBER = "roc-a"
TODAY = date(2026, 9, 1)

COURSE = """
stream = "modules"
resource = "Course"
[fields]
name = "language(titel)"
"""


def identify(resource: str, key: str) -> UUID:
    return as_uuid(key) or derive_id(MEMBER, resource, key)


def as_record(key: str = "M1", **data: Any) -> Record:
    return Record(key, data, SourceReference("modules.csv", 2))


@pytest.fixture
def course() -> str:
    """A mapping of a Course with nothing but a name; a test adds lines for [fields] behind it."""
    return COURSE


@pytest.fixture
def record() -> Callable[..., Record]:
    return as_record


@pytest.fixture
def mapper() -> Callable[..., Mapper]:
    def make(toml: str, **options: Any) -> Mapper:
        options.setdefault("identify", identify)
        options.setdefault("today", TODAY)
        return Mapper(load_mapping(toml, name="modules.toml"), **options)

    return make


@pytest.fixture
def mapped(mapper: Callable[..., Mapper]) -> Callable[..., Mapped]:
    """Map one record of the given columns; the row must not be skipped."""

    def run(toml: str, key: str = "M1", **data: Any) -> Mapped:
        found = mapper(toml).map(as_record(key, **data))
        assert found is not None
        return found

    return run


@pytest.fixture
def evaluate(mapper: Callable[..., Mapper]) -> Callable[..., tuple[Any, list[str]]]:
    """The value of one expression on the given columns, and the codes of its findings."""

    def run(expression: str, tables: str = "", **data: Any) -> tuple[Any, list[str]]:
        literal = expression.replace("\\", "\\\\").replace('"', '\\"')
        made = mapper(f'stream = "s"\nresource = "Course"\n[fields.ext]\nfound = "{literal}"\n{tables}')
        shape = made.mapping.fields["ext"]
        assert isinstance(shape, dict)
        found = shape["found"]
        assert isinstance(found, Expression)
        value, findings = made.evaluate(found, as_record(**data), "ext")
        return value, [finding.code for finding in findings]

    return run
