"""What never leaves this adapter, whatever an endpoint sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from adapters.contract import forbidden_column

# Properties of Person beside those that every adapter forbids: none of them is needed to take part in education.
_PERSONAL = frozenset({"cityofbirth", "icename", "icephonenumber", "icerelation", "photosocial", "photoofficial"})
_NATIONAL_CODES = frozenset({"nationalidentitynumber", "bsn", "xbsn", "burgerservicenummer", "sofinummer", "pgn"})

# What a catalogue shows of a person who coordinates a programme or course.
COORDINATOR_PROPERTIES = frozenset(
    {"personId", "primaryCode", "givenName", "surnamePrefix", "surname", "displayName", "initials"}
    | {"activeEnrollment", "affiliations", "mail", "titlePrefix", "titleSuffix", "office", "languageOfChoice"}
)


def forbidden_property(name: str, *, personal: bool) -> bool:
    """Whether a property may never become part of a record."""
    return forbidden_column(name, personal=personal) or (personal and name.lower() in _PERSONAL)


def cleaned(item: Mapping[str, Any], *, personal: bool) -> dict[str, Any]:
    """The object without forbidden properties at any depth, and without codes that are a BSN."""
    return {
        name: _cleaned_value(value, personal=personal)
        for name, value in item.items()
        if not forbidden_property(name, personal=personal) and not _national_code(value)
    }


def _cleaned_value(value: Any, *, personal: bool) -> Any:
    if isinstance(value, dict):
        return cleaned(value, personal=personal)
    if isinstance(value, list):
        return [_cleaned_value(one, personal=personal) for one in value if not _national_code(one)]
    return value


def _national_code(value: Any) -> bool:
    """Whether a value is an IdentifierEntry (``{codeType, code}``) with a BSN."""
    if not isinstance(value, dict):
        return False
    code_type = value.get("codeType")
    return isinstance(code_type, str) and re.sub(r"[^a-z]", "", code_type.lower()) in _NATIONAL_CODES
