"""ROC Wilgenstroom: a folder with the exports of its student information system.

Semicolons, cp1252, Dutch dates and decimals, J and N, and one workbook. Names of files and columns follow the words
of a real MBO system; the personal files hold columns that the gateway may never read (BSN, address, nationality,
gender), filled with invented values.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from demo.data import faults, people
from demo.data.model import Enrolment, Module, ModuleOffer, Programme, ProgrammeOffer, School, Student
from demo.data.years import TODAY

ENCODING = "cp1252"
DELIMITER = ";"
WORKBOOK_STREAM = "taxonomieelementen"

Row = dict[str, Any]
Rows = list[Row]

FILES = {
    "organisatieeenheden": "OrganisatieEenheid",
    "locaties": "Locatie",
    "lokalen": "Lokaal",
    "medewerkers": "Medewerker",
    "aanbodperiodes": "AanbodPeriode",
    "taxonomieelementen": "TaxonomieElement",
    "opleidingen": "Opleiding",
    "onderwijsproducten": "Onderwijsproduct",
    "onderdelen": "OnderwijsproductSamenstelling",
    "opleidingaanbod": "OpleidingAanbod",
    "onderwijsproductaanbod": "OnderwijsproductAanbodPeriode",
    "activiteiten": "Activiteit",
    "groepen": "Groep",
    "deelnemers": "Deelnemer",
    "verbintenissen": "Verbintenis",
    "resultaten": "Resultaat",
}

_EXPORTED_AT = time(2, 30)


def write(folder: Path, school: School, day: date = TODAY) -> list[Path]:
    """Write all files of an export of ``day`` into ``folder`` (made when it is not there) and return their paths.

    A file that is there is replaced. The files carry the time of the nightly export, so a gateway that waits until a
    file has rested may read them at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    exported_at = datetime.combine(day, _EXPORTED_AT, UTC).timestamp()
    written = []
    for stream, rows in tables(school).items():
        key = next(iter(rows[0]))
        rows = faults.plant(rows, school.id, stream, key)
        suffix = "xlsx" if stream == WORKBOOK_STREAM else "csv"
        path = folder / f"{FILES[stream]}_{day:%Y%m%d}.{suffix}"
        if stream == WORKBOOK_STREAM:
            _write_workbook(path, rows)
        else:
            _write_csv(path, rows, [planted.key for planted in _broken_rows(school.id, stream)])
        os.utime(path, (exported_at, exported_at))
        written.append(path)
    return written


def tables(school: School) -> dict[str, Rows]:
    """The rows per stream as they should be, before any mistake. The first column is the key."""
    makers: dict[str, Callable[[School], Rows]] = {
        "organisatieeenheden": _units,
        "locaties": _sites,
        "lokalen": _rooms,
        "medewerkers": _employees,
        "aanbodperiodes": _periods,
        "taxonomieelementen": _specifications,
        "opleidingen": _programmes,
        "onderwijsproducten": _modules,
        "onderdelen": _parts,
        "opleidingaanbod": _programme_offers,
        "onderwijsproductaanbod": _module_offers,
        "activiteiten": _part_offers,
        "groepen": _teams,
        "deelnemers": _students,
        "verbintenissen": _enrolments,
        "resultaten": _marks,
    }
    return {stream: make(school) for stream, make in makers.items()}


# -- the form of values ---------------------------------------------------------------------------------------------


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _moment(moment: datetime) -> str:
    return f"{moment:%d-%m-%Y %H:%M}"


def _number(number: Decimal | float | None, decimals: int = 1) -> str:
    return "" if number is None else f"{number:.{decimals}f}".replace(".", ",")


def _yes(value: bool) -> str:
    return "J" if value else "N"


def _list(values: Iterable[str]) -> str:
    return ",".join(values)


# -- the catalogue --------------------------------------------------------------------------------------------------


def _units(school: School) -> Rows:
    return [
        {
            "afkorting": unit.code,
            "naam": unit.name,
            "officieleNaam": f"Stichting {unit.name}" if unit.parent is None else unit.name,
            "internationaleNaam": unit.english,
            "soortOrganisatieEenheid": unit.kind,
            "parent": unit.parent or "",
            "brincode": school.brin if unit.parent is None else "",
            "website": f"https://www.{school.home}" if unit.parent is None else "",
            "bankrekeningnummer": "NL00TEST0000000000",
            "tonenBijDigitaalAanmelden": _yes(unit.kind == "college"),
        }
        for unit in school.units
    ]


def _sites(school: School) -> Rows:
    return [
        {
            "afkorting": site.code,
            "naam": site.name,
            "brincode": f"{school.brin}{index:02d}",
            "straat": site.street,
            "huisnummer": site.number,
            "postcode": site.postal_code,
            "plaats": site.town,
            "breedtegraad": _number(site.latitude, 4),
            "lengtegraad": _number(site.longitude, 4),
        }
        for index, site in enumerate(school.sites)
    ]


def _rooms(school: School) -> Rows:
    return [
        {
            "code": room.code,
            "naam": room.name,
            "soortPraktijklokaal": room.kind,
            "locatie": room.site,
            "plaatsen": str(room.seats),
            "verdieping": room.floor,
        }
        for room in school.rooms
    ]


