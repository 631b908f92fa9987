"""The report of a run: JSON lines for machines, a page for people, the school's own workbook with comments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from adapters.csv_drop import CsvDropAdapter
from adapters.csv_drop.annotate import annotate
from adapters.findings import Finding, Severity
from adapters.text import Language, Text
from gateway.catalogue.models import SyncRun
from gateway.catalogue.sync.findings import as_line
from gateway.catalogue.sync.service import findings_of, latest_run, shown_counts
from gateway.clock import AMSTERDAM, Clock
from gateway.errors import BadRequest, NotFound
from gateway.members.schemas import Configuration, Member
from gateway.members.service import adapter_for
from gateway.settings import Settings

MOST_RUNS: Final = 50

STATES: Final = {
    "queued": Text("Wacht", "Waiting"),
    "running": Text("Bezig", "Running"),
    "held": Text("Wacht op een besluit", "Waits for a decision"),
    "published": Text("Gepubliceerd", "Published"),
    "unchanged": Text("Niets veranderd", "Nothing changed"),
    "failed": Text("Mislukt", "Failed"),
    "rejected": Text("Afgekeurd", "Rejected"),
    "interrupted": Text("Onderbroken", "Interrupted"),
    "superseded": Text("Ingehaald door een nieuwere", "Replaced by a later one"),
    "dry-run": Text("Proef", "Dry run"),
}
SEVERITIES: Final = {
    Severity.ERROR: Text("Geweigerd", "Refused"),
    Severity.WARNING: Text("Let op", "Warning"),
    Severity.NOTE: Text("Ter informatie", "Note"),
}

_pages = Environment(loader=PackageLoader("gateway.catalogue.sync"), autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one run of one member found. ``counts`` as in ``sync_runs``; times in UTC."""

    member: Member
    run: UUID
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    counts: dict[str, Any]
    holds: tuple[dict[str, Any], ...]
    failures: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]

    @property
    def defaulted(self) -> dict[str, int]:
        """resource.property → how often its documented default was used."""
        defaulted: dict[str, int] = self.counts.get("defaulted", {})
        return defaulted

    def title(self, language: Language) -> str:
        when = self.finished_at or self.started_at
        day = f"{when.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}" if when else ""
        return f"{self.member.name.in_language(language)}: {STATES[self.state].in_language(language)} {day}".strip()


async def report_of(session: AsyncSession, member: Member) -> SyncReport:
    """The report of the member's newest run. Raises NotFound when it has none."""
    run = await latest_run(session, member.id)
    if run is None:
        raise NotFound(what=f"run of {member.id}")
    return SyncReport(
        member=member,
        run=run.id,
        state=run.state,
        started_at=run.started_at,
        finished_at=run.finished_at,
        counts=shown_counts(run.counts),
        holds=tuple(run.hold),
        failures=tuple(run.failures),
        findings=tuple(await findings_of(session, run.id)),
    )


def lines(report: SyncReport) -> Iterator[dict[str, Any]]:
    """JSON lines: one for the run, one per stream that failed, one per finding."""
    yield {
        "kind": "run",
        "member": report.member.id,
        "run": str(report.run),
        "state": report.state,
        "finishedAt": report.finished_at.isoformat() if report.finished_at else None,
        "counts": report.counts,
        "holds": list(report.holds),
    }
    for failure in report.failures:
        yield {"kind": "failure", **failure}
    for finding in report.findings:
        yield {"kind": "finding", **as_line(finding)}


def page(report: SyncReport, language: Language) -> str:
    """The report as one self-contained HTML page that can be mailed or printed."""
    return _pages.get_template("report.html").render(
        report=report, language=language, severities=SEVERITIES, states=STATES, amsterdam=AMSTERDAM
    )


def write_workbook(
    configuration: Configuration,
    member: Member,
    report: SyncReport,
    target: Path,
    settings: Settings,
    clock: Clock,
) -> None:
    """Write the files of the member's drops back as one workbook, faulty cells coloured and explained.

    Raises BadRequest when the member has no source of files, AdapterError when the drop is not there any more.
    """
    files: list[Path] = []
    for source in member.sources:
        adapter = adapter_for(configuration, member, source, settings, clock)
        if isinstance(adapter, CsvDropAdapter):
            files += adapter.files()
    if not files:
        raise BadRequest(what=f"{member.id} has no source of files to write back")
    annotate(files, report.findings, target)


async def recent_runs(session: AsyncSession, member: str) -> list[dict[str, Any]]:
    """The member's last runs, newest first, as JSON."""
    chosen = select(SyncRun).where(SyncRun.member == member).order_by(SyncRun.requested_at.desc()).limit(MOST_RUNS)
    return [
        {
            "run": str(run.id),
            "state": run.state,
            "reason": run.reason,
            "startedAt": run.started_at,
            "finishedAt": run.finished_at,
            "decidedBy": run.decided_by,
            "decisionReason": run.decision_reason,
            "progress": run.progress,
            "counts": shown_counts(run.counts),
        }
        for run in (await session.execute(chosen)).scalars()
    ]
