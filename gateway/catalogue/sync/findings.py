"""What a run says about rows: all of it counted, a bounded number kept.

Findings of a run are kept until the next run of that member has finished; counts stay with the run.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from adapters.contract import Fault, SourceReference
from adapters.findings import Finding, Severity
from adapters.mapping.privacy import looks_like_bsn
from gateway.catalogue.models import SyncFinding

MOST_KEPT: Final = 10_000


class FindingStore:
    """Collects the findings of one run; ``write`` stores those that came since the last call."""

    def __init__(self, run: UUID) -> None:
        self._run = run
        self._pending: list[Finding] = []
        self._kept = 0
        self.by_severity: Counter[str] = Counter()
        self.by_code: Counter[str] = Counter()
        self.defaulted: Counter[str] = Counter()  # resource.property -> times

    def add(self, finding: Finding) -> None:
        self.by_severity[finding.severity.value] += 1
        self.by_code[finding.code] += 1
        if finding.severity is Severity.NOTE:
            self.defaulted[f"{finding.resource}.{finding.target}"] += 1
        elif self._kept < MOST_KEPT:
            self._kept += 1
            self._pending.append(finding)

    def add_fault(self, fault: Fault, stream: str) -> None:
        """Keep what an adapter said of a row; it comes before the mapping, which looks for numbers like a BSN."""
        key = None if fault.key is not None and looks_like_bsn(fault.key) else fault.key
        self.add(
            Finding(
                code=fault.code,
                source=fault.source,
                stream=stream,
                key=key,
                columns=(fault.column,) if fault.column else (),
                values=fault.values,
            )
        )

    @property
    def kept(self) -> int:
        return self._kept

    def counts(self) -> dict[str, Any]:
        return {
            "findings": dict(sorted(self.by_severity.items())),
            "codes": dict(sorted(self.by_code.items())),
            "defaulted": dict(sorted(self.defaulted.items())),
            "findingsKept": self._kept,
        }

    async def write(self, connection: AsyncConnection[Any]) -> None:
        """Store pending findings in the caller's transaction."""
        pending, self._pending = self._pending, []
        if not pending:
            return
        first = self._kept - len(pending)
        columns = "run, number, severity, code, stream, resource, source_key, place, row, target, columns, details"
        async with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY sync_findings ({columns}) FROM STDIN") as copy,
        ):
            for offset, finding in enumerate(pending, 1):
                await copy.write_row(
                    (
                        self._run,
                        first + offset,
                        finding.severity.value,
                        finding.code,
                        finding.stream,
                        finding.resource,
                        _clean(finding.key),
                        _clean(finding.source.place),
                        finding.source.row,
                        finding.target,
                        list(finding.columns),
                        Jsonb({name: _clean(value) for name, value in finding.values.items()}),
                    )
                )


def _clean(text: str | None) -> str | None:
    """PostgreSQL holds no NUL in a text."""
    return text.replace("\x00", "�") if text else text


def finding_of(row: SyncFinding) -> Finding:
    """A stored finding as the value that it was."""
    return Finding(
        code=row.code,
        source=SourceReference(row.place, row.row),
        stream=row.stream,
        resource=row.resource,
        key=row.source_key,
        target=row.target,
        columns=tuple(row.columns),
        values=dict(row.details),
    )


def as_line(finding: Finding) -> dict[str, Any]:
    """A finding as one JSON line of the report."""
    return {
        "severity": finding.severity.value,
        "code": finding.code,
        "stream": finding.stream,
        "resource": finding.resource,
        "key": finding.key,
        "place": finding.source.place,
        "row": finding.source.row,
        "field": finding.target,
        "columns": list(finding.columns),
        "message": finding.message.as_dict(),
        "hint": finding.hint.as_dict(),
    }
