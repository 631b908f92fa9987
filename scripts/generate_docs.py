"""Write the pages of ``docs/reference`` that say what the code says: settings, errors, findings, commands.

``PAGES`` makes each page's text; ``tests/unit/test_docs.py`` compares them with the files, so that neither can
change alone. ``scripts/docs`` runs this; ``--check`` writes nothing and names the pages that are out of date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

import adapters.errors
import gateway.errors
from adapters.errors import AdapterError
from adapters.findings import FINDINGS, Severity
from adapters.text import Text
from gateway.errors import GatewayError
from gateway.settings import Settings

PROGRAM = "ooapi-gateway"
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTICE = "<!-- Written by scripts/docs from the code. Change the code, then run scripts/docs. -->\n"
SEVERITIES = {
    Severity.ERROR: ("Errors", "The row stays out of the catalogue until it is corrected."),
    Severity.WARNING: ("Warnings", "The row is published without the value that the warning is about."),
    Severity.NOTE: ("Notes", "The row is published; the note counts what was filled in."),
}


# -- settings ----------------------------------------------------------------------------------------------------


def settings_page() -> str:
    rows = [
        (f"`{row['variable']}`", row["type"], f"`{row['default']}`" if row["default"] else "", row["unit"], row["help"])
        for row in Settings.table()
    ]
    return _page(
        "Settings",
        "Each setting is an environment variable. `ooapi-gateway settings` prints the same table for the process at "
        "hand. A variable that starts with `GATEWAY_` and is not in this table is refused when a process starts, so "
        "that a spelling mistake cannot pass unseen.",
        _table(("variable", "type", "default", "unit", "meaning"), rows),
    )


# -- errors ------------------------------------------------------------------------------------------------------


def errors_page() -> str:
    answers = [
        (f"`{kind.code}`", str(kind.status), _both(kind.title), _both(kind.detail), _both(kind.advice))
        for kind in classes_of(gateway.errors, GatewayError)
        if "code" in vars(kind)
    ]
    sources = [
        (f"`{kind.code}`", _both(kind.message), _both(kind.advice))
        for kind in classes_of(adapters.errors, AdapterError)
    ]
    return _page(
        "Errors",
        "Every error has a code that stays the same, a text in Dutch and English and what to do next. A word between "
        "braces is filled in when the error occurs.",
        "## Answers of the gateway\n\n"
        "An answer that is not a success is `application/problem+json`. OOAPI v5 prescribes that `status` is a text; "
        "`code` and `nextStep` come on top of the standard. The language follows `Accept-Language`.\n\n"
        + _table(("code", "status", "title", "detail", "what to do"), answers),
        "## Errors of a source\n\n"
        "What can go wrong between the gateway and a school's own system. They stand in the report of a "
        "synchronisation; the last good state of the stream keeps being served.\n\n"
        + _table(("code", "text", "what to do"), sources),
    )


def classes_of(module: ModuleType, base: type) -> Iterator[type[Any]]:
    """The classes of a tree that a module defines, in the order of the source, the base left out."""
    for kind in vars(module).values():
        if inspect.isclass(kind) and issubclass(kind, base) and kind is not base:
            yield kind


# -- findings ----------------------------------------------------------------------------------------------------


def findings_page() -> str:
    sections = []
    for severity, (title, meaning) in SEVERITIES.items():
        rows = [
            (f"`{code}`", _both(kind.message), _both(kind.hint))
            for code, kind in FINDINGS.items()
            if kind.severity is severity
        ]
        sections.append(f"## {title}\n\n{meaning}\n\n" + _table(("code", "text", "what to do"), rows))
    return _page(
        "Findings",
        "What a report can say about one row of a school's data. Each finding names the file and line (or view, or "
        "address) where the row stands.",
        *sections,
    )


# -- commands ----------------------------------------------------------------------------------------------------


def commands_page() -> str:
    import typer

    from gateway.cli import app
    from gateway.cli.main import COMMANDS_GROUP

    sections = [_command_section(names, command) for names, command in _walk((PROGRAM,), typer.main.get_command(app))]
    for point in sorted(entry_points(group=COMMANDS_GROUP), key=lambda point: point.name):
        if point.dist is not None and point.dist.name == PROGRAM:  # ours, not those of other packages that are here
            alone = typer.Typer(add_completion=False)
            alone.command(point.name)(point.load())
            sections.append(_command_section((PROGRAM, point.name), typer.main.get_command(alone)))
    return _page(
        "Commands",
        "`ooapi-gateway COMMAND --help` says the same on the command line. In a checkout the program stands in "
        "`.venv/bin/`.",
        *sections,
    )


def _walk(names: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield names, command
    for name, below in getattr(command, "commands", {}).items():
        if not below.hidden:
            yield from _walk((*names, name), below)


def _command_section(names: Sequence[str], command: Any) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [
        parameter
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.hidden and parameter.expose_value
    ]
    usage = [*names]
    if options:
        usage.append("[OPTIONS]")
    usage += [_argument(parameter) for parameter in arguments]
    if getattr(command, "commands", {}):
        usage.append("COMMAND")
    parts = [f"{'#' * (len(names) + 1)} {' '.join(names)}", f"```\n{' '.join(usage)}\n```"]
    if command.help:
        parts.append(inspect.cleandoc(command.help.replace("\f", "")))
    rows = [(f"`{_argument(parameter)}`", "", getattr(parameter, "help", None) or "") for parameter in arguments]
    rows += [(_option(parameter), _default(parameter), parameter.help or "") for parameter in options]
    if rows:
        parts.append(_table(("parameter", "default", "meaning"), rows))
    return "\n\n".join(parts)


def _argument(parameter: Any) -> str:
    name = (parameter.metavar or parameter.name or "").upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _option(parameter: Any) -> str:
    text = ", ".join(f"`{form}`" for form in [*parameter.opts, *parameter.secondary_opts])
    if parameter.is_flag:
        return text
    return f"{text} {_kind(parameter.type_descriptor.annotation)}" + (" (required)" if parameter.required else "")


def _kind(annotation: Any) -> str:
    """What may stand behind an option: its choices, or the name of its type."""
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        return " | ".join(str(choice.value) for choice in annotation)
    if get_origin(annotation) is Literal:
        return " | ".join(str(choice) for choice in get_args(annotation))
    return str(getattr(annotation, "__name__", annotation)).lower()


def _default(parameter: Any) -> str:
    default = parameter.default
    if default is None or default == () or default is False or callable(default) or parameter.required:
        return ""
    return f"`{getattr(default, 'value', default)}`"


# -- Markdown ----------------------------------------------------------------------------------------------------


def _page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", NOTICE.rstrip(), *parts]) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [_row(head), _row(["---"] * len(head)), *(_row(row) for row in rows)]
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(_escaped(cell).split()) for cell in cells) + " |"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("<", "&lt;")


def _both(text: Text) -> str:
    return text.en if text.nl == text.en else f"{text.en} / *{text.nl}*"


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "errors.md": errors_page,
    "findings.md": findings_page,
    "commands.md": commands_page,
}


def main(arguments: Sequence[str]) -> int:
    check = "--check" in arguments
    behind = 0
    for name, make in PAGES.items():
        path, text = FOLDER / name, make()
        if path.exists() and path.read_text("utf-8") == text:
            continue
        behind += 1
        if check:
            print(f"docs/reference/{name} is out of date: run scripts/docs", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
            print(f"docs/reference/{name} written", file=sys.stderr)
    return 1 if check and behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
