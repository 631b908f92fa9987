"""What we receive: as much of a resource as can be kept, and what had to go (decision 10).

Also the second try for our own mapping: a row with one bad optional value still becomes a resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from ooapi_specs.v5.definitions import RESOURCES, property_name
from ooapi_specs.v5.types import DEEPEST, ONE_OF

_LONGEST_VALUE = 80
_LARGEST_EXACT_FLOAT = 2**53

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ParseProblem:
    """One value that the standard does not allow.

    ``path``: dotted, list positions counted from 0 as in the object received; empty for the object itself.
    ``value``: shortened, empty when missing. ``expected``: for an enumeration its values. ``required``: it cost the
    whole resource; otherwise only the smallest part that could be left out. ``repaired``: nothing was left out, the
    value that was meant took its place.
    """

    path: str
    value: str
    expected: str
    required: bool = False
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """``model`` is None when a required value is missing or invalid; ``value`` is what could be kept."""

    model: BaseModel | None
    value: dict[str, Any]
    problems: tuple[ParseProblem, ...] = ()


def parse(resource: str, value: object) -> Parsed:
    """Read one resource as :func:`parse_model` does. Raises KeyError for a name that is not in ``RESOURCES``."""
    return parse_model(RESOURCES[resource].model, value)


def parse_model(model: type[BaseModel], value: object) -> Parsed:
    """Keep what the standard allows of a JSON value and report the rest; the value itself is not changed.

    Nulls mean absent and go unreported. A bad optional value, element of a list or key of a closed object is
    dropped alone; what cannot stand without it goes with it, up to the first thing that is optional. An enumeration
    value in other capitals and a whole number written as 30.0 are repaired.
    """
    if not isinstance(value, dict):
        return Parsed(None, {}, (ParseProblem("", shown(value), "an object", required=True),))
    reading = _Reading()
    kept: dict[str, Any] = reading.copy(value, ())
    while True:
        try:
            return Parsed(model.__pydantic_validator__.validate_python(kept), kept, tuple(reading.problems))
        except ValidationError as refusal:
            if not reading.drop(model, kept, refusal.errors(include_url=False)):
                return Parsed(None, kept, tuple(reading.problems))


def shown(value: object) -> str:
    """A JSON value as a problem shows it: one line, cut, objects and lists only by their brackets."""
    match value:
        case dict():
            return "{…}" if value else "{}"
        case list():
            return "[…]" if value else "[]"
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
    # A long text is cut before it is tidied: it may be a megabyte.
    text = _writable(" ".join(str(value)[: 2 * _LONGEST_VALUE].split()))
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"


@dataclass(slots=True)
class _Reading:
    """The problems found so far, and where the elements that are left stood in the lists received."""

    problems: list[ParseProblem] = field(default_factory=list)
    positions: dict[int, list[int]] = field(default_factory=dict)  # id of a copied list -> original positions
    failed: set[str] = field(default_factory=set)  # required properties of the resource that are lost

    def copy(self, value: Any, path: Path) -> Any:
        """A copy without nulls. A key that is no text, or a part that lies too deep, is left out and reported."""
        if not isinstance(value, (dict, list)):
            return value
        if isinstance(value, list):
            copied = [(place, self.copy(element, (*path, place))) for place, element in self._allowed(value, path)]
            elements = [element for _, element in copied]
            self.positions[id(elements)] = [place for place, _ in copied]
            return elements
        return {key: self.copy(inner, (*path, key)) for key, inner in self._allowed(value, path)}

    def _allowed(self, value: dict[Any, Any] | list[Any], path: Path) -> Iterator[tuple[Any, Any]]:
        entries = enumerate(value) if isinstance(value, list) else value.items()
        for key, inner in entries:
            if inner is None:
                continue
            if isinstance(value, dict) and not _is_text(key):
                self._report((*path, _writable(str(key))), inner, "a text as name")
            elif len(path) >= DEEPEST and isinstance(inner, (dict, list)):
                self._report((*path, key), inner, f"at most {DEEPEST} levels")
            else:
                yield key, inner

    def drop(self, model: type[BaseModel], kept: dict[str, Any], errors: list[ErrorDetails]) -> bool:
        """Repair or remove what the errors name. False when nothing changed: a required value is lost for good."""
        doomed: set[Path] = set()
        changed = False
        for error in errors:
            place = _locate(model, error)
            if place.path and place.path[0] in self.failed:
                continue
            meant = _meant(place, error)
            if meant is not None:
                _container(kept, place.path)[place.path[-1]] = meant
                self._report(self._original(kept, place.path), error["input"], _expected(error), repaired=True)
                changed = True
                continue
            victim = place.victim
            if victim in doomed and victim != place.path:
                continue  # one reason is enough for a part that goes as a whole
            self._report(
                self._original(kept, place.path),
                "" if error["type"] == "missing" else error["input"],
                _expected(error),
                required=not victim,
            )
            if victim:
                doomed.add(victim)
            else:
                self.failed.add(str(place.path[0]))
                if place.path[0] in kept:
                    doomed.add(place.path[:1])
        # From the end and from the inside, so that the paths still to come stay true.
        for path in sorted(doomed, reverse=True):
            self._remove(kept, path)
        return changed or bool(doomed)

    def _remove(self, kept: dict[str, Any], path: Path) -> None:
        container = _container(kept, path)
        del container[path[-1]]
        if isinstance(container, list):
            del self.positions[id(container)][int(path[-1])]

    def _original(self, kept: dict[str, Any], path: Path) -> Path:
        """The path with list positions as they were received."""
        original: list[str | int] = []
        container: Any = kept
        for step in path:
            if isinstance(container, list):
                original.append(self.positions[id(container)][int(step)])
                container = container[int(step)]
            else:
                original.append(step)
                container = container.get(step) if isinstance(container, dict) else None
        return tuple(original)

    def _report(
        self, path: Path, value: object, expected: str, *, required: bool = False, repaired: bool = False
    ) -> None:
        text = value if value == "" else shown(value)
        self.problems.append(
            ParseProblem(".".join(map(str, path)), str(text), expected, required=required, repaired=repaired)
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an error is. ``victim``: the smallest part to leave out, empty when that is the whole resource."""

    path: Path
    victim: Path
    annotation: Any


