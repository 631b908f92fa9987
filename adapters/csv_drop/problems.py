"""Errors of drops, with the particulars told in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from adapters.errors import AdapterError, SourceBroke, SourceRefused, SourceTooLarge
from adapters.text import Text

Problem = TypeVar("Problem", bound=AdapterError)


def problem(kind: type[Problem], place: str, what: Text, hint: Text | None = None, *, diagnostic: str = "") -> Problem:
    """An error of ``kind`` whose ``{what}`` reads well in Dutch and in English; ``hint`` replaces the kind's own."""
    error = kind(diagnostic, place=place, what=what)
    if hint is not None:
        error.hint = hint
    return error


def too_large(path: Path, size: int, limit: int) -> SourceTooLarge:
    """``size`` and ``limit`` in bytes."""
    return SourceTooLarge(place=path.name, size=in_units(size), limit=in_units(limit))


def unreadable(error: OSError, path: Path) -> SourceRefused | SourceBroke:
    """What an error of the file system means: no right to read, or a file that went away."""
    kind = SourceRefused if isinstance(error, PermissionError) else SourceBroke
    return kind(str(error), place=path.name)


def in_units(size: int) -> str:
    """A number of bytes as people read it: ``12 kB``, ``3.4 MB``."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size} byte"
