"""ROC Zandermeer: a relational database with views for the gateway.

A SQLite file unless another URL is given; the same tables and views work on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, insert, make_url, update

from demo.data import faults, people
from demo.data.model import Module, School
from demo.schools import sql_tables as t
from demo.schools import sql_views

Row = dict[str, Any]
Rows = list[Row]

FIRST_CHANGE = datetime(2026, 10, 1, 6, 0, tzinfo=UTC)
"""``changed_at`` of the first row; each next row of a table is a second later."""

# Withdrawn before the gateway ever looked: rows that are there only to say that they are gone.
_WITHDRAWN = ("SOC-01-2025-P2", "EVE-01-2025-P2")


def write(url: str, school: School) -> None:
    """Make all tables and views anew and fill them. Raises sqlalchemy.exc.SQLAlchemyError."""
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            sql_views.drop(connection)
            t.metadata.drop_all(connection)
            t.metadata.create_all(connection)
            for stream, (table, make) in _STREAMS.items():
                rows = faults.plant(make(school), school.id, stream, "code")
                _insert(connection, table, _stamped(rows))
            _insert_links(connection, school.modules)
            _insert(connection, t.module_offer, _withdrawn(school))
            sql_views.create(connection)
    finally:
        engine.dispose()


def rename_course(url: str, code: str, title: str, moment: datetime) -> bool:
    """Give a course another title, as an application manager would. Returns whether it was there."""
    return _change(url, t.module, code, {"name_nl": title, "changed_at": moment})


def withdraw_offering(url: str, code: str, moment: datetime) -> bool:
    """Mark a course offering as gone. Returns whether it was there."""
    return _change(url, t.module_offer, code, {"deleted": 1, "changed_at": moment})


def _change(url: str, table: Table, code: str, values: Row) -> bool:
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            return connection.execute(update(table).where(table.c.code == code).values(values)).rowcount > 0
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return create_engine(parsed)


def _stamped(rows: Rows) -> Rows:
    """The rows with the moment of their last change, where they have none yet."""
    return [
        {"changed_at": FIRST_CHANGE + timedelta(seconds=index), "deleted": 0, **row} for index, row in enumerate(rows)
    ]


def _insert(connection: Connection, table: Table, rows: Rows) -> None:
    if rows:
        connection.execute(insert(table), rows)


def _insert_links(connection: Connection, modules: tuple[Module, ...]) -> None:
    programmes = [{"module": item.code, "programme": code} for item in modules for code in item.programmes]
    outcomes = [{"module": item.code, "outcome": outcome.name} for item in modules for outcome in item.outcomes]
    _insert(connection, t.module_programme, programmes)
    _insert(connection, t.module_outcome, outcomes)


def _withdrawn(school: School) -> Rows:
    """Course offerings that were deleted long ago."""
    example = _module_offers(school)[0]
    rows = [{**example, "code": code, "course": code.rsplit("-", 2)[0], "deleted": 1} for code in _WITHDRAWN]
    return _stamped(rows)


# -- rows -----------------------------------------------------------------------------------------------------------


def _units(school: School) -> Rows:
    return [
        {
            "code": unit.code,
            "kind": unit.kind,
            "name_nl": unit.name,
            "name_en": unit.english,
            "short_name": unit.short_name,
            "parent": unit.parent,
            "brin": school.brin if unit.parent is None else None,
            "website": f"https://www.{school.home}" if unit.parent is None else None,
        }
        for unit in school.units
    ]


def _sites(school: School) -> Rows:
    return [
        {
            "code": site.code,
            "name": site.name,
            "street": site.street,
            "house_number": site.number,
            "postal_code": site.postal_code,
            "town": site.town,
            "latitude": site.latitude,
            "longitude": site.longitude,
        }
        for site in school.sites
    ]


def _rooms(school: School) -> Rows:
    return [
        {
            "code": room.code,
            "name": room.name,
            "kind": room.kind,
            "building": room.site,
            "seats": room.seats,
            "floor": room.floor,
        }
        for room in school.rooms
    ]


def _employees(school: School) -> Rows:
    return [
        {
            "code": person.code,
            "given_name": person.given_name,
            "prefix": person.prefix,
            "surname": person.surname,
            "mail": person.mail,
            "job": person.function,
            "unit": person.unit,
            "bsn": people.unusable_number(index),
        }
        for index, person in enumerate(school.employees, start=1)
    ]


def _sessions(school: School) -> Rows:
    return [
        {
            "code": period.code,
            "kind": period.kind,
            "name_nl": period.name,
            "name_en": period.english,
            "start_date": period.start,
            "end_date": period.end,
            "parent": period.parent,
        }
        for period in school.periods
    ]


def _specifications(school: School) -> Rows:
    return [
        {
            "code": item.code,
            "kind": item.kind,
            "name_nl": item.name,
            "name_en": item.english,
            "level": item.level,
            "parent": item.parent,
            "isced": item.isced,
            "study_load": item.load,
        }
        for item in school.specifications
    ]


def _programmes(school: School) -> Rows:
    return [
        {
            "code": item.code,
            "name_nl": item.name,
            "name_en": item.english,
            "description_nl": item.description,
            "description_en": item.english_description,
            "crebo": item.crebo,
            "pathway": item.pathway,
            "level": item.level,
            "months": item.months,
            "study_load": item.load,
            "unit": item.unit,
            "coordinator": item.coordinator,
            "first_start": item.first_start,
            "link": f"https://www.{school.home}/opleiding/{item.code.lower()}",
        }
        for item in school.programmes
    ]


def _modules(school: School) -> Rows:
    return [
        {
            "code": item.code,
            "kind": item.kind,
            "name_nl": item.title,
            "name_en": item.english,
            "description_nl": item.description,
            "description_en": item.english_description,
            "keuzedeel": item.keuzedeel,
            "study_load": str(item.load),
            "level": item.level,
            "delivery": item.delivery,
            "unit": item.unit,
            "coordinator": item.coordinator,
            "admission": item.admission,
            "isced": item.isced,
            "choice": int(item.choice),
        }
        for item in school.modules
    ]


def _parts(school: School) -> Rows:
    return [
        {
            "code": item.code,
            "module": item.module,
            "kind": item.kind,
            "name": item.name,
            "delivery": item.delivery,
            "study_load": item.load,
        }
        for item in school.parts
    ]


def _programme_offers(school: School) -> Rows:
    return [
        {
            "code": offer.code,
            "programme": offer.programme,
            "name": offer.name,
            "school_year": offer.year,
            "start_date": offer.start,
            "end_date": offer.end,
            "enrol_start": offer.enrol_start,
            "enrol_end": offer.enrol_end,
            "flexible_until": offer.flexible_until,
            "site": offer.site,
            "places": offer.places,
            "enrolled": offer.enrolled,
            "price": offer.price,
        }
        for offer in school.programme_offers
    ]


def _module_offers(school: School) -> Rows:
    return [
        {
            "code": offer.code,
            "course": offer.module,
            "name": offer.name,
            "period": offer.period,
            "start_date": offer.start,
            "end_date": offer.end,
            "enrol_start": offer.enrol_start,
            "enrol_end": offer.enrol_end,
            "delivery": offer.delivery,
            "site": offer.site,
            "language": offer.language,
            "minimum": offer.minimum,
            "places": offer.places,
            "enrolled": offer.enrolled,
            "pending": offer.pending,
            "grading": offer.scale,
            "price": offer.price,
        }
        for offer in school.module_offers
    ]


def _part_offers(school: School) -> Rows:
    return [
        {
            "code": offer.code,
            "part": offer.part,
            "module_offer": offer.module_offer,
            "period": offer.period,
            "name": offer.name,
            "start_at": offer.start,
            "end_at": offer.end,
            "room": offer.room,
            "places": offer.places,
            "weight": offer.weight,
        }
        for offer in school.part_offers
    ]


def _teams(school: School) -> Rows:
    return [
        {
            "code": team.code,
            "kind": team.kind,
            "name": team.name,
            "unit": team.unit,
            "start_date": team.start,
            "end_date": team.end,
            "size": team.size,
        }
        for team in school.teams
    ]


def _students(school: School) -> Rows:
    return [
        {
            "code": student.number,
            "given_names": student.given_names,
            "call_name": student.call_name,
            "initials": student.initials,
            "prefix": student.prefix,
            "surname": student.surname,
            "mail": student.mail,
            "active": int(student.active),
            "birth_date": student.birth,
            "gender": student.gender,
            "nationality": student.nationality,
            "bsn": student.bsn,
            "street": student.street,
            "postal_code": student.postal_code,
        }
        for student in school.students
    ]


def _enrolments(school: School) -> Rows:
    return [
        {
            "code": item.number,
            "student": item.student,
            "offer": item.offer,
            "crebo": item.crebo,
            "pathway": item.pathway,
            "cohort": item.cohort,
            "begin_date": item.begin,
            "planned_end": item.planned_end,
            "end_date": item.end,
            "status": item.status,
        }
        for item in school.enrolments
    ]


def _marks(school: School) -> Rows:
    return [
        {
            "code": mark.number,
            "student": mark.student,
            "offer": mark.offer,
            "status": mark.status,
            "grading": mark.scale,
            "value": mark.value,
            "passed": None if mark.passed is None else int(mark.passed),
            "day": mark.day,
            "study_load": mark.load,
        }
        for mark in school.marks
    ]


_STREAMS: dict[str, tuple[Table, Callable[[School], Rows]]] = {
    "organizations": (t.unit, _units),
    "buildings": (t.site, _sites),
    "rooms": (t.room, _rooms),
    "coordinators": (t.employee, _employees),
    "academic-sessions": (t.session, _sessions),
    "education-specifications": (t.specification, _specifications),
    "programs": (t.programme, _programmes),
    "courses": (t.module, _modules),
    "components": (t.part, _parts),
    "program-offerings": (t.programme_offer, _programme_offers),
    "course-offerings": (t.module_offer, _module_offers),
    "component-offerings": (t.part_offer, _part_offers),
    "groups": (t.team, _teams),
    "persons": (t.student, _students),
    "program-offering-associations": (t.enrolment, _enrolments),
    "course-offering-associations": (t.mark, _marks),
}
