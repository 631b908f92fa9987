"""A folder of configuration that is right, and one change that makes it wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.clock import FakeClock
from gateway.errors import ConfigurationRefused
from gateway.members.schemas import Document
from gateway.members.service import Fault, check
from gateway.settings import Settings

FEDERATION = """\
id = "proef"
name = { nl = "Proef", en = "Trial" }
public_url = "http://127.0.0.1:8000"
contact_email = "beheer@gateway.example"
"""
MEMBER = """\
id = "roc-a"
schac_home = "roc-a.example"
brin = "99AA"
oin = "00000000000000000001"
public = true
name = { nl = "ROC A", en = "ROC A" }
short_name = "A"

[[sources]]
name = "sis"
kind = "csv_drop"
mappings = ["courses.toml"]

[sources.settings]
folder = "drop/roc-a"

[sources.settings.streams.modules]
file = "modules.csv"
key = ["code"]

[sources.settings.streams.deelnames]
file = "deelnames.csv"
key = ["id"]
personal = true
lookup_by = ["student"]
"""
MAPPING = """\
stream = "modules"
resource = "Course"

[fields]
name = "language(titel)"
"""


class Folder:
    """``federation.toml``, one member and its mapping, all right until a test writes over them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("federation.toml", FEDERATION)
        self.write("members/roc-a.toml", MEMBER)
        self.write("members/roc-a/courses.toml", MAPPING)

    def write(self, name: str, content: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def change(self, name: str, old: str, new: str) -> None:
        """Replace one text that must stand in the file."""
        before = (self.root / name).read_text("utf-8")
        assert before.count(old) == 1, f"{old!r} stands {before.count(old)} times in {name}"
        self.write(name, before.replace(old, new))

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def check(self) -> Document:
        """The document. Raises ConfigurationRefused."""
        return check(self.root, Settings(), FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC)))

    def faults(self) -> list[Fault]:
        """What is wrong; the folder must be refused."""
        with pytest.raises(ConfigurationRefused) as refused:
            self.check()
        faults = [fault for fault in refused.value.faults if isinstance(fault, Fault)]
        assert len(faults) == len(refused.value.faults)
        return faults

    def fault(self) -> tuple[str, int, str]:
        """File, line and English text of the only fault."""
        found = self.faults()
        assert len(found) == 1, "\n".join(map(str, found))
        return found[0].file, found[0].line, found[0].text.en


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)
