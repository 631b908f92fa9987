"""Which files of a folder are complete deliveries of a stream.

A file that is still being uploaded, or that a manifest does not confirm, is never read. Names are matched inside the
folder only; a symbolic link that leads out of it is refused.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.csv_drop.config import Complete
from adapters.csv_drop.problems import problem, too_large, unreadable
from adapters.errors import (
    ConfigurationInvalid,
    SourceIncomplete,
    SourceMalformed,
    SourceRefused,
    SourceUnreachable,
    StreamMissing,
)
from adapters.text import Text

DONE_NAMES = ("levering.done", "drop.done")
MANIFEST_NAMES = ("manifest.json", "manifest.csv")
# Names that a wide pattern matches but that are no deliveries: marks, lists, and uploads under way.
_NO_DELIVERY_ENDS = (".done", ".part", ".filepart", ".tmp", ".crdownload")
_NO_DELIVERY_STARTS = (".", "~$")
# A done-file is written after the file it is for, but file systems and copies may round the time.
_CLOCK_GRAIN_NS = 2_000_000_000
_LARGEST_MANIFEST = 4 << 20
_HASH_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class DropFile:
    """A file as it was when it was found: ``size`` in bytes, ``modified`` in ns since 1970, what a manifest says."""

    path: Path
    size: int
    modified: int
    rows: int | None = None
    sha256: str | None = None

    @property
    def order(self) -> tuple[int, str]:
        return self.modified, self.path.name

    def unchanged(self) -> bool:
        """Whether the file on disk is still the one that was found."""
        try:
            now = self.path.stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.modified)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Complete files, oldest first, and the names of those that are not complete (yet)."""

    complete: tuple[DropFile, ...]
    incomplete: tuple[DropFile, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and the rule by which its files are complete.

    ``now``: seconds since 1970, for files that must have rested for ``stable_seconds``.
    """

    folder: Path
    rule: Complete
    stable_seconds: float
    max_bytes: int
    now: Callable[[], float]

    def newest(self, pattern: str) -> DropFile:
        """The newest complete file. Raises SourceUnreachable, SourceRefused, StreamMissing, SourceIncomplete."""
        found = self.find(pattern)
        if not found.complete:
            raise self.nothing_complete(found)
        return self.verified(found.complete[-1])

    def find(self, pattern: str, *, may_be_gone: bool = False) -> Deliveries:
        """All files that match. Raises SourceUnreachable, SourceRefused and StreamMissing (nothing matches)."""
        files = self._matches(pattern)
        if not files and not may_be_gone:
            what = Text(f"een bestand {pattern}", f"a file {pattern}")
            hint = Text("Controleer of de levering er staat.", "Check that the delivery is there.")
            raise problem(StreamMissing, self.folder.name, what, hint)
        manifest = self._manifest() if self.rule == "manifest" else {}
        complete: list[DropFile] = []
        incomplete: list[DropFile] = []
        for file in sorted(files, key=lambda file: file.order):
            if self.rule == "manifest":
                entry = manifest.get(file.path.relative_to(self.folder).as_posix())
                if entry is None:
                    incomplete.append(file)
                else:
                    complete.append(_with_entry(file, entry, self.folder))
            elif self._is_complete(file):
                complete.append(file)
            else:
                incomplete.append(file)
        return Deliveries(tuple(complete), tuple(incomplete))

    def nothing_complete(self, found: Deliveries) -> SourceIncomplete:
        names = ", ".join(file.path.name for file in found.incomplete[-3:])
        reasons = {
            "done-file": Text("er is geen .done-bestand", "there is no .done file"),
            "manifest": Text("het manifest noemt het bestand niet", "the manifest does not name the file"),
            "stable": Text("het bestand verandert nog", "the file is still changing"),
        }
        return problem(SourceIncomplete, names, reasons[self.rule])

    def verified(self, file: DropFile) -> DropFile:
        """The file when it may be read. Raises SourceTooLarge, and SourceIncomplete when its sha256 differs."""
        if file.size > self.max_bytes:
            raise too_large(file.path, file.size, self.max_bytes)
        if file.sha256 is not None and _sha256(file.path) != file.sha256:
            what = Text("de inhoud klopt niet met het manifest", "the content does not match the manifest")
            raise problem(SourceIncomplete, file.path.name, what)
        return file

    def _matches(self, pattern: str) -> list[DropFile]:
        try:
            root = self.folder.resolve(strict=True)
            if not root.is_dir():
                raise SourceUnreachable("not a folder", place=self.folder.name)
            files = []
            for path in self.folder.glob(pattern):
                if not _is_delivery(path.name) or not path.is_file():
                    continue
                if not path.resolve().is_relative_to(root):
                    raise ConfigurationInvalid(what=f"{path.name}: leads out of the folder")
                status = path.stat()
                files.append(DropFile(path, status.st_size, status.st_mtime_ns))
        except PermissionError as error:
            raise SourceRefused(str(error), place=self.folder.name) from error
        except OSError as error:
            raise SourceUnreachable(str(error), place=self.folder.name) from error
        return files

    def _is_complete(self, file: DropFile) -> bool:
        if self.rule == "stable":
            return self.now() - file.modified / 1e9 >= self.stable_seconds
        marks = [file.path.with_name(file.path.name + ".done"), *(self.folder / name for name in DONE_NAMES)]
        return any(_at_least_as_new(mark, file.modified) for mark in marks)

    def _manifest(self) -> Mapping[str, Mapping[str, Any]]:
        for name in MANIFEST_NAMES:
            path = self.folder / name
            if path.is_file():
                return _read_manifest(path)
        names = " / ".join(MANIFEST_NAMES)
        what = Text(f"het manifest ontbreekt ({names})", f"the manifest is missing ({names})")
        raise problem(SourceIncomplete, self.folder.name, what)


def _is_delivery(name: str) -> bool:
    return not (
        name.startswith(_NO_DELIVERY_STARTS) or name.lower().endswith(_NO_DELIVERY_ENDS) or name in MANIFEST_NAMES
    )


def _at_least_as_new(mark: Path, modified: int) -> bool:
    try:
        return mark.stat().st_mtime_ns + _CLOCK_GRAIN_NS >= modified
    except FileNotFoundError:
        return False


def _read_manifest(path: Path) -> dict[str, Mapping[str, Any]]:
    """Entries by file name. JSON: a list of objects, or ``{"files": […]}``; CSV: columns file, rows, sha256."""
    if path.stat().st_size > _LARGEST_MANIFEST:
        raise too_large(path, path.stat().st_size, _LARGEST_MANIFEST)
    entries: Any
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix == ".json":
            entries = json.loads(text)
            entries = entries.get("files") if isinstance(entries, dict) else entries
        else:
            first = text.partition("\n")[0]
            entries = list(csv.DictReader(text.splitlines(), delimiter=";" if ";" in first else ","))
    except OSError as error:
        raise unreadable(error, path) from error
    except (ValueError, csv.Error) as error:
        what = Text("het manifest is geen geldig bestand", "the manifest is not a valid file")
        raise problem(SourceMalformed, path.name, what, diagnostic=str(error)) from error
    if not isinstance(entries, list) or not all(
        isinstance(e, dict) and isinstance(e.get("file"), str) for e in entries
    ):
        what = Text("elke regel van het manifest noemt een file", "each entry of the manifest names a file")
        raise problem(SourceMalformed, path.name, what)
    return {entry["file"]: entry for entry in entries}


def _with_entry(file: DropFile, entry: Mapping[str, Any], folder: Path) -> DropFile:
    rows, sha256 = entry.get("rows"), entry.get("sha256")
    try:
        count = int(rows) if rows not in (None, "") else None
    except (TypeError, ValueError) as error:
        what = Text(f"rows van {file.path.name} is geen getal", f"rows of {file.path.name} is not a number")
        raise problem(SourceMalformed, folder.name, what) from error
    digest = str(sha256).strip().lower() if sha256 else None
    return DropFile(file.path, file.size, file.modified, count, digest)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_HASH_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise unreadable(error, path) from error
    return digest.hexdigest()
