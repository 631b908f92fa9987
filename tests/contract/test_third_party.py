"""A kind that somebody else installed is found by its entry point and passes the same tests."""

import json
import sys
from collections.abc import Iterator, Mapping
from importlib import invalidate_caches
from pathlib import Path

import pytest

from adapters.contract import Adapter, Capability, adapter_kinds
from adapters.errors import ConfigurationInvalid
from adapters.testkit import AdapterCase, AdapterContract, adapter_context

MODULE = '''
"""A kind that reads names of texts in a folder, as a third party would write one."""

import json
from adapters.contract import (
    AdapterConfig, Capability, CheckItem, CheckReport, Checkpoint, ColumnSample, Record, SourceReference,
    StreamColumns, StreamSpec, forbidden_column,
)
from adapters.errors import ColumnForbidden, ColumnsMissing, ConfigurationInvalid, SourceUnreachable
from adapters.text import Text


class FolderConfig(AdapterConfig):
    folder: str


class FolderAdapter:
    kind = "text_folder"
    config_model = FolderConfig

    def __init__(self, config, context):
        self.folder = context.base / config.folder

    async def __aenter__(self):
        return self

    async def __aexit__(self, *exc_info):
        return None

    def streams(self):
        return [StreamSpec("texts", ("name",), frozenset({Capability.SNAPSHOT}))]

    async def check(self):
        there = self.folder.is_dir()
        return CheckReport((CheckItem("folder", there, Text("De map.", "The folder.")),))

    async def read(self, stream, *, state=None, columns=None, limit=None):
        if stream != "texts" or state is not None:
            raise ConfigurationInvalid(what=stream)
        if limit == 0:
            return
        for column in columns or ():
            if forbidden_column(column, personal=False):
                raise ColumnForbidden(stream=stream, column=column)
        if not self.folder.is_dir():
            raise SourceUnreachable(place=self.folder.name)
        lines = (self.folder / "texts.jsonl").read_text("utf-8").splitlines()
        for number, line in enumerate(lines, start=1):
            row = json.loads(line)
            missing = set(columns or ()) - set(row)
            if missing:
                raise ColumnsMissing(place="texts.jsonl", columns=", ".join(missing))
            data = {name: value for name, value in row.items() if columns is None or name in {*columns, "name"}}
            yield Record(row["name"], data, SourceReference("texts.jsonl", number))
            if number == limit:
                return
        yield Checkpoint({})

    async def lookup(self, stream, key, *, columns):
        raise ConfigurationInvalid(what="no lookup")
        yield

    async def discover(self, *, sample=200):
        count = 0
        async for _ in self.read("texts", limit=sample):
            count += 1
        return [StreamColumns("texts", count, (ColumnSample("name", 1.0), ColumnSample("text", 1.0)))]
'''


def install(folder: Path, value: str) -> None:
    """Install a distribution of one module with one entry point, as an installer lays it out."""
    (folder / "text_folder_kind.py").write_text(MODULE)
    info = folder / "text_folder_kind-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: text-folder-kind\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[ooapi_gateway.adapters]\ntext_folder = {value}\n")
    invalidate_caches()


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("text_folder_kind", None)


def test_an_installed_kind_is_found_beside_our_own(packages: Path) -> None:
    install(packages, "text_folder_kind:FolderAdapter")
    kinds = adapter_kinds()
    assert kinds["text_folder"].config_model.model_fields.keys() == {"folder"}
    assert kinds.keys() >= {"csv_drop", "text_folder"}


@pytest.mark.parametrize("value", ["text_folder_kind:FolderConfig", "no_such_module:Adapter"])
def test_an_entry_point_that_is_no_kind_is_named(packages: Path, value: str) -> None:
    install(packages, value)
    with pytest.raises(ConfigurationInvalid, match="text_folder"):
        adapter_kinds()


class FolderCase(AdapterCase):
    stream, text_column, capabilities = "texts", "text", frozenset({Capability.SNAPSHOT})
    bulk = 5_000

    def __init__(self, base: Path) -> None:
        self.base = base
        self.rows: dict[str, str] = {}
        (base / "texts").mkdir()

    def adapter(self) -> Adapter:
        kind = adapter_kinds()["text_folder"]
        return kind(kind.config_model(folder="texts"), adapter_context(self.base))

    async def put(self, rows: Mapping[str, str]) -> None:
        self.rows.update(rows)
        self.write("text")

    async def remove(self, key: str) -> None:
        del self.rows[key]
        self.write("text")

    async def drop_column(self) -> None:
        self.write("other")

    async def break_place(self) -> None:
        (self.base / "texts").rename(self.base / "gone")

    def open_resources(self) -> int:
        return 0  # the kind reads its file in one go

    def write(self, column: str) -> None:
        lines = (json.dumps({"name": key, column: text}) for key, text in self.rows.items())
        (self.base / "texts" / "texts.jsonl").write_text("\n".join(lines))


class TestThirdPartyKind(AdapterContract):
    @pytest.fixture
    def case(self, packages: Path, tmp_path: Path) -> AdapterCase:
        install(packages, "text_folder_kind:FolderAdapter")
        return FolderCase(tmp_path)
