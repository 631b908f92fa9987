"""Who runs the embedded server, and where its data may stand.

PostgreSQL refuses to run as root. When the gateway runs as root, the server runs as a user of its own, and both its
programs and its data must stand where that user can reach them: not below a home folder that only root may enter.
No permission of an existing folder is ever widened; what cannot be reached is kept in a system folder instead.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.storage.errors import EmbeddedServerFailed

logger = logging.getLogger(__name__)

USER_NAME = "ooapi-gateway"
POINTER = "location"


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit status (124 after the deadline) and all it wrote."""

    status: int
    text: str


@dataclass(frozen=True)
class ServerUser:
    """The operating-system user of the server. ``switch`` is true when that is another one than ours."""

    uid: int
    gid: int
    switch: bool

    def run(self, command: Sequence[str], seconds: float, folder: Path = Path("/")) -> Outcome:
        """Run a command as this user in a folder, with a deadline in seconds, and wait for its end."""
        # Files, not pipes: a server that pg_ctl leaves behind would keep a pipe open for ever.
        with tempfile.TemporaryFile() as written:
            try:
                ended = subprocess.run(  # noqa: S603 - fixed programs, no shell
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=written,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env=_environment(os.environ),
                    timeout=seconds,
                    check=False,
                    user=self.uid if self.switch else None,
                    group=self.gid if self.switch else None,
                    extra_groups=[] if self.switch else None,
                )
                status = ended.returncode
            except subprocess.TimeoutExpired:
                status = 124
            except OSError as error:
                return Outcome(126, str(error))
            written.seek(0)
            return Outcome(status, written.read().decode("utf-8", "replace").strip())

    def can_write(self, folder: Path) -> bool:
        """Whether this user can reach the folder and write in it, tried for real."""
        return self.run(["/bin/sh", "-c", 'cd "$1" && test -w .', "sh", str(folder)], seconds=10).status == 0

    def give(self, path: Path) -> None:
        """Make this user the owner of a file or folder that we made."""
        if self.switch:
            os.chown(path, self.uid, self.gid)


def _environment(own: Mapping[str, str]) -> dict[str, str]:
    """Our environment without the variables that would change what PostgreSQL's programs do."""
    kept = {name: value for name, value in own.items() if not name.startswith(("PG", "LC_")) and name != "LANG"}
    return {**kept, "LC_ALL": "C"}


def server_user(place: Path) -> ServerUser:
    """The user that runs the server for a folder: ours, unless we are root."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), switch=False)
    data = place / "data"
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return ServerUser(owner.st_uid, owner.st_gid, switch=True)
    return _user_of_system()


def _user_of_system() -> ServerUser:
    """The account named after the gateway, made when it is not there; else an account that every system has."""
    import pwd

    def account(name: str) -> ServerUser | None:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            return None
        return ServerUser(entry.pw_uid, entry.pw_gid, switch=True)

    if (found := account(USER_NAME)) is not None:
        return found
    if (useradd := shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")) is not None:
        command = [
            useradd,
            "--system",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/bin/sh",
            USER_NAME,
        ]
        # Two processes may do this at once, and a file system may be read-only: the account itself is the answer.
        subprocess.run(command, capture_output=True, check=False, timeout=30)  # noqa: S603
    for name in (USER_NAME, "postgres", "nobody"):
        if (found := account(name)) is not None:
            return found
    raise EmbeddedServerFailed(what="PostgreSQL does not run as root, and there is no other user to run it as")


def choose_place(folder: Path) -> tuple[Path, ServerUser]:
    """Where the server of a folder keeps its files, and who runs it.

    The folder itself, unless its user cannot reach it. Then a system folder named after the path of the folder,
    with a pointer file left in the folder. Raises EmbeddedServerFailed when no place will do.
    """
    pointer = folder / POINTER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if pointer.exists():
            return _prepare(Path(pointer.read_text(encoding="utf-8").strip()), folder)
    except OSError as error:
        raise EmbeddedServerFailed(what=f"the folder {folder} cannot be made or read ({error.strerror})") from error
    user = server_user(folder)
    if _usable(folder, user):
        return folder, user
    if not user.switch:
        raise EmbeddedServerFailed(what=f"the folder {folder} belongs to another user or cannot be written")
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    for parent in system_folders():
        place = parent / name
        try:
            chosen = _prepare(place, folder)
        except (OSError, EmbeddedServerFailed):
            continue
        unfinished = pointer.with_name(f"{POINTER}.{os.getpid()}")
        unfinished.write_text(f"{place}\n", encoding="utf-8")
        unfinished.replace(pointer)
        logger.info("the data of %s stand in %s, where the user of PostgreSQL can reach them", folder, place)
        return chosen
    raise EmbeddedServerFailed(what=f"no folder was found where the user of PostgreSQL can keep the data of {folder}")


def _usable(place: Path, user: ServerUser) -> bool:
    """Give the place to its user and see whether that user can work there."""
    try:
        if user.switch:
            user.give(place)
        if place.stat().st_uid == user.uid:
            place.chmod(0o700)
    except OSError:
        return False
    return user.can_write(place)


def _prepare(place: Path, folder: Path) -> tuple[Path, ServerUser]:
    place.mkdir(parents=True, exist_ok=True)
    user = server_user(place)
    if place.is_symlink() or not _usable(place, user):
        raise EmbeddedServerFailed(what=f"the data of {folder} stand in {place}, where they cannot be reached")
    return place, user


def system_folders() -> Iterator[Path]:
    """Folders of root that every user can enter, best first; made when they are not there."""
    for folder in (Path("/var/lib/ooapi-gateway"), Path("/tmp/ooapi-gateway-system")):  # noqa: S108 - owner is checked
        try:
            folder.mkdir(mode=0o755, exist_ok=True)
            if not folder.is_symlink() and folder.lstat().st_uid == 0:
                folder.chmod(0o755)
                yield folder
        except OSError:
            continue
