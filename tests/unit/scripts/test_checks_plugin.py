"""The plugin of scripts/test: in CI no test is left out without a reason that is allowed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _run(folder: Path, body: str, **environment: str) -> tuple[int, str]:
    (folder / "test_sample.py").write_text(body, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "CHECKS_FAILED", "PYTEST_ADDOPTS"}}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "checks_plugin", "-p", "no:cacheprovider", folder],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT / "scripts"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ended.returncode, ended.stdout


SKIPPED = 'import pytest\ndef test_it():\n    pytest.skip("{reason}")\ndef test_other():\n    assert True\n'


def test_a_skip_fails_in_ci_and_is_named(tmp_path: Path) -> None:
    status, output = _run(tmp_path, SKIPPED.format(reason="no browser here"), CI="true")
    assert status == 1
    assert "skipped in CI" in output
    assert "test_sample.py::test_it: no browser here" in output
    assert "1 passed, 1 skipped" in output.strip().splitlines()[-1]


def test_a_skip_is_fine_on_a_developers_machine(tmp_path: Path) -> None:
    status, _ = _run(tmp_path, SKIPPED.format(reason="no browser here"))
    assert status == 0


@pytest.mark.parametrize("reason", ["this kind has no credentials", "products does not declare tombstones"])
def test_an_allowed_reason_passes_in_ci(tmp_path: Path, reason: str) -> None:
    status, output = _run(tmp_path, SKIPPED.format(reason=reason), CI="true")
    assert status == 0
    assert "skipped in CI" not in output


def test_a_module_that_skips_itself_fails_in_ci(tmp_path: Path) -> None:
    body = 'import pytest\npytest.skip("no library", allow_module_level=True)\n'
    (tmp_path / "test_fine.py").write_text("def test_fine():\n    assert True\n", "utf-8")
    status, output = _run(tmp_path, body, CI="true")
    assert status == 1
    assert "no library" in output


def test_a_marked_skip_fails_in_ci_too(tmp_path: Path) -> None:
    body = 'import pytest\n@pytest.mark.skip(reason="later")\ndef test_it():\n    pass\ndef test_b():\n    pass\n'
    status, output = _run(tmp_path, body, CI="true")
    assert status == 1
    assert "test_sample.py::test_it: later" in output


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    body = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_it():\n    assert False\n"
    assert _run(tmp_path, body, CI="true")[0] == 0


def test_a_check_that_failed_before_fails_the_run_and_is_named_above_the_closing_line(tmp_path: Path) -> None:
    status, output = _run(tmp_path, "def test_it():\n    assert True\n", CHECKS_FAILED=" types walls")
    assert status == 1
    assert "types, walls" in output
    assert "1 passed" in output.strip().splitlines()[-1]


def test_a_failing_test_keeps_its_exit_status(tmp_path: Path) -> None:
    assert _run(tmp_path, "def test_it():\n    assert False\n", CI="true", CHECKS_FAILED="types")[0] == 1