def _employees(school: School) -> Rows:
    return [
        {
            "afkorting": person.code,
            "roepnaam": person.given_name,
            "voorvoegsel": person.prefix or "",
            "achternaam": person.surname,
            "emailadres": person.mail,
            "functie": person.function,
            "organisatieEenheid": person.unit,
            "bsn": people.unusable_number(index),
            "inDienst": _yes(True),
        }
        for index, person in enumerate(school.employees, start=1)
    ]


def _periods(school: School) -> Rows:
    return [
        {
            "code": period.code,
            "naam": period.name,
            "internationaleNaam": period.english,
            "soort": period.kind,
            "begindatum": _day(period.start),
            "einddatum": _day(period.end),
            "schooljaar": period.parent or "",
        }
        for period in school.periods
    ]


def _specifications(school: School) -> Rows:
    return [
        {
            "code": item.code,
            "naam": item.name,
            "internationaleNaam": item.english or "",
            "taxonomieElementType": item.kind,
            "niveau": item.level or "",
            "parent": item.parent or "",
            "isced": item.isced or "",
            "omvang": _number(item.load),
        }
        for item in school.specifications
    ]


def _programmes(school: School) -> Rows:
    return [_programme(school, programme) for programme in school.programmes]


def _programme(school: School, programme: Programme) -> Row:
    return {
        "code": programme.code,
        "naam": programme.name,
        "internationaleNaam": programme.english or "",
        "omschrijving": programme.description,
        "internationaleOmschrijving": programme.english_description or "",
        "leerweg": programme.pathway,
        "defaultIntensiteit": "Voltijd" if programme.pathway == "BOL" else "Deeltijd",
        "duurInMaanden": str(programme.months),
        "niveau": programme.level,
        "omvang": _number(programme.load),
        "verbintenisgebied": programme.crebo,
        "crebo": programme.crebo,
        "organisatieEenheid": programme.unit,
        "coordinator": programme.coordinator,
        "parent": programme.parent or "",
        "begindatum": _day(programme.first_start),
        "communicerenMetBRON": _yes(programme.parent is None),
        "website": f"https://www.{school.home}/opleidingen/{programme.code.lower()}",
    }


def _modules(school: School) -> Rows:
    return [_module(module) for module in school.modules]


def _module(module: Module) -> Row:
    return {
        "code": module.code,
        "titel": module.title,
        "internationaleTitel": module.english or "",
        "omschrijving": module.description,
        "internationaleOmschrijving": module.english_description or "",
        "soortProduct": module.kind,
        "aggregatieniveau": "2",
        "status": "Beschikbaar",
        "keuzedeel": module.keuzedeel or "",
        "belasting": _number(module.load),
        "niveau": module.level,
        "typeLocatie": module.delivery,
        "opleidingen": _list(module.programmes),
        "organisatieEenheid": module.unit,
        "coordinator": module.coordinator,
        "leeruitkomsten": "|".join(outcome.name for outcome in module.outcomes),
        "leeruitkomstcodes": _list(outcome.code for outcome in module.outcomes),
        "werkprocessen": _list(sorted({item.work_process for item in module.outcomes if item.work_process})),
        "vereisteVoorkennis": module.admission or "",
        "isced": module.isced or "",
        "vrijeKeuze": _yes(module.choice),
    }


def _parts(school: School) -> Rows:
    return [
        {
            "child": part.code,
            "parent": part.module,
            "naam": part.name,
            "soort": part.kind,
            "typeLocatie": part.delivery,
            "belasting": _number(part.load),
            "onderdeelVan": part.parent or "",
            "leeruitkomsten": "|".join(outcome.name for outcome in part.outcomes),
        }
        for part in school.parts
    ]


def _programme_offers(school: School) -> Rows:
    towns = {site.code: site.town for site in school.sites}
    units = {programme.code: programme.unit for programme in school.programmes}
    return [_programme_offer(offer, towns[offer.site], units[offer.programme]) for offer in school.programme_offers]


def _programme_offer(offer: ProgrammeOffer, town: str, unit: str) -> Row:
    return {
        "code": offer.code,
        "opleiding": offer.programme,
        "naam": offer.name,
        "cohort": offer.year,
        "begindatum": _day(offer.start),
        "einddatum": _day(offer.end),
        "begindatumInschrijving": _day(offer.enrol_start),
        "einddatumInschrijving": _day(offer.enrol_end),
        "tussentijdseInstroom": _yes(offer.flexible_until is not None),
        "instroomTot": _day(offer.flexible_until),
        "organisatieEenheid": unit,
        "locatie": offer.site,
        "plaats": town,
        "maximumAantalDeelnemers": str(offer.places),
        "aantalInschrijvingen": str(offer.enrolled),
        "prijs": _number(offer.price, 2),
    }


def _module_offers(school: School) -> Rows:
    towns = {site.code: site.town for site in school.sites}
    units = {module.code: module.unit for module in school.modules}
    return [_module_offer(offer, towns[offer.site], units[offer.module]) for offer in school.module_offers]


