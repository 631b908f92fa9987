"""What is known about the row that is being mapped: its findings and references, filled by the functions."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from adapters.contract import Record
from adapters.findings import Finding, Severity, shown

# Shown instead of a value of a person: findings never hold personal data.
MASKED = "•••"


@dataclass(frozen=True, slots=True)
class Reference:
    """One resource that another refers to: by which property, to what, under which key of the source."""

    property: str
    resource: str
    key: str
    id: UUID
    many: bool


class Row:
    """One mapper has one Row and starts it again for each record; ``target`` and ``columns`` name the present field."""

    __slots__ = (
        "_interned", "columns", "findings", "ids", "key", "masked", "record", "references", "refused", "resource",
        "stream", "target",
    )  # fmt: skip

    def __init__(self, *, stream: str, resource: str, masked: bool) -> None:
        self.stream = stream
        self.resource = resource
        self.masked = masked
        self.record: Record
        self.key: str | None = None
        self.target: str | None = None
        self.columns: tuple[str, ...] = ()
        self.findings: list[Finding] = []
        self.references: list[tuple[Reference, str]] = []  # each with its id as it stands in the value
        self.ids: set[str] = set()  # of the references
        self.refused = False
        self._interned: dict[tuple[str | None, str, str, bool], Reference] = {}

    def start(self, record: Record) -> None:
        self.record = record
        self.key = None
        self.target = None
        self.columns = ()
        self.findings = []
        self.references = []
        self.ids = set()
        self.refused = False

    def shown(self, value: object) -> str:
        """A value as a finding may show it; the values of persons are masked."""
        return MASKED if self.masked else shown(value)

    def note(self, code: str, /, **values: str) -> None:
        """Add a finding about the present field."""
        finding = Finding(
            code, self.record.source, self.stream, self.resource, self.key, self.target, self.columns, values
        )
        self.findings.append(finding)
        if finding.severity is Severity.ERROR:
            self.refused = True

    def refer(self, resource: str, key: str, identity: UUID, written: str, *, many: bool) -> None:
        """Add a reference of the present field. Equal references of several rows are one object."""
        name = (self.target, resource, key, many)
        found = self._interned.get(name)
        if found is None:
            if len(self._interned) >= 65_536:
                self._interned.clear()
            found = self._interned[name] = Reference(self.target or "", resource, key, identity, many)
        self.references.append((found, written))
        self.ids.add(written)
