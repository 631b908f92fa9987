"""Programmes, modules and their parts of one school, from the tables of real codes and invented subjects."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from demo.data import apothekersassistent
from demo.data.model import Employee, Module, Outcome, Part, Programme, Specification, Unit
from demo.data.profiles import Profile
from demo.data.qualifications import KEUZEDELEN, QUALIFICATIONS, Keuzedeel, Qualification
from demo.data.topics import GENERIC, SECTORS, Topic

_LOAD_PER_YEAR = 1600  # SBU
_MONTHS = {1: 12, 2: 24, 3: 36, 4: 36}

# Courses that a single school is known for; students of the other schools come for them.
# school, code, title, English, SBU, sector, level, delivery, what you learn
_SPECIALITIES = (
    ("zandermeer", "DAG-180", "Data-analyse gezondheidszorg", "Data analysis in health care", 180, "zorg", "4",
     "hybride", "patronen vinden in gegevens uit de zorg, ook in de verpleegkunde"),
    ("klaverkust", "ETH-300", "Ethiek in de zorg", "Ethics in care", 300, "zorg", "4", "locatie",
     "lastige keuzes in de zorg en verpleegkunde bespreken"),
)  # fmt: skip


def suffix(variant: int) -> str:
    """Codes of the second and later copies of the data (scale above 1) end in -2, -3 …"""
    return "" if variant == 1 else f"-{variant}"


class Coordinators:
    """Hands out a coordinator of a unit."""

    def __init__(self, rng: random.Random, employees: tuple[Employee, ...]) -> None:
        self._rng = rng
        self._by_unit: dict[str, list[str]] = {}
        for employee in employees:
            self._by_unit.setdefault(employee.unit, []).append(employee.code)

    def of(self, unit: str) -> str:
        return self._rng.choice(self._by_unit[unit])


def team_of(sector: str) -> str:
    return f"TEAM-{sector.upper()}"


def units(profile: Profile) -> tuple[Unit, ...]:
    """The institution, its colleges, and one team per sector below each college."""
    root = profile.short_name.upper()
    result = [Unit(root, "instelling", profile.name, f"{profile.name} vocational college", profile.short_name, None)]
    for code, name, english, sectors in profile.colleges:
        result.append(Unit(code, "college", name, english, code, root))
        for sector in sectors:
            code_of_team = team_of(sector)
            result.append(Unit(code_of_team, "team", f"Team {sector}", f"Team {sector}", code_of_team, code))
    return tuple(result)


def specifications(profile: Profile) -> tuple[Specification, ...]:
    """Dossiers first, then the qualifications below them, then the keuzedelen."""
    crebos = [crebo for crebo, _ in profile.programmes]
    if profile.worked_qualification:
        crebos.append(apothekersassistent.CREBO)
    chosen = [QUALIFICATIONS[crebo] for crebo in dict.fromkeys(crebos)]
    dossiers = {item.dossier: item.dossier_name for item in chosen if item.dossier and item.dossier_name}
    result = [
        Specification(code, "dossier", f"Kwalificatiedossier {name}", None, None, None, None, None)
        for code, name in sorted(dossiers.items())
    ]
    for item in chosen:
        result.append(
            Specification(
                item.crebo, "kwalificatie", item.name, item.english, str(item.level), item.dossier, item.isced,
                _load(item),
            )
        )  # fmt: skip
    for keuzedeel in KEUZEDELEN:
        result.append(
            Specification(
                keuzedeel.code, "keuzedeel", keuzedeel.name, keuzedeel.english, None, None, None, keuzedeel.load
            )
        )
    return tuple(result)


def _load(qualification: Qualification) -> int:
    if qualification.crebo == apothekersassistent.CREBO:
        return 4800
    return _MONTHS[qualification.level] // 12 * _LOAD_PER_YEAR


def programmes(rng: random.Random, profile: Profile, coordinators: Coordinators, variant: int) -> tuple[Programme, ...]:
    result = []
    for crebo, pathway in profile.programmes:
        item = QUALIFICATIONS[crebo]
        unit = team_of(item.topics)
        how = "op school met stages" if pathway == "BOL" else "met een baan van minstens 24 uur per week"
        result.append(
            Programme(
                code=f"{crebo}{pathway}{suffix(variant)}",
                name=f"{item.name} ({pathway})",
                english=item.english,
                description=f"Een opleiding op niveau {item.level} waarin je leert: {item.work}. Je leert {how}.",
                english_description=_english_programme(item, pathway) if rng.random() < profile.english_share else None,
                crebo=crebo,
                pathway=pathway,
                level=str(item.level),
                months=_MONTHS[item.level],
                load=_load(item),
                unit=unit,
                coordinator=coordinators.of(unit),
                first_start=date(2025, 8, 1),
            )
        )
    if profile.worked_qualification:
        result += _worked_programmes(coordinators, variant)
    return tuple(result)


def _english_programme(item: Qualification, pathway: str) -> str:
    how = "at school with placements" if pathway == "BOL" else "while working at least 24 hours a week"
    return f"A vocational programme at level {item.level}, followed {how}."


def _worked_programmes(coordinators: Coordinators, variant: int) -> list[Programme]:
    """The root programme Apothekersassistent and its tracks."""
    item = QUALIFICATIONS[apothekersassistent.CREBO]
    unit = team_of(item.topics)
    root = f"APO{suffix(variant)}"
    tasks = "; ".join(f"{code} {title}" for code, title in apothekersassistent.CORE_TASKS if "-W" not in code)
    result = [
        Programme(
            code=root,
            name=item.name,
            english=item.english,
            description=f"Je leert {item.work}. Kerntaken: {tasks}.",
            english_description="You learn to prepare, hand out and explain medicines in a pharmacy.",
            crebo=item.crebo,
            pathway="BOL",
            level=str(item.level),
            months=36,
            load=4800,
            unit=unit,
            coordinator=coordinators.of(unit),
            first_start=date(2026, 8, 1),
        )
    ]
    for code, name, english, months, load in apothekersassistent.TRACKS:
        result.append(
            replace(
                result[0],
                code=f"{code}{suffix(variant)}",
                name=name,
                english=english,
                description=f"Leerroute van {months} maanden binnen de opleiding {item.name}.",
                english_description=f"A route of {months} months within the programme.",
                months=months,
                load=load,
                coordinator=coordinators.of(unit),
                parent=root,
            )
        )
    return result


class ModuleMaker:
    """Makes the modules of one copy of one school's data."""

    def __init__(
        self,
        rng: random.Random,
        profile: Profile,
        programmes: tuple[Programme, ...],
        coordinators: Coordinators,
        variant: int,
    ) -> None:
        self._rng = rng
        self._profile = profile
        self._coordinators = coordinators
        self._variant = variant
        self._programmes = [programme for programme in programmes if programme.parent is None]

    def make(self) -> tuple[Module, ...]:
        """As many as the profile says: fixed courses first, filled up with subjects of the school's sectors."""
        sectors = [sector for _, _, _, sectors in self._profile.colleges for sector in sectors]
        result = self._worked() + self._specialities()
        result += [self._keuzedeel(item) for item in KEUZEDELEN]
        result += [self._subject(topic, part, None) for part in (1, 2) for topic in GENERIC]
        result += [self._placement(programme) for programme in self._programmes if programme.code != self._code("APO")]
        subjects = [(topic, part, sector) for part in (1, 2) for sector in sectors for topic in SECTORS[sector]]
        free = self._profile.modules - len(result)
        return tuple(result + [self._subject(*subject) for subject in subjects[:free]])

    def _code(self, code: str) -> str:
        return code + suffix(self._variant)

    def _of_sector(self, sector: str) -> tuple[Programme, ...]:
        return tuple(item for item in self._programmes if QUALIFICATIONS[item.crebo].topics == sector)

    def _some_programmes(self, most: int) -> tuple[Programme, ...]:
        chosen = self._rng.sample(self._programmes, min(most, len(self._programmes)))
        return tuple(sorted(chosen, key=lambda item: item.code))

    def _english(self, text: str) -> str | None:
        return text if self._rng.random() < self._profile.english_share else None

    def _worked(self) -> list[Module]:
        if not self._profile.worked_qualification:
            return []
        unit = team_of("zorg")
        return [
            Module(
                self._code(code), kind, title, english, f"Je leert {subject}.", self._english(f"You learn: {english}."),
                None, load, "4", delivery, tuple(self._code(track) for track in tracks), unit,
                self._coordinators.of(unit), apothekersassistent.outcomes(*outcomes), admission, "0916", choice,
            )
            for (code, kind, title, english, load, delivery, tracks, outcomes, choice, subject, admission)
            in apothekersassistent.COURSES
        ]  # fmt: skip

    def _specialities(self) -> list[Module]:
        return [
            Module(
                self._code(code), "module", title, english,
                f"Je leert {subject}. Studenten van andere scholen zijn welkom.",
                f"{english}, open to students of other schools.", None, load, level, delivery,
                tuple(item.code for item in self._of_sector(sector)), team_of(sector),
                self._coordinators.of(team_of(sector)),
            )
            for (school, code, title, english, load, sector, level, delivery, subject) in _SPECIALITIES
            if school == self._profile.id
        ]  # fmt: skip

    def _keuzedeel(self, item: Keuzedeel) -> Module:
        programmes = self._some_programmes(6)
        unit = programmes[0].unit
        return Module(
            code=self._code(f"KD-{item.code}"),
            kind="keuzedeel",
            title=f"Keuzedeel {item.name}",
            english=item.english,
            description=f"In dit keuzedeel leer je {item.subject}.",
            english_description=self._english(f"An elective: {item.english.lower()}."),
            keuzedeel=item.code,
            load=item.load,
            level="4" if item.code in {"K0071", "K0226"} else "3",
            delivery=self._rng.choice(("hybride", "online", "locatie")),
            programmes=tuple(programme.code for programme in programmes),
            unit=unit,
            coordinator=self._coordinators.of(unit),
        )

    def _subject(self, topic: Topic, part: int, sector: str | None) -> Module:
        stem, title, english, subject = topic
        programmes = self._of_sector(sector) if sector else self._some_programmes(6)
        unit = team_of(sector) if sector else programmes[0].unit
        levels = sorted({programme.level for programme in programmes}) or ["3"]
        first = part == 1
        return Module(
            code=self._code(f"{stem}-{part:02d}"),
            kind="module",
            title=f"{title} {part}",
            english=f"{english} {part}",
            description=(
                f"In deze module leer je {subject}. "
                + ("Je begint bij de basis." if first else "Je verdiept wat je in deel 1 hebt geleerd.")
            ),
            english_description=self._english(f"{english}, {'an introduction' if first else 'advanced'}."),
            keuzedeel=None,
            load=self._rng.choice((40, 60, 80, 120, 160)),
            level=levels[0] if first else levels[-1],
            delivery=self._rng.choice(("locatie", "locatie", "hybride", "online")),
            programmes=tuple(programme.code for programme in programmes),
            unit=unit,
            coordinator=self._coordinators.of(unit),
            outcomes=(Outcome(f"LO-{stem}-{part:02d}", f"De student kan {subject}"),),
            admission=None if first else f"{title} 1 is afgerond.",
            isced=QUALIFICATIONS[programmes[0].crebo].isced if sector and programmes else None,
        )

    def _placement(self, programme: Programme) -> Module:
        load = programme.load // 4 if programme.pathway == "BOL" else programme.load * 6 // 10
        return Module(
            code=f"BPV-{programme.code}",
            kind="bpv",
            title=f"Beroepspraktijkvorming {programme.name}",
            english=f"Work placement {programme.english}" if programme.english else None,
            description="Je werkt in een erkend leerbedrijf aan opdrachten van je opleiding.",
            english_description=None,
            keuzedeel=None,
            load=load,
            level=programme.level,
            delivery="werkplek",
            programmes=(programme.code,),
            unit=programme.unit,
            coordinator=programme.coordinator,
            choice=False,
        )


def parts(rng: random.Random, modules: tuple[Module, ...], worked: bool, variant: int) -> tuple[Part, ...]:
    """The components of the worked qualification, and a lesson and a test for one module in three."""
    result: list[Part] = []
    if worked:
        end = suffix(variant)
        for code, course, kind, name, delivery, load, parent, outcomes in apothekersassistent.COMPONENTS:
            above = parent + end if parent else None
            learned = apothekersassistent.outcomes(*outcomes)
            result.append(Part(code + end, course + end, kind, name, delivery, load, above, learned))
    done = {part.module for part in result}
    for module in modules:
        if module.kind != "module" or module.code in done or rng.random() > 0.33:
            continue
        lesson = rng.choice(("les", "practicum", "project"))
        result.append(
            Part(f"{module.code}-L", module.code, lesson, f"{module.title}: {lesson}", module.delivery, module.load - 4)
        )
        result.append(Part(f"{module.code}-T", module.code, "toets", f"{module.title}: toets", "locatie", 4))
    return tuple(result)
