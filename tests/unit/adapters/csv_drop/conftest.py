"""A folder with one stream, for tests of single situations."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import Fault, Item, Record
from adapters.csv_drop import CsvDropAdapter, CsvDropConfig
from adapters.testkit import adapter_context


class Drop:
    """Writes files and reads the stream ``modules`` with the settings of the test."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.folder = base / "drop"
        self.folder.mkdir()
        self.settings: dict[str, Any] = {"folder": "drop"}
        self.stream: dict[str, Any] = {"file": "modules*", "key": ["code"]}
        self.context: dict[str, Any] = {}

    def write(self, content: str | bytes, name: str = "modules.csv", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        self.done()
        return path

    def done(self) -> None:
        (self.folder / "levering.done").touch()

    def age(self, path: Path, seconds: float) -> None:
        """Make a file look this old at the moment that the adapter's clock shows."""
        moment = adapter_context(self.base).now().timestamp() - seconds
        os.utime(path, (moment, moment))

    def adapter(self) -> CsvDropAdapter:
        settings = {**self.settings, "streams": {"modules": self.stream}}
        return CsvDropAdapter(CsvDropConfig.model_validate(settings), adapter_context(self.base, **self.context))

    async def items(self, **options: Any) -> list[Item]:
        async with self.adapter() as adapter:
            return [item async for item in adapter.read("modules", **options)]

    async def records(self, **options: Any) -> list[dict[str, Any]]:
        return [dict(item.data) for item in await self.items(**options) if isinstance(item, Record)]

    async def faults(self, **options: Any) -> list[Fault]:
        return [item for item in await self.items(**options) if isinstance(item, Fault)]

    async def found(self, key: dict[str, str], columns: set[str]) -> list[Record]:
        async with self.adapter() as adapter:
            return [record async for record in adapter.lookup("modules", key, columns=columns)]


@pytest.fixture
def drop(tmp_path: Path) -> Drop:
    return Drop(tmp_path)


@pytest.fixture
def make_drop(tmp_path: Path) -> Callable[[str], Drop]:
    def make(name: str) -> Drop:
        (tmp_path / name).mkdir()
        return Drop(tmp_path / name)

    return make
