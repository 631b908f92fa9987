"""Locks on files, within one process."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.storage import EmbeddedServerFailed
from gateway.storage.locks import FileLock, held


def test_many_share_and_none_is_alone_then(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert first.try_shared()
    assert second.try_shared()
    assert not first.try_alone()
    second.release()
    assert first.try_alone()
    assert not second.try_shared()
    first.release()
    first.release()
    assert second.try_alone()
    second.release()


def test_a_lock_that_is_never_freed_ends_the_waiting(tmp_path: Path) -> None:
    def wait() -> None:
        with held(tmp_path / "lock", 0.2):
            pytest.fail("it was taken twice")

    with held(tmp_path / "lock", 1), pytest.raises(EmbeddedServerFailed, match="holds"):
        wait()
    with held(tmp_path / "lock", 1):
        assert (tmp_path / "lock").exists()