def _module_offer(offer: ModuleOffer, town: str, unit: str) -> Row:
    return {
        "code": offer.code,
        "onderwijsproduct": offer.module,
        "naam": offer.name,
        "aanbodperiode": offer.period,
        "begindatumLesperiode": _day(offer.start),
        "einddatumLesperiode": _day(offer.end),
        "begindatumInschrijving": _day(offer.enrol_start),
        "einddatumInschrijving": _day(offer.enrol_end),
        "typeLocatie": offer.delivery,
        "organisatieEenheid": unit,
        "locatie": offer.site,
        "plaats": town,
        "voertaal": offer.language,
        "minimaalAantalInschrijvingen": str(offer.minimum),
        "maximumAantalDeelnemers": str(offer.places),
        "aantalInschrijvingen": str(offer.enrolled),
        "aantalWachtlijst": str(offer.pending),
        "schaal": offer.scale,
        "prijs": _number(offer.price, 2),
    }


def _part_offers(school: School) -> Rows:
    rooms = {room.code: room for room in school.rooms}
    return [
        {
            "code": offer.code,
            "onderdeel": offer.part,
            "aanbod": offer.module_offer,
            "naam": offer.name,
            "aanbodperiode": offer.period,
            "begin": _moment(offer.start),
            "eind": _moment(offer.end),
            "lokaal": offer.room,
            "lokaalNaam": rooms[offer.room].name,
            "soortPraktijklokaal": rooms[offer.room].kind,
            "locatie": rooms[offer.room].site,
            "maximumAantalDeelnemers": str(offer.places),
            "weging": str(offer.weight),
        }
        for offer in school.part_offers
    ]


def _teams(school: School) -> Rows:
    return [
        {
            "code": team.code,
            "naam": team.name,
            "groepstype": team.kind,
            "organisatieEenheid": team.unit,
            "begindatum": _day(team.start),
            "einddatum": _day(team.end),
            "aantal": str(team.size),
        }
        for team in school.teams
    ]


# -- persons --------------------------------------------------------------------------------------------------------


def _students(school: School) -> Rows:
    return [_student(student) for student in school.students]


def _student(student: Student) -> Row:
    return {
        "deelnemernummer": student.number,
        "roepnaam": student.call_name,
        "voornamen": student.given_names,
        "voorletters": student.initials,
        "voorvoegsel": student.prefix or "",
        "achternaam": student.surname,
        "geboortedatum": _day(student.birth),
        "geslacht": student.gender,
        "nationaliteit1": student.nationality,
        "bsn": student.bsn,
        "straat": student.street,
        "postcode": student.postal_code,
        "woonplaats": "Nergenshuizen",
        "emailadres": student.mail,
        "actief": _yes(student.active),
        "bankrekeningnummer": "NL00TEST0000000000",
    }


def _enrolments(school: School) -> Rows:
    return [_enrolment(item) for item in school.enrolments]


def _enrolment(item: Enrolment) -> Row:
    return {
        "overeenkomstnummer": item.number,
        "deelnemernummer": item.student,
        "aanbod": item.offer,
        "crebo": item.crebo,
        "leerweg": item.pathway,
        "cohort": item.cohort,
        "begindatum": _day(item.begin),
        "geplandeEinddatum": _day(item.planned_end),
        "einddatum": _day(item.end),
        "status": item.status,
        "bekostigd": _yes(item.status == "Definitief"),
    }


def _marks(school: School) -> Rows:
    return [
        {
            "volgnummer": mark.number,
            "deelnemernummer": mark.student,
            "aanbod": mark.offer,
            "status": mark.status,
            "schaal": mark.scale,
            "cijfer": mark.value.replace(".", ",") if mark.value else "",
            "behaald": "" if mark.passed is None else _yes(mark.passed),
            "datumBehaald": _day(mark.day),
            "belasting": _number(mark.load),
        }
        for mark in school.marks
    ]


# -- files ----------------------------------------------------------------------------------------------------------


def _broken_rows(school: str, stream: str) -> list[faults.Fault]:
    return [
        planted
        for planted in faults.of(school, stream)
        if isinstance(planted, faults.Fault) and planted.change == "cells"
    ]


def _write_csv(path: Path, rows: Rows, broken: list[str]) -> None:
    """``broken``: keys of extra rows whose text holds a delimiter that nobody quoted."""
    with path.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=DELIMITER)
        writer.writeheader()
        writer.writerows(rows)
        for key in broken:
            cells = [key, "Sociale media; ook video", *list(rows[0])[2:]]
            file.write(DELIMITER.join(cells) + "\r\n")


def _write_workbook(path: Path, rows: Rows) -> None:
    """One sheet, every cell text but the study load, which is a number as people type it."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = path.stem.split("_")[0]
    header = list(rows[0])
    sheet.append(header)
    for row in rows:
        sheet.append([_cell(name, row[name]) for name in header])
    book.save(path)


def _cell(column: str, value: str) -> str | float | None:
    if column == "omvang" and value:
        return float(value.replace(",", "."))
    return value or None
