"""What the pages show: the start page and the search."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

import orjson

from adapters.text import Language
from gateway.catalogue.folding import fold
from gateway.catalogue.serve.follower import Follower
from gateway.catalogue.serve.selection import Selection, Sort
from gateway.catalogue.serve.service import Catalogue
from gateway.catalogue.sync.service import SyncRun, latest_runs, snapshots
from gateway.clock import Clock
from gateway.members.service import Configuration, Member
from gateway.settings import Settings
from gateway.storage import Database
from gateway.web.texts import TEXTS, ago, sentence

PAGE_SIZE: Final = 20
LONGEST_QUERY: Final = 200
SEARCHED: Final = ("Course", "Program")
OFFERINGS: Final = ("ProgramOffering", "CourseOffering", "ComponentOffering")


class Services(Protocol):
    """What the pages need of the composition root."""

    @property
    def settings(self) -> Settings: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...
    @property
    def follower(self) -> Follower: ...
    @property
    def catalogue(self) -> Catalogue: ...


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One school on the start page. ``counts``: programmes, courses and offerings."""

    id: str
    name: str
    short_name: str
    logo: str | None
    counts: tuple[tuple[str, int], ...]
    fresh: str
    checked: str
    report: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of a school with its language (BCP 47), empty when the school does not say."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One found module or programme. ``other_name``: the Dutch one, where ``name`` is in another language."""

    id: UUID
    kind: str
    collection: str
    name: Phrase
    other_name: Phrase | None
    school: str
    member: str
    facts: tuple[str, ...]
    description: Phrase


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of results. ``number`` counts from 1."""

    q: str
    member: str
    total: int
    number: int
    pages: int
    hits: tuple[Hit, ...]
    too_long: bool = False


async def cards(services: Services, language: Language) -> tuple[MemberCard, ...]:
    """The public members with what they publish, by name."""
    state = services.follower.state
    if state.configuration is None:
        return ()
    async with services.database.snapshot() as session:
        published = await snapshots(session)
        runs = await latest_runs(session)
    now = services.clock.now()
    made = []
    for member in state.configuration.members:
        if member.id not in state.public:
            continue
        snapshot, run = published.get(member.id), runs.get(member.id)
        found = run.counts.get("findings", {}) if run else {}
        made.append(
            MemberCard(
                id=member.id,
                name=member.name.in_language(language),
                short_name=member.short_name,
                logo=member.logo,
                counts=_counts(snapshot.counts if snapshot else {}),
                fresh=_when("fresh", snapshot.published_at if snapshot else None, now, language),
                checked=_when("checked", snapshot.verified_at if snapshot else None, now, language),
                report=_report(found, language) if run else None,
                warnings=tuple(_warnings(run, language)) if run else (),
            )
        )
    return tuple(sorted(made, key=lambda card: fold(card.name)))


def _warnings(run: SyncRun, language: Language) -> Iterator[str]:
    if run.state == "held":
        yield sentence("held", language)
    if run.failures:
        yield sentence("streams_failed", language, number=len(run.failures))


def _counts(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return (
        ("programs", counts.get("Program", 0)),
        ("courses", counts.get("Course", 0)),
        ("offerings", sum(counts.get(resource, 0) for resource in OFFERINGS)),
    )


def _when(name: str, moment: datetime | None, now: datetime, language: Language) -> str:
    if moment is None:
        return sentence("never", language)
    return sentence(name, language, ago=ago(moment, now, language))


def _report(found: Mapping[str, int], language: Language) -> str:
    errors, warnings = found.get("error", 0), found.get("warning", 0)
    return sentence("report_counts", language, errors=errors, warnings=warnings)


async def search(services: Services, q: str, member: str, number: int, language: Language) -> SearchPage:
    """Public courses and programmes, best first; all of them by name when nothing is asked."""
    if len(q) > LONGEST_QUERY:
        return SearchPage(q[:LONGEST_QUERY], member, 0, 1, 1, (), too_long=True)
    state = services.follower.state
    chosen = state.member(member) if member else None
    if chosen is not None and chosen.id not in state.public:
        chosen = None  # whoever may not see a member does not hear that it is there
    selection = Selection(resources=SEARCHED, q=fold(q) or None, order=() if fold(q) else (Sort("name"),))
    total, bodies = await services.catalogue.select(
        selection, size=PAGE_SIZE, number=number, member=chosen.id if chosen else None
    )
    values: Sequence[dict[str, Any]] = [orjson.loads(body) for body in bodies]
    ids = [_id(value) for value in values]
    found = await services.catalogue.find(ids)
    hits = tuple(
        _hit(identifier, value, found[identifier].member, state.configuration, language)
        for identifier, value in zip(ids, values, strict=True)
        if identifier in found
    )
    pages = max(1, -(-total // PAGE_SIZE))
    return SearchPage(q, chosen.id if chosen else "", total, number, pages, hits)


def _id(value: Mapping[str, Any]) -> UUID:
    return UUID(value["courseId"] if "courseId" in value else value["programId"])


def _hit(
    identifier: UUID, value: Mapping[str, Any], member_id: str, configuration: Configuration | None, language: Language
) -> Hit:
    member: Member | None = configuration.member(member_id) if configuration else None
    course = "courseId" in value
    name = _in_language(value["name"], language)
    original = _in_language(value["name"], "nl")
    return Hit(
        id=identifier,
        kind="course" if course else "program",
        collection="courses" if course else "programs",
        name=name,
        other_name=original if original.text != name.text else None,
        school=member.name.in_language(language) if member else member_id,
        member=member_id,
        facts=tuple(_facts(value, language)),
        description=_in_language(value.get("description", ()), language),
    )


def _facts(value: Mapping[str, Any], language: Language) -> list[str]:
    facts = []
    load = value.get("studyLoad", {})
    if load.get("studyLoadUnit") == "sbu" and "value" in load:
        facts.append(sentence("hours", language, value=_number(load["value"], language)))
    for mode in value.get("modeOfDelivery", ()):
        facts.append(sentence(f"mode_{mode}", language) if f"mode_{mode}" in TEXTS else mode)
    return facts


def _number(value: float, language: Language) -> str:
    """A number with the decimal sign of the language and at most two decimals."""
    shown = f"{value:.2f}".rstrip("0").rstrip(".")
    return shown.replace(".", ",") if language == "nl" else shown


def _in_language(texts: Sequence[Mapping[str, str]], language: Language) -> Phrase:
    """The value in this language, else the first."""
    fitting = [item for item in texts if item.get("language", "").split("-")[0].lower() == language]
    for item in (*fitting, *texts):
        return Phrase(item.get("value", ""), item.get("language", ""))
    return Phrase("", "")
