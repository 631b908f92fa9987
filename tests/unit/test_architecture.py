"""The walls between the rooms, and the habits that no linter knows."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gateway", "adapters", "ooapi_specs", "demo")

# Where time and ids come from. The demonstration's schools stand for systems outside, but follow the same rule.
MAY_TAKE_TIME = {"gateway/clock.py", "gateway/ids.py"}
FORBIDDEN_CALLS = {
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "time.time",
    "time.time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid4",
    "uuid1",
}


def _modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Path from the root and syntax tree of each module that is ours."""
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"), str(path))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def _forbidden_time(tree: ast.Module) -> list[int]:
    """Lines that take the time or an id from the system, under whatever name the module was imported."""
    aliases = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            first, _, rest = _dotted(node).partition(".")
            name = ".".join(part for part in (aliases.get(first, first), rest) if part)
            if any(name == call or name.endswith("." + call) for call in FORBIDDEN_CALLS):
                found.append(node.lineno)
    return found


def _imports_of_models(path: str, tree: ast.Module) -> list[str]:
    """Modules ``gateway.<other room>.models`` that this module imports."""
    room = path.split("/")[1].removesuffix(".py")
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            parts = name.split(".")
            if len(parts) >= 3 and parts[0] == "gateway" and "models" in parts[2:] and parts[1] != room:
                found.append(name)
    return found


def _endings_of_transactions(tree: ast.Module) -> list[int]:
    """Lines in which a function that was handed a session ends its transaction."""
    found = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            continue
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        sessions = {
            argument.arg
            for argument in arguments
            if argument.arg == "session" or (argument.annotation and "Session" in ast.unparse(argument.annotation))
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner, _, method = _dotted(node.func).rpartition(".")
                if owner in sessions and method in {"commit", "rollback", "close", "begin"}:
                    found.append(node.lineno)
    return found


def test_imports_go_one_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)
    assert status == 0, capsys.readouterr().out


def test_time_and_ids_are_handed_in() -> None:
    faults = [
        f"{path}:{line}"
        for path, tree in _modules(*PACKAGES)
        if path not in MAY_TAKE_TIME
        for line in _forbidden_time(tree)
    ]
    assert not faults


def test_tables_belong_to_their_room() -> None:
    allowed = {"gateway/storage/migrations/env.py"}  # migrations see every table
    faults = [
        f"{path}: {name}"
        for path, tree in _modules("gateway")
        if path not in allowed
        for name in _imports_of_models(path, tree)
    ]
    assert not faults


def test_who_is_handed_a_session_does_not_end_its_transaction() -> None:
    faults = [f"{path}:{line}" for path, tree in _modules("gateway") for line in _endings_of_transactions(tree)]
    assert not faults


def test_no_module_is_longer_than_a_person_can_oversee() -> None:
    sizes = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for package in (*PACKAGES, "scripts")
        for path in (ROOT / package).rglob("*.py")
    }
    assert sizes
    assert not {path: lines for path, lines in sizes.items() if lines > 600}


@pytest.mark.parametrize(
    ("check", "faulty", "fine"),
    [
        (_forbidden_time, "from datetime import datetime\nx = datetime.now()", "x = clock.now()"),
        (_forbidden_time, "import datetime as d\nx = d.datetime.now", "x = context.now()"),
        (_forbidden_time, "from time import time as t\nimport time\nx = time.time()", "import time\ntime.monotonic()"),
        (_forbidden_time, "from uuid import uuid4 as new\nx = new()", "from uuid import uuid5\nuuid5(a, b)"),
        (
            lambda tree: _imports_of_models("gateway/web/routes.py", tree),
            "from gateway.catalogue.models import SyncRun",
            "from gateway.web.models import Page",
        ),
        (
            lambda tree: _imports_of_models("gateway/web/routes.py", tree),
            "from gateway.catalogue import models",
            "from gateway.catalogue import service",
        ),
        (
            _endings_of_transactions,
            "async def f(session):\n    await session.commit()",
            "async def f(database):\n    async with database.transaction() as session:\n        await session.flush()",
        ),
        (
            _endings_of_transactions,
            "async def f(s: AsyncSession):\n    await s.rollback()",
            "async def f(s: AsyncSession):\n    await s.flush()",
        ),
    ],
)
def test_the_checks_above_find_what_they_look_for(
    check: Callable[[ast.Module], list[object]], faulty: str, fine: str
) -> None:
    assert check(ast.parse(faulty))
    assert not check(ast.parse(fine))
