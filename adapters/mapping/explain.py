"""Why a row became what it became, property by property: ``ooapi-gateway preview --explain``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from adapters.contract import Record
from adapters.findings import Finding
from adapters.mapping.definition import Expression
from adapters.mapping.mapper import Mapper
from adapters.mapping.shapes import leaves


@dataclass(frozen=True, slots=True)
class ExplainedField:
    """One property: the expression as it stands in the file, what it gave, which columns it read, what was found.

    ``property`` is dotted inside objects and lists (``studyLoad.value``); ``key``, ``where`` and ``links.<name>``
    explain those. ``expression`` is empty for what was filled in or copied; ``columns`` is empty when the expression
    may read any.
    """

    property: str
    expression: str
    value: Any
    columns: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


def explain(mapper: Mapper, record: Record) -> tuple[ExplainedField, ...]:
    """Every expression of the mapping on this record, then the properties that got their value elsewhere.

    A row with a BSN is explained by that finding alone.
    """
    mapped = mapper.map(record)
    if mapped is not None and any(finding.code == "PRIV001" for finding in mapped.findings):
        (finding,) = mapped.findings
        return (ExplainedField(finding.target or "", "", None, finding.columns, (finding,)),)
    explained = [_explained(mapper, record, name, expression) for name, expression in _expressions(mapper)]
    if mapped is None:
        return tuple(explained)
    said = {(finding.code, finding.target) for each in explained for finding in each.findings}
    rest = [finding for finding in mapped.findings if (finding.code, finding.target) not in said]
    for name, value in mapped.value.items():
        if not any(each.property.split(".")[0] == name for each in explained):
            explained.append(ExplainedField(name, "", value, ()))
    for finding in rest:
        _attach(explained, finding)
    return tuple(explained)


def _attach(explained: list[ExplainedField], finding: Finding) -> None:
    """Put a finding with the property it is about, or give it a line of its own."""
    target = finding.target or ""
    for place, each in enumerate(explained):
        if target == each.property or target.startswith(f"{each.property}."):
            explained[place] = replace(each, findings=(*each.findings, finding))
            return
    explained.append(ExplainedField(target, "", None, finding.columns, (finding,)))


def _expressions(mapper: Mapper) -> list[tuple[str, Expression]]:
    mapping = mapper.mapping
    named = [(name, part) for name, part in (("where", mapping.where), ("key", mapping.key)) if part is not None]
    for name, shape in mapping.fields.items():
        named += leaves(name, shape)
    return named + [(f"links.{name}", expression) for name, expression in mapping.links.items()]


def _explained(mapper: Mapper, record: Record, name: str, expression: Expression) -> ExplainedField:
    value, findings = mapper.evaluate(expression, record, name)
    return ExplainedField(name, expression.text, value, tuple(sorted(expression.columns or ())), findings)
