"""apply, check, settings, template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from adapters.contract import CheckReport
from adapters.csv_drop.template import write_template
from adapters.errors import AdapterError
from gateway.catalogue.sync.service import configuration_in_force
from gateway.cli.output import REFUSED, as_json, aside, fail, opened, put, run, say, somebody, table, writing
from gateway.clock import SystemClock
from gateway.errors import GatewayError
from gateway.members import service as members
from gateway.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")]


def register(app: typer.Typer) -> None:
    app.command()(apply)
    app.command()(check)
    app.command(name="settings")(show_settings)
    app.command()(template)


def apply(
    folder: Annotated[Path | None, typer.Argument(help="Folder with federation.toml and members/.")] = None,
    check_only: Annotated[bool, typer.Option("--check", help="Only check; store nothing.")] = False,
    json: Json = False,
) -> None:
    """Check a folder of configuration as a whole and put it in force for every process."""
    settings = Settings.from_environment()
    place = folder or settings.config_dir

    async def work() -> dict[str, Any]:
        document = members.check(place, settings, SystemClock())
        if check_only:
            return {"members": [member.id for member in document.members], "stored": False}
        async with opened(settings) as deps, deps.database.transaction() as session:
            generation, new = await members.apply(session, document, by=somebody(), clock=deps.clock)
        return {"members": [one.id for one in document.members], "stored": new, "generation": generation}

    answer = run(work(), json=json)
    if json:
        as_json(answer)
    else:
        number = len(answer["members"])
        state = f"generation {answer['generation']}" if "generation" in answer else "checked, not stored"
        put(f"{number} members, {state}{'' if answer['stored'] or check_only else ' (nothing changed)'}.")


def check(
    member: Annotated[str | None, typer.Argument(help="Only this member.")] = None,
    json: Json = False,
) -> None:
    """Reach every source and say what the gateway may and may not do there."""

    async def work() -> list[dict[str, Any]]:
        async with opened() as deps:
            configuration = await configuration_in_force(deps.database)
            chosen = [members.member_of(configuration, member)] if member else list(configuration.members)
            answers = []
            for one in chosen:
                for source in one.sources:
                    if not json:
                        put(f"{one.id} / {source.name} …", style="dim", to=aside)
                    try:
                        adapter = members.adapter_for(configuration, one, source, deps.settings, deps.clock)
                        async with adapter:
                            report = await adapter.check()
                        answers.append({"member": one.id, "source": source.name, **_report(report)})
                    except AdapterError as error:
                        items = [{"name": "open", "ok": False, "text": say(error.text), "hint": say(error.hint)}]
                        answers.append({"member": one.id, "source": source.name, "ok": False, "items": items})
            return answers

    answers = run(work(), json=json)
    if json:
        as_json(answers)
    else:
        for answer in answers:
            rows = [("✓" if item["ok"] else "✗", item["name"], item["text"], item["hint"]) for item in answer["items"]]
            table(f"{answer['member']} / {answer['source']}", ("", "what", "result", "what to do"), rows)
            put("")
    if not all(answer["ok"] for answer in answers):
        raise typer.Exit(REFUSED)


def _report(report: CheckReport) -> dict[str, Any]:
    items = [
        {"name": item.name, "ok": item.ok, "text": say(item.text), "hint": say(item.hint) if item.hint else None}
        for item in report.items
    ]
    return {"ok": report.ok, "items": items}


def show_settings(json: Json = False) -> None:
    """Print the table of settings: environment variable, type, default, unit and meaning."""
    rows = Settings.table()
    if json:
        as_json(rows)
    else:
        table("Settings", ("variable", "type", "default", "unit", "help"), [tuple(row.values()) for row in rows])


def template(
    target: Annotated[Path, typer.Argument(help="The workbook to write, such as catalogus.xlsx.")] = Path(
        "catalogus.xlsx"
    ),
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    json: Json = False,
) -> None:
    """Write the template workbook with which a school without any export can start."""
    if target.exists() and not force:
        put(f"{target} exists already; use --force to write over it.", style="bold red", to=aside)
        raise typer.Exit(REFUSED)
    try:
        with writing(target):
            write_template(target)
    except GatewayError as error:
        fail(error, json=json)
    if json:
        as_json({"file": str(target)})
    else:
        put(f'{target} written. Fill in the sheets and use mappings = ["builtin:template"].')
