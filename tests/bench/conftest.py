"""Benches that need a school share that of the federation tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

_SPEC = importlib.util.spec_from_file_location(
    "federation_schools", Path(__file__).parent.parent / "federation" / "conftest.py"
)
assert _SPEC is not None
assert _SPEC.loader is not None
_schools = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_schools)


@pytest.fixture
def school(tmp_path: Path) -> Any:
    return _schools.School(tmp_path)
