"""What an operation of the standard is, and how the table in ``paths.py`` writes one down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel

from ooapi_specs.v5.course import Course
from ooapi_specs.v5.definitions import ASSOCIATIONS, OFFERINGS, RESOURCES
from ooapi_specs.v5.education_specification import EducationSpecification
from ooapi_specs.v5.parameters import Parameter
from ooapi_specs.v5.program import Program

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

# The error codes that the standard declares (§1.4): for most reads, for reads that know no 404, for writes.
READ_ERRORS = (400, 401, 403, 404, 405, 429, 500)
READ_ERRORS_WITHOUT_NOT_FOUND = (400, 401, 403, 405, 429, 500)
WRITE_ERRORS = (400,)


@dataclass(frozen=True, slots=True)
class PathParameter:
    """An id in the path and the resources it may name (three for an offering or an association)."""

    name: str
    resources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestBody:
    """The body of a write: its media type, and the models of which it is one."""

    media_type: str
    models: tuple[type[BaseModel], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    ``path``: template without version prefix. ``item``: the resources of the page or the instance, empty where the
    answer is no resource. ``models``: what an item or the answer may look like. ``parent``: of a collection inside
    another resource. ``identifier``: for an instance. ``sort_keys``: each also with ``-`` in front; ``default_sort`` is
    ascending. ``errors``: the declared codes. ``scopes``: of the standard's openId scheme, for writes.
    ``catalogue``: answered from published data; persons, associations and writes are not.
    """

    method: Literal["get", "post", "patch"]
    path: str
    summary: str
    item: tuple[str, ...]
    models: tuple[type[BaseModel], ...]
    is_collection: bool = False
    parent: PathParameter | None = None
    identifier: PathParameter | None = None
    parameters: tuple[Parameter, ...] = ()
    sort_keys: tuple[str, ...] = ()
    default_sort: str | None = None
    expand: tuple[str, ...] = ()
    errors: tuple[int, ...] = READ_ERRORS
    success: int = 200
    request: RequestBody | None = None
    bearer: bool = False
    scopes: tuple[str, ...] = ()
    catalogue: bool = True

    @property
    def path_parameter(self) -> PathParameter | None:
        """The one id in the path, of the parent or of the instance itself."""
        return self.parent or self.identifier

    @property
    def operation_id(self) -> str:
        """A name that no other operation has, such as ``getCoursesOfferings``."""
        words = [
            word
            for segment in self.path.split("/")
            for word in segment.removeprefix("{").removesuffix("}").split("-")
            if word
        ]
        return self.method + "".join(word[0].upper() + word[1:] for word in words)


_SEGMENT_RESOURCES: dict[str, tuple[str, ...]] = {"offerings": OFFERINGS, "associations": ASSOCIATIONS} | {
    definition.collection: (name,)
    for name, definition in RESOURCES.items()
    if definition.collection not in ("offerings", "associations")
}
# The items of a page never carry their timeline.
_LISTED: dict[str, type[BaseModel]] = {
    "Program": Program,
    "Course": Course,
    "EducationSpecification": EducationSpecification,
}


def path_parameter_of(path: str) -> PathParameter | None:
    """The id in a path, None when there is none."""
    collection, _, rest = path.removeprefix("/").partition("/")
    if not rest.startswith("{"):
        return None
    name = rest[1:].partition("}")[0]
    return PathParameter(name, _SEGMENT_RESOURCES[collection])


def collection(
    path: str,
    item: str | tuple[str, ...],
    summary: str,
    parameters: Sequence[Parameter],
    sort_keys: str,
    default_sort: str,
    *,
    not_found: bool = True,
    models: tuple[type[BaseModel], ...] = (),
    catalogue: bool = True,
) -> Operation:
    """A page of resources. ``not_found``: the standard declares 404. ``models``: where they differ from the usual."""
    items = (item,) if isinstance(item, str) else item
    return Operation(
        "get",
        path,
        summary,
        items,
        models or tuple(_LISTED.get(name, RESOURCES[name].model) for name in items),
        is_collection=True,
        parent=path_parameter_of(path),
        parameters=tuple(parameters),
        sort_keys=tuple(sort_keys.split()),
        default_sort=default_sort,
        errors=READ_ERRORS if not_found else READ_ERRORS_WITHOUT_NOT_FOUND,
        catalogue=catalogue,
    )


def instance(
    path: str,
    item: str | tuple[str, ...],
    summary: str,
    expand: str = "",
    *,
    parameters: tuple[Parameter, ...] = (),
    bearer: bool = False,
    catalogue: bool = True,
) -> Operation:
    """One resource. ``expand``: the references that may be expanded, with blanks between."""
    items = (item,) if isinstance(item, str) else item
    return Operation(
        "get",
        path,
        summary,
        items,
        tuple(RESOURCES[name].model for name in items),
        identifier=path_parameter_of(path),
        parameters=parameters,
        expand=tuple(expand.split()),
        bearer=bearer,
        catalogue=catalogue,
    )
