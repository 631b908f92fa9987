"""What stands in for properties that the standard requires and that schools' systems lack.

Each use is a finding REQ002 (a note), so that a school sees what was filled in. What has no default here, such as the
mail address of a person, is asked of the source: without it the row is refused (REQ001).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# An open period, written with the dates that Dutch vocational education uses for it.
OPEN_START = "1900-01-01"
OPEN_END = "2999-12-31"

TEACHING_LANGUAGE = "nld"
UNKNOWN_LEVEL = "undefined"
_LONGEST_SHORT_TEXT = 256

_RESULT_EXPECTED = {"ProgramOffering": False, "CourseOffering": False, "ComponentOffering": True}
_MBO_LEVELS = frozenset({"1", "2", "3", "4"})


def default_value(
    resource: str, name: str, *, value: Mapping[str, Any], key: str, specification_level: str | None = None
) -> Any:
    """The documented default of a required property, None when there is none.

    ``value``: the properties that the row does have; ``key``: the source's key; ``specification_level``: the level of
    the education specification that the row refers to, where the caller knows it.
    """
    match name:
        case "primaryCode":
            return {"codeType": "identifier", "code": key}
        case "description":
            return _copied_texts(value.get("name"))
        case "abbreviation":
            return _short(_code(value) or key)
        case "shortName":
            return _short(_first_text(value.get("name")))
        case "teachingLanguage":
            return TEACHING_LANGUAGE
        case "resultExpected":
            return _RESULT_EXPECTED.get(resource)
        case "level":
            return _level(value, specification_level)
        case "startDate" | "endDate" if resource in ("ProgramOffering", "CourseOffering"):
            return OPEN_START if name == "startDate" else OPEN_END
        case "displayName" if resource == "Person":
            return _display_name(value)
        case "activeEnrollment" if resource == "Person":
            affiliations = value.get("affiliations")
            return "student" in affiliations if isinstance(affiliations, list) else None
    return None


def _level(value: Mapping[str, Any], specification_level: str | None) -> str:
    if specification_level:
        return specification_level
    qualification = value.get("levelOfQualification")
    if isinstance(qualification, str) and qualification in _MBO_LEVELS:
        return f"secondary vocational education {qualification}"
    return UNKNOWN_LEVEL


def _code(value: Mapping[str, Any]) -> str | None:
    primary = value.get("primaryCode")
    code = primary.get("code") if isinstance(primary, dict) else None
    return code if isinstance(code, str) else None


def _copied_texts(texts: Any) -> list[Any] | None:
    if not isinstance(texts, list) or not texts:
        return None
    return [dict(text) if isinstance(text, dict) else text for text in texts]


def _first_text(texts: Any) -> str | None:
    if not isinstance(texts, list):
        return None
    for text in texts:
        found = text.get("value") if isinstance(text, dict) else None
        if isinstance(found, str):
            return found
    return None


def _short(text: str | None) -> str | None:
    """The text where it fits; a default is never a text cut in half."""
    return text if text is not None and len(text) <= _LONGEST_SHORT_TEXT else None


def _display_name(value: Mapping[str, Any]) -> str | None:
    """``Surname, Given prefix``, as the exchange of exams in vocational education writes it."""
    surname, given, prefix = value.get("surname"), value.get("givenName"), value.get("surnamePrefix")
    if not isinstance(surname, str) or not isinstance(given, str):
        return None
    return f"{surname}, {given} {prefix}" if isinstance(prefix, str) else f"{surname}, {given}"
