"""Problem: the body of every error (ooapi.md §1.4)."""

from __future__ import annotations

from ooapi_specs.v5.common import OpenObject
from ooapi_specs.v5.types import Maybe

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(OpenObject):
    """What went wrong. In v5 ``status`` is a text."""

    status: str
    title: str
    detail: Maybe[str] = None
