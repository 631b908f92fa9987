"""sync, approve, reject, diff, report, runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from gateway.catalogue.sync import comparing, reporting
from gateway.catalogue.sync import service as syncing
from gateway.catalogue.sync.reading import StreamProgress
from gateway.catalogue.sync.service import Deps, RunResult, configuration_in_force
from gateway.catalogue.sync.tasks import request
from gateway.cli.configuring import Json
from gateway.cli.output import REFUSED, WAITS, as_json, aside, language, opened, put, run, say, somebody, table, writing
from gateway.errors import NotFound
from gateway.members.service import member_of

Member = Annotated[str, typer.Argument(help="The id of the member.")]
By = Annotated[str | None, typer.Option("--by", help="Who decides; default the user of this machine.")]


def register(app: typer.Typer) -> None:
    for command in (sync, approve, reject, diff, report, runs):
        app.command()(command)


def sync(
    member: Annotated[str | None, typer.Argument(help="The id of the member; all members when absent.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare only; publish nothing.")] = False,
    background: Annotated[
        bool, typer.Option("--background", help="Leave it to a worker and return at once; see `runs`.")
    ] = False,
    json: Json = False,
) -> None:
    """Read a member's sources and publish its catalogue, or say why a person must look first."""
    if background:
        _request(member, json=json)
        return

    async def work() -> list[RunResult]:
        async with opened() as deps:
            chosen = await _chosen(deps, member)
            return [await _sync(deps, one, dry_run=dry_run, quiet=json) for one in chosen]

    results = run(work(), json=json)
    if json:
        as_json([result_as_dict(result) for result in results])
    else:
        for result in results:
            _show(result)
    if any(result.state == "failed" for result in results):
        raise typer.Exit(REFUSED)
    if any(result.state == "held" for result in results):
        raise typer.Exit(WAITS)


async def _chosen(deps: Deps, member: str | None) -> list[str]:
    """The ids to work on: of the named member, else of all. Raises NotFound."""
    configuration = await configuration_in_force(deps.database)
    return [member_of(configuration, member).id] if member else [one.id for one in configuration.members]


def _request(member: str | None, *, json: bool) -> None:
    async def work() -> dict[str, bool]:
        async with opened() as deps:
            chosen = await _chosen(deps, member)
            async with deps.database.transaction() as session:
                return {one: await request(session, one) for one in sorted(chosen)}

    asked = run(work(), json=json)
    if json:
        as_json({"requested": asked})
    else:
        for one, new in asked.items():
            put(f"{one}: {'asked for' if new else 'was asked for already'}.")


async def _sync(deps: Deps, member: str, *, dry_run: bool, quiet: bool) -> RunResult:
    if quiet:
        return await syncing.synchronise(deps, member, reason="command", dry_run=dry_run)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=aside, transient=True) as shown:
        task = shown.add_task(member, total=None, rows=0)

        async def progress(streams: Sequence[StreamProgress]) -> None:
            latest = streams[-1].stream if streams else ""
            shown.update(task, description=f"{member} {latest}", rows=sum(stream.rows for stream in streams))

        return await syncing.synchronise(deps, member, reason="command", dry_run=dry_run, progress=progress)


def result_as_dict(result: RunResult) -> dict[str, Any]:
    return {
        "run": str(result.run),
        "member": result.member,
        "state": result.state,
        "holds": [hold.as_dict() for hold in result.holds],
        "failures": list(result.failures),
        "differences": [asdict(difference) for difference in result.differences],
        "counts": syncing.shown_counts(result.counts),
    }


def _show(result: RunResult) -> None:
    counts = result.counts or {}
    rows = [
        (one.resource, one.published, one.added, one.changed, one.deleted, one.published + one.added - one.deleted)
        for one in result.differences
    ]
    table(f"{result.member}: {result.state}", ("resource", "before", "new", "changed", "gone", "after"), rows)
    for failure in result.failures:
        place = "/".join(part for part in (failure["source"], failure["stream"]) if part)
        put(f"✗ {place}: {failure['message'][language()]}", style="red")
        put(f"  → {failure.get('hint', {}).get(language(), '')}")
    for hold in result.holds:
        put(f"! {say(hold.text)}", style="yellow")
    if result.state == "held":
        put(f"→ ooapi-gateway diff {result.member}; then approve or reject {result.run}")
    found = counts.get("findings", {})
    defaulted = sum(counts.get("defaulted", {}).values())
    put(
        f"{counts.get('rows', 0)} rows read, {counts.get('refused', 0)} refused, {found.get('error', 0)} errors,"
        f" {found.get('warning', 0)} warnings, {defaulted} defaults used. More: ooapi-gateway report {result.member}"
    )
    put("")


