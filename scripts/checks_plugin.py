"""A pytest plugin for ``scripts/test`` and ``.ci/run``: nothing may be left out without anybody noticing.

With CI=true a skipped test fails the run, unless its reason is in ALLOWED_SKIPS. CHECKS_FAILED names the checks
before the tests (ruff, mypy, …) that failed: the run then fails too and says so right above pytest's closing line.
The plugin also brings the profile ``soak`` of Hypothesis.
"""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import HealthCheck, settings

# Pattern of a reason, and why such a skip hides nothing.
ALLOWED_SKIPS = {
    r"^this kind has no (credentials|secrets)$": "the contract tests run for every kind; some kinds log in nowhere",
    r"^this stream declares lookup$": "the opposite case of the same contract",
    r" does not declare \w+$": "a capability that a kind does not claim; what it claims is tested",
    r"^this variant has no personal stream$": "catalogue-only variants of the contract tests",
    r"^(only|needs) .*\b(ordinary user|not root)\b": "CI runs as root; such a test runs on a developer's machine",
}

SOAK_EXAMPLES = 10_000
settings.register_profile(
    "soak", max_examples=SOAK_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

_refused: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _judge(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _judge(report)


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = reason.removeprefix("Skipped: ")
    if not any(re.search(pattern, reason) for pattern in ALLOWED_SKIPS):
        _refused.append(f"{report.nodeid}: {reason}")


def _failed_checks() -> list[str]:
    return os.environ.get("CHECKS_FAILED", "").split()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if exitstatus == pytest.ExitCode.OK and (_refused or _failed_checks()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _refused:
        terminalreporter.section("skipped in CI, which counts as failed", red=True)
        for line in _refused:
            terminalreporter.line(line)
    if _failed_checks():
        terminalreporter.section("failed before the tests, see above", red=True)
        terminalreporter.line(", ".join(_failed_checks()))