def _locate(model: type[BaseModel], error: ErrorDetails) -> _Place:
    """Follow an error's location through the model. It names the chosen half of a reference too; a path does not."""
    path: list[str | int] = []
    needed: list[bool] = []  # for each step: whether what holds it cannot do without
    annotation: Any = model
    for step in error["loc"]:
        annotation = _plain(annotation)
        choices = [_plain(choice) for choice in get_args(annotation)]
        if get_origin(annotation) in (Union, UnionType):  # the step names the choice and is no part of the value
            annotation = next((choice for choice in choices if getattr(choice, "__name__", "") == step), UUID)
            continue
        path.append(step)
        if get_origin(annotation) is list:
            needed.append(False)
            annotation = choices[0]
        elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found = _properties(annotation).get(str(step))
            needed.append(found is not None and found.is_required())
            annotation = found.annotation if found is not None else Any
        else:
            needed.append(False)
            annotation = Any
    size = len(path)
    while size and needed[size - 1]:
        size -= 1
    return _Place(tuple(path), tuple(path[:size]), _plain(annotation))


@lru_cache(maxsize=256)
def _properties(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    return {property_name(name, found): found for name, found in model.model_fields.items()}


def _plain(annotation: Any) -> Any:
    """An annotation without its marks and without "or absent"."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        choices = get_args(annotation)
        if type(None) not in choices:
            return annotation
        present = tuple(choice for choice in choices if choice is not type(None))
        if len(present) != 1:
            return annotation
        annotation = present[0]


def _meant(place: _Place, error: ErrorDetails) -> str | int | None:
    """The value that was clearly meant, if there is one."""
    value = error["input"]
    kind = place.annotation
    if isinstance(value, str) and isinstance(kind, type) and issubclass(kind, StrEnum):
        for allowed in _expected(error).removeprefix(ONE_OF).split(", "):
            if allowed.casefold() == value.casefold():
                return allowed
    if kind is int and isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT_FLOAT:
        return int(value)
    return None


def _expected(error: ErrorDetails) -> str:
    """What would have been right, in a few words."""
    match error["type"]:
        case "missing":
            return "a value"
        case "enum":
            values = str(error["ctx"]["expected"]).replace("'", "").replace(" or ", ", ")
            return f"{ONE_OF}{values}"
        case "string_type" | "string_unicode":
            return "a text"
        case "bool_type":
            return "true or false"
        case "list_type":
            return "a list"
        case "dict_type" | "model_type" | "model_attributes_type":
            return "an object"
        case "too_short":
            return f"at least {error['ctx']['min_length']} element"
        case "extra_forbidden":
            return "no other properties"
    return error["msg"]


def _container(kept: dict[str, Any], path: Path) -> Any:
    container: Any = kept
    for step in path[:-1]:
        container = container[step]
    return container


def _writable(text: str) -> str:
    """A text with question marks for what JSON cannot carry."""
    return text.encode(errors="replace").decode()


def _is_text(key: object) -> bool:
    """Whether a key can be written in JSON: a text without lone surrogates."""
    return isinstance(key, str) and _writable(key) == key