def approve(
    run_or_member: Annotated[str, typer.Argument(help="The held run, or the member whose run waits.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is right.")],
    by: By = None,
    json: Json = False,
) -> None:
    """Publish a sync that was held."""
    _decide(run_or_member, reason, by, json=json, yes=True)


def reject(
    run_or_member: Annotated[str, typer.Argument(help="The held run, or the member whose run waits.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it is wrong.")],
    by: By = None,
    json: Json = False,
) -> None:
    """Throw a held sync away; what is published stays."""
    _decide(run_or_member, reason, by, json=json, yes=False)


def _decide(run_or_member: str, reason: str, by: str | None, *, json: bool, yes: bool) -> None:
    async def work() -> RunResult:
        async with opened() as deps:
            chosen = await _held_run(deps, run_or_member)
            decide = syncing.approve if yes else syncing.reject
            return await decide(deps, chosen, by=by or somebody(), reason=reason)

    result = run(work(), json=json)
    if json:
        as_json(result_as_dict(result))
    else:
        put(f"{result.member}: {result.state}.")


async def _held_run(deps: Deps, run_or_member: str) -> UUID:
    try:
        return UUID(run_or_member)
    except ValueError:
        async with deps.database.transaction() as session:
            held = await syncing.latest_run(session, run_or_member, state="held")
        if held is None:
            raise NotFound(what=f"held run of {run_or_member}") from None
        return held.id


def diff(
    member: Member,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most resources to show.")] = 50,
    json: Json = False,
) -> None:
    """Show what a held sync would change, or what a sync would change now."""

    async def work() -> list[comparing.Change]:
        async with opened() as deps:
            return await comparing.changes(deps, member, limit=limit)

    changes = run(work(), json=json)
    if json:
        as_json([asdict(change) for change in changes])
        return
    rows = [(change.kind, change.resource, change.key, change.name, "\n".join(change.properties)) for change in changes]
    table(f"{member}: {len(changes)} differences", ("what", "resource", "key", "name", "properties"), rows)


def report(
    member: Member,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report as a page.")] = None,
    workbook: Annotated[
        Path | None, typer.Option("--workbook", help="Write the school's own workbook back, faulty cells coloured.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON line per finding.")] = False,
) -> None:
    """Show the findings of the member's last run: row, what is wrong, what to do."""

    async def work() -> reporting.SyncReport:
        async with opened() as deps:
            configuration = await configuration_in_force(deps.database)
            chosen = member_of(configuration, member)
            async with deps.database.transaction() as session:
                found = await reporting.report_of(session, chosen)
            if html is not None:
                with writing(html):
                    html.write_text(reporting.page(found, language()), "utf-8")
            if workbook is not None:
                with writing(workbook):
                    reporting.write_workbook(configuration, chosen, found, workbook, deps.settings, deps.clock)
            return found

    found = run(work(), json=json)
    if json:
        for line in reporting.lines(found):
            as_json(line)
        return
    for target in (html, workbook):
        if target is not None:
            put(f"{target} written.")
    if html is None and workbook is None:
        rows = [
            (
                finding.severity.value,
                finding.code,
                str(finding.source),
                finding.key,
                say(finding.message),
                say(finding.hint),
            )
            for finding in found.findings
        ]
        table(found.title(language()), ("", "code", "where", "key", "what", "what to do"), rows)
        for name, number in found.defaulted.items():
            put(f"{number} × {name}: default used")


def runs(member: Member, json: Json = False) -> None:
    """List the member's last runs."""

    async def work() -> list[dict[str, Any]]:
        async with opened() as deps:
            async with deps.database.transaction() as session:
                found = await reporting.recent_runs(session, member)
            if not found:  # a member that left the federation may still have runs
                member_of(await configuration_in_force(deps.database), member)
            return found

    listed = run(work(), json=json)
    if json:
        as_json(listed)
        return
    rows = [
        (one["run"], one["state"], one["reason"], one["startedAt"], one["finishedAt"], one["decidedBy"])
        for one in listed
    ]
    table(f"Runs of {member}", ("run", "state", "reason", "started", "finished", "decided by"), rows)
