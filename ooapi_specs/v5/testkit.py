"""Valid resources for tests: hypothesis strategies made of the models themselves. Needs hypothesis (development)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta, timezone
from enum import StrEnum
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ooapi_specs.v5 import types as forms
from ooapi_specs.v5.definitions import RESOURCES, property_name

_MOST_OPTIONAL = 8  # properties per object; more makes examples slow and no stranger
_TEXT = st.text(st.characters(codec="utf-8"), max_size=20)  # no lone surrogates
_JSON: SearchStrategy[Any] = st.recursive(
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FORMATS: Mapping[str, SearchStrategy[str]] = {
    "uuid": st.uuids().map(str) | st.uuids().map(lambda found: str(found).upper()),
    "date": st.dates().map(lambda found: found.isoformat()),
    "date-time": st.datetimes(timezones=_OFFSETS).map(lambda found: found.isoformat()),
    "email": st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9]{1,10}(\.[a-z]{2,5}){1,2}", fullmatch=True),
    "uri": st.from_regex(
        r"https?://[a-z0-9.-]{1,20}(/[A-Za-z0-9%20_~]{0,8}){0,3}(\?[a-z]=[a-z0-9]*)?", fullmatch=True
    ).map(lambda found: found.replace("%", "%25")),
}


def valid(resource: str) -> SearchStrategy[dict[str, Any]]:
    """Objects of a resource that the standard allows, with any choice of optional properties.

    References are ids or, one level deep, objects. Raises KeyError for a name that is not in ``RESOURCES``.
    """
    return _objects(RESOURCES[resource].model, 1)


def minimal(resource: str) -> dict[str, Any]:
    """One object with only what is required, the same each time."""
    return _smallest_object(RESOURCES[resource].model)


# -- strategies ---------------------------------------------------------------------------------------------------


def _hints(model: type[BaseModel]) -> dict[str, tuple[FieldInfo, Any]]:
    hints = get_type_hints(model, include_extras=True)
    return {property_name(name, field): (field, hints[name]) for name, field in model.model_fields.items()}


@st.composite
def _objects(draw: st.DrawFn, model: type[BaseModel], depth: int) -> dict[str, Any]:
    properties = _hints(model)
    optional = [name for name, (field, _) in properties.items() if not field.is_required()]
    chosen = draw(st.sets(st.sampled_from(optional), max_size=_MOST_OPTIONAL)) if optional else set()
    made = {
        name: draw(_values(hint, depth))
        for name, (field, hint) in properties.items()
        if field.is_required() or name in chosen
    }
    if model.model_config.get("extra") == "allow" and draw(st.booleans()):
        made["x-" + draw(st.from_regex(r"[a-z]{1,5}", fullmatch=True))] = draw(_JSON)
    return made


def _unmarked(hint: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation without its marks and without "or absent", and those marks."""
    marks: tuple[Any, ...] = ()
    while get_origin(hint) is Annotated:
        hint, *found = get_args(hint)
        marks = (*marks, *found)
        if type(None) in get_args(hint):
            (hint,) = (choice for choice in get_args(hint) if choice is not type(None))
    return hint, marks


def _values(hint: Any, depth: int) -> SearchStrategy[Any]:
    hint, marks = _unmarked(hint)
    for mark in marks:
        made = _marked(mark, hint, depth)
        if made is not None:
            return made
    if get_origin(hint) is list:
        least = max((_least(mark) for mark in marks), default=0)
        return st.lists(_values(get_args(hint)[0], depth), min_size=least, max_size=3)
    if get_origin(hint) is dict:
        return st.dictionaries(_TEXT, _JSON, max_size=3)
    if hint is bool:
        return st.booleans()
    if issubclass(hint, StrEnum):
        return st.sampled_from([member.value for member in hint])
    return _objects(hint, depth)


def _least(mark: Any) -> int:
    found = mark.metadata if isinstance(mark, FieldInfo) else ()
    return max((getattr(constraint, "min_length", 0) for constraint in found), default=0)


def _marked(mark: Any, hint: Any, depth: int) -> SearchStrategy[Any] | None:
    match mark:
        case forms.TextForm():
            return _texts(mark)
        case forms.Extensible():
            return st.sampled_from([member.value for member in mark.known]) | _TEXT.map("x-{}".format)
        case forms.Only():
            return st.just(mark.member.value)
        case forms.Whole():
            return st.integers(mark.least, mark.most)
        case forms.NumberForm():
            return st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
        case forms.OneOf() | forms.ReferenceForm():
            objects = [_objects(choice, depth - 1) for choice in get_args(hint) if choice is not UUID]
            if UUID not in get_args(hint):
                return st.one_of(objects)
            return st.one_of(_FORMATS["uuid"], *objects) if depth else _FORMATS["uuid"]
    return None


def _texts(form: forms.TextForm) -> SearchStrategy[str]:
    if "format" in form.schema:
        return _FORMATS[form.schema["format"]]
    if form.pattern is not None:
        return st.from_regex(form.pattern.removesuffix("$").removeprefix("^"), fullmatch=True).filter(
            lambda found: len(found) <= form.longest
        )
    return _TEXT.map(lambda found: found[: form.longest])


# -- the smallest -------------------------------------------------------------------------------------------------

_SMALLEST_FORMATS = {
    "uuid": "00000000-0000-4000-8000-000000000001",
    "date": "2026-08-31",
    "date-time": "2026-08-31T09:00:00+02:00",
    "email": "info@school.example",
    "uri": "https://school.example/",
}


def _smallest_object(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _smallest(hint) for name, (field, hint) in _hints(model).items() if field.is_required()}


def _smallest(hint: Any) -> Any:
    hint, marks = _unmarked(hint)
    for mark in marks:
        match mark:
            case forms.TextForm():
                pattern = {forms.TEACHING_LANGUAGE_PATTERN: "nld"}.get(mark.pattern or "", "x")
                return _SMALLEST_FORMATS.get(mark.schema.get("format", ""), pattern)
            case forms.Extensible():
                return next(iter(mark.known)).value
            case forms.Only():
                return mark.member.value
            case forms.Whole():
                return mark.least
    if get_origin(hint) is list:
        return [_smallest(get_args(hint)[0])]
    if hint is bool:
        return False
    if issubclass(hint, StrEnum):
        return next(iter(hint)).value
    return _smallest_object(hint)
