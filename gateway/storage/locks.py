"""Locks between processes of one machine. The kernel drops them when a process dies, however it dies."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

from gateway.storage.errors import EmbeddedServerFailed


class FileLock:
    """A lock on a file: shared by many or held by one. Two objects exclude each other within a process too."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def try_shared(self) -> bool:
        """Take it together with others; false when somebody holds it alone."""
        import fcntl

        return self._try(fcntl.LOCK_SH)

    def try_alone(self) -> bool:
        """Take it, or change a shared hold into this; false when somebody else holds it in any way."""
        import fcntl

        return self._try(fcntl.LOCK_EX)

    def _try(self, kind: int) -> bool:
        import fcntl

        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, kind | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            return False
        return True

    def release(self) -> None:
        """Let it go; nothing happens when it was not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@contextlib.contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Hold a lock alone, waiting at most ``seconds``. Raises EmbeddedServerFailed after that."""
    lock = FileLock(path)
    deadline = time.monotonic() + seconds
    try:
        while not lock.try_alone():
            if time.monotonic() > deadline:
                raise EmbeddedServerFailed(what=f"another process holds {path} for more than {seconds:.0f} seconds")
            time.sleep(0.05)
        yield
    finally:
        lock.release()
