"""What a demonstration school knows, before any system writes it down in its own form.

Everything here is invented except the codes and names of qualifications and keuzedelen. Codes are texts and unique
within one school and one list. Dates are plain dates; study load is in SBU (hours of study), money in euros.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Unit:
    """An organization: the institution itself, a college below it or a team below that."""

    code: str
    kind: str  # instelling, college, team
    name: str
    english: str
    short_name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Site:
    """A building with an address in a real town."""

    code: str
    name: str
    street: str
    number: str
    postal_code: str
    town: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Classroom:
    code: str
    name: str
    site: str
    kind: str  # leslokaal, computerlokaal, praktijklokaal, toetslokaal
    seats: int
    floor: str


@dataclass(frozen=True, slots=True)
class Employee:
    """Published staff: coordinators of programmes and courses."""

    code: str
    given_name: str
    prefix: str | None
    surname: str
    mail: str
    function: str
    unit: str


@dataclass(frozen=True, slots=True)
class Period:
    """An academic year, or one of its four periods of ten weeks (``parent`` is the year)."""

    code: str
    kind: str  # schooljaar, periode
    name: str
    english: str
    start: date
    end: date
    parent: str | None


@dataclass(frozen=True, slots=True)
class Specification:
    """A kwalificatiedossier, a qualification (crebo) below it, or a keuzedeel."""

    code: str
    kind: str  # dossier, kwalificatie, keuzedeel
    name: str
    english: str | None
    level: str | None
    parent: str | None
    isced: str | None
    load: int | None


@dataclass(frozen=True, slots=True)
class Programme:
    """``parent`` is set for a track; ``months`` is the nominal duration."""

    code: str
    name: str
    english: str | None
    description: str
    english_description: str | None
    crebo: str
    pathway: str  # BOL, BBL
    level: str
    months: int
    load: int
    unit: str
    coordinator: str
    parent: str | None = None
    first_start: date | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A learning outcome. ``parents`` names the outcomes that it is a part of; ``work_process`` the dossier's code."""

    code: str
    name: str
    work_process: str | None = None
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Module:
    """A course: a module, a keuzedeel or a work placement (BPV)."""

    code: str
    kind: str  # module, keuzedeel, bpv
    title: str
    english: str | None
    description: str
    english_description: str | None
    keuzedeel: str | None
    load: int
    level: str
    delivery: str  # locatie, online, hybride, werkplek
    programmes: tuple[str, ...]
    unit: str
    coordinator: str
    outcomes: tuple[Outcome, ...] = ()
    admission: str | None = None
    isced: str | None = None
    choice: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A component of a course. ``parent`` names the component it belongs to; ``load`` is SBU."""

    code: str
    module: str
    kind: str  # les, practicum, toets, opdracht, zelfstudie, project
    name: str
    delivery: str
    load: int
    parent: str | None = None
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class ProgrammeOffer:
    code: str
    programme: str
    year: str
    name: str
    start: date
    end: date
    enrol_start: date
    enrol_end: date
    site: str
    places: int
    enrolled: int
    price: Decimal
    flexible_until: date | None = None


@dataclass(frozen=True, slots=True)
class ModuleOffer:
    code: str
    module: str
    period: str
    name: str
    start: date
    end: date
    enrol_start: date
    enrol_end: date
    delivery: str
    site: str
    language: str  # nl, en
    minimum: int
    places: int
    enrolled: int
    pending: int
    scale: str  # OVG (insufficient, sufficient, good) or cijfer (1-10)
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class PartOffer:
    code: str
    part: str
    module_offer: str
    period: str
    name: str
    start: datetime  # local time, without zone
    end: datetime
    room: str
    places: int
    weight: int


@dataclass(frozen=True, slots=True)
class Team:
    """A group: a class, a learning group or a team of staff."""

    code: str
    kind: str  # stamgroep, lesgroep, docententeam
    name: str
    unit: str
    start: date
    end: date
    size: int


@dataclass(frozen=True, slots=True)
class Student:
    """An invented person. The last five fields exist in the school's own files only and are never mapped."""

    number: str
    given_names: str
    call_name: str
    prefix: str | None
    surname: str
    initials: str
    mail: str
    active: bool
    birth: date
    bsn: str
    gender: str
    nationality: str
    street: str
    postal_code: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A student in a programme. ``status`` is the school's own word."""

    number: str
    student: str
    offer: str
    crebo: str
    pathway: str
    cohort: str
    begin: date
    planned_end: date
    end: date | None
    status: str  # Voorlopig, Definitief, Beeindigd, Afgemeld


@dataclass(frozen=True, slots=True)
class Mark:
    """A student in a course offering. ``value`` is O, V, G or a number from 1 to 10; None while it goes on."""

    number: str
    student: str
    offer: str
    load: int
    scale: str
    value: str | None
    passed: bool | None
    day: date | None
    status: str  # Aangevraagd, Ingeschreven, Wachtlijst, Afgerond


@dataclass(frozen=True, slots=True)
class School:
    """One complete school. ``id`` is the member's slug, ``home`` its schacHome."""

    id: str
    kind: str  # csv, sql, ooapi
    name: str
    short_name: str
    home: str
    brin: str
    oin: str
    colour: str
    units: tuple[Unit, ...]
    sites: tuple[Site, ...]
    rooms: tuple[Classroom, ...]
    employees: tuple[Employee, ...]
    periods: tuple[Period, ...]
    specifications: tuple[Specification, ...]
    programmes: tuple[Programme, ...]
    modules: tuple[Module, ...]
    parts: tuple[Part, ...]
    programme_offers: tuple[ProgrammeOffer, ...]
    module_offers: tuple[ModuleOffer, ...]
    part_offers: tuple[PartOffer, ...]
    teams: tuple[Team, ...]
    students: tuple[Student, ...]
    enrolments: tuple[Enrolment, ...]
    marks: tuple[Mark, ...]

    def counts(self) -> dict[str, int]:
        """How many of each there are, by the standard's names."""
        return {
            "organizations": len(self.units),
            "academic-sessions": len(self.periods),
            "education-specifications": len(self.specifications),
            "programs": len(self.programmes),
            "courses": len(self.modules),
            "components": len(self.parts),
            "program-offerings": len(self.programme_offers),
            "course-offerings": len(self.module_offers),
            "component-offerings": len(self.part_offers),
            "buildings": len(self.sites),
            "rooms": len(self.rooms),
            "groups": len(self.teams),
            "coordinators": len(self.employees),
            "persons": len(self.students),
            "program-offering-associations": len(self.enrolments),
            "course-offering-associations": len(self.marks),
        }
