"""Paths of the standard and nothing else."""

from __future__ import annotations

import pytest

from gateway.catalogue.serve.routing import Routes
from gateway.catalogue.serve.selection import RELATIONS
from gateway.errors import MethodNotAllowed, NotFound
from ooapi_specs.v5 import OPERATIONS

ROUTES = Routes()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_every_operation_of_the_standard_has_a_route(operation: object) -> None:
    path: str = operation.path  # type: ignore[attr-defined]
    segments = tuple("an-id" if part.startswith("{") else part for part in path.split("/") if part)
    match = ROUTES.match(operation.method.upper(), segments)  # type: ignore[attr-defined]
    assert match.operation is operation
    assert match.id_text == ("an-id" if "{" in path else None)


def test_every_sub_collection_that_is_served_has_a_relation() -> None:
    served = {item.path for item in OPERATIONS if item.catalogue and item.is_collection and item.parent}
    assert served == set(RELATIONS)
    for item in OPERATIONS:
        if item.path in RELATIONS and item.parent:
            assert RELATIONS[item.path].parents == item.parent.resources


def test_a_fixed_segment_comes_before_an_id() -> None:
    assert ROUTES.match("GET", ("persons", "me")).operation.path == "/persons/me"
    assert ROUTES.match("POST", ("associations", "external", "me")).operation.path == "/associations/external/me"


@pytest.mark.parametrize(
    "segments",
    [
        ("nope",), ("Courses",), ("courses", ""), ("", "courses"), ("courses", "x", "nope"),
        ("courses", "x", "offerings", ""),
        ("courses", "{}", "y", "z"), ("{}",), ("components",), ("offerings",), ("courses;x",), ("..", "courses"),
        ("courses/x",), ("service",),
    ],
)  # fmt: skip
def test_any_other_path_is_not_found(segments: tuple[str, ...]) -> None:
    for method in ("GET", "POST", "OPTIONS", "BREW"):
        with pytest.raises(NotFound):
            ROUTES.match(method, segments)


@pytest.mark.parametrize(
    ("method", "segments", "allowed"),
    [
        ("POST", ("courses",), "GET, HEAD"),
        ("DELETE", ("persons",), "GET, HEAD, POST"),
        ("PUT", ("associations", "x"), "GET, HEAD, PATCH"),
        ("OPTIONS", (), "GET, HEAD"),
        ("GET", ("associations", "external", "me"), "POST"),
        ("HEAD", ("associations", "external", "me"), "POST"),
    ],
)
def test_another_method_is_refused_with_those_that_work(method: str, segments: tuple[str, ...], allowed: str) -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        ROUTES.match(method, segments)
    assert refused.value.headers()["Allow"] == allowed


def test_head_goes_where_get_goes() -> None:
    assert ROUTES.match("HEAD", ("courses",)) == ROUTES.match("GET", ("courses",))
