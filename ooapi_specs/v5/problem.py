"""Problem: the body of every error (ooapi.md §1.4)."""

from __future__ import annotations

from ooapi_specs.v5.common import OpenObject
from ooapi_specs.v5.types import Maybe, Text

PROBLEM_MEDIA_TYPE = "application/problem+json"


class Problem(OpenObject):
    """What went wrong. In v5 ``status`` is a text."""

    status: Text
    title: Text
    detail: Maybe[Text] = None
