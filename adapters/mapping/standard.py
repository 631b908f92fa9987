"""What a mapping needs to know of the standard: names of resources and properties, and which are texts by language."""

from __future__ import annotations

from datetime import date, time
from difflib import get_close_matches
from functools import cache
from typing import Any

from ooapi_specs.v5 import RESOURCES, parse

# Streams of these are about one person: fewer columns may be read, and findings show no values.
PERSONAL_RESOURCES = frozenset(name for name in RESOURCES if name == "Person" or name.endswith("Association"))

# Values that follow from the resource itself (ooapi.md §4.3: each kind of offering has a type of its own).
FIXED: dict[str, dict[str, str]] = {
    "ProgramOffering": {"offeringType": "program"},
    "CourseOffering": {"offeringType": "course"},
    "ComponentOffering": {"offeringType": "component"},
    "ProgramOfferingAssociation": {"associationType": "programOfferingAssociation"},
    "CourseOfferingAssociation": {"associationType": "courseOfferingAssociation"},
    "ComponentOfferingAssociation": {"associationType": "componentOfferingAssociation"},
}

_AS_LANGUAGE = [{"language": "nl-NL", "value": "x"}]


@cache
def properties(resource: str) -> frozenset[str]:
    """The names of the properties of a resource, as they stand in JSON."""
    return frozenset(RESOURCES[resource].properties)


def faults_of(resource: str, name: str, value: Any) -> list[tuple[str, str]]:
    """What the standard has against a value of one property: the refused value and what it expects."""
    problems = parse(resource, {name: value}).problems
    return [
        (found.value, found.expected) for found in problems if found.path.split(".")[0] == name and not found.repaired
    ]


@cache
def is_language_typed(resource: str, name: str) -> bool:
    """Whether a property holds texts by language (LanguageTypedString[]), so that a plain text must be wrapped."""
    return not faults_of(resource, name, _AS_LANGUAGE) and bool(faults_of(resource, name, "x"))


def shaped(resource: str, name: str, literal: Any) -> Any:
    """A literal of a mapping file as the property wants it, JSON-shaped: a text becomes a Dutch text by language."""
    if isinstance(literal, (date, time)):  # TOML knows dates, JSON does not
        return literal.isoformat()
    if isinstance(literal, str) and is_language_typed(resource, name):
        return [{"language": "nl-NL", "value": literal}]
    return literal


def nearest(name: str, known: frozenset[str] | set[str] | list[str]) -> str | None:
    """The known name that was probably meant, None when nothing is close."""
    by_fold = {each.lower(): each for each in known}
    if name.lower() in by_fold:
        return by_fold[name.lower()]
    close = get_close_matches(name.lower(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
