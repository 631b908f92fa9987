"""Pagination: the envelope of every collection (ooapi.md §1.1)."""

from __future__ import annotations

from ooapi_specs.v5.common import Ext, OpenObject
from ooapi_specs.v5.types import Int32, Json, Maybe, PageNumber

PAGE_SIZES: tuple[int, ...] = (10, 20, 50, 100, 250)
DEFAULT_PAGE_SIZE = 10
FIRST_PAGE = 1


class Pagination(OpenObject):
    """One page of a collection.

    The items are judged by their own models, one at a time, so a bad one does not cost the page.
    """

    pageSize: Int32
    pageNumber: PageNumber
    hasPreviousPage: bool
    hasNextPage: bool
    totalPages: Maybe[Int32] = None
    items: list[Json]
    ext: Maybe[Ext] = None
