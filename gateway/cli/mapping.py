"""discover, preview: looking at a source and a mapping before anything is published."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer

from adapters.findings import Finding
from gateway.catalogue.sync import previewing
from gateway.catalogue.sync.findings import as_line
from gateway.catalogue.sync.previewing import Discovery, Preview
from gateway.catalogue.sync.service import configuration_in_force
from gateway.cli.configuring import Json
from gateway.cli.output import REFUSED, as_json, language, opened, put, run, say, table
from gateway.members.persons import look_up_student
from gateway.members.service import member_of

Member = Annotated[str, typer.Argument(help="The id of the member.")]


def register(app: typer.Typer) -> None:
    app.command()(discover)
    app.command()(preview)


def discover(
    member: Member,
    stream: Annotated[str | None, typer.Option("--stream", help="Only this stream.")] = None,
    mapping: Annotated[bool, typer.Option("--mapping", help="Print only the proposed mapping files.")] = False,
    json: Json = False,
) -> None:
    """Show the columns that each stream really has, with a proposed mapping to start from."""

    async def work() -> list[Discovery]:
        async with opened() as deps:
            configuration = await configuration_in_force(deps.database)
            chosen = member_of(configuration, member)
            looking = previewing.discover(configuration, chosen, settings=deps.settings, clock=deps.clock)
            return [found async for found in looking]

    found = run(work(), json=json)
    if json:
        as_json([{**asdict(one), "proposals": dict(one.proposals)} for one in found])
        return
    for one in found:
        for columns in one.streams:
            if stream is not None and columns.stream != stream:
                continue
            if not mapping:
                rows = [(c.name, f"{c.filled:.0%}", " | ".join(c.examples[:3])) for c in columns.columns]
                table(
                    f"{one.source} / {columns.stream} ({columns.rows_sampled} rows)",
                    ("column", "filled", "examples"),
                    rows,
                )
            put(one.proposals[columns.stream])


def preview(
    member: Member,
    stream: Annotated[str | None, typer.Option("--stream", help="Only this stream of the source.")] = None,
    resource: Annotated[str | None, typer.Option("--resource", help="Only this resource, such as Course.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="Rows per mapping.")] = 3,
    explain: Annotated[
        str | None, typer.Option("--explain", help="Explain one row field by field: its key, row number or file:row.")
    ] = None,
    student: Annotated[
        str | None, typer.Option("--student", help="Look one student up in the personal streams, by student number.")
    ] = None,
    json: Json = False,
) -> None:
    """Show source rows, the resources they become and what is said about them; nothing is stored."""

    async def work() -> list[Preview]:
        async with opened() as deps:
            configuration = await configuration_in_force(deps.database)
            chosen = member_of(configuration, member)
            if student is not None:
                found = await look_up_student(configuration, chosen, student, settings=deps.settings, clock=deps.clock)
                return [Preview(one.resource, None, one, one.findings) for one in found]
            shown = previewing.preview(
                configuration,
                chosen,
                stream=stream,
                resource=resource,
                limit=limit,
                row=explain,
                settings=deps.settings,
                clock=deps.clock,
            )
            return [one async for one in shown]

    previews = run(work(), json=json)
    if json:
        as_json([_as_dict(one) for one in previews])
        return
    for one in previews:
        _show(one)
    if student is not None and not previews:
        put("No system of this member knows that student number.")
    if any(one.mapped is not None and one.mapped.body is None for one in previews):
        raise typer.Exit(REFUSED)


def _refused_for_privacy(findings: tuple[Finding, ...]) -> bool:
    return any(finding.code.startswith("PRIV") for finding in findings)


def _as_dict(one: Preview) -> dict[str, Any]:
    private = _refused_for_privacy(one.findings)
    return {
        "mapping": one.mapping,
        "place": str(one.record.source) if one.record else None,
        "key": one.record.key if one.record and not private else None,
        "row": dict(one.record.data) if one.record and not private else None,
        "resource": one.mapped.value if one.mapped and not private else None,
        "accepted": bool(one.mapped and one.mapped.body is not None),
        "skipped": one.record is not None and one.mapped is None,
        "findings": [as_line(finding) for finding in one.findings],
        "explained": [
            {
                "property": field.property,
                "expression": field.expression,
                "columns": list(field.columns),
                "value": field.value,
                "findings": [as_line(finding) for finding in field.findings],
            }
            for field in one.explained
        ],
    }


def _show(one: Preview) -> None:
    source = one.record.source if one.record else one.mapped.source if one.mapped else one.findings[0].source
    put(f"{one.mapping}  {source}", style="bold")
    if one.record is not None and not _refused_for_privacy(one.findings):
        for column, value in one.record.data.items():
            if value not in (None, ""):
                put(f"  {column} = {value}", style="dim")
    if one.record is not None and one.mapped is None:
        put("  left out by `where`")
    elif one.mapped is not None and not one.explained:
        shown = orjson.dumps(one.mapped.value, option=orjson.OPT_INDENT_2).decode()
        put(("" if one.mapped.body is not None else "refused ") + shown)
    for field in one.explained:
        value = orjson.dumps(field.value).decode()
        put(f"  {field.property} = {value}")
        put(f"      {field.expression}   ← {', '.join(field.columns) or '–'}", style="dim")
    for finding in one.findings:
        put(f"  {finding.severity.value} {finding.code}: {say(finding.message)}", style="yellow")
        put(f"      → {finding.hint.in_language(language())}")
    put("")
