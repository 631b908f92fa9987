"""The views that ROC Zandermeer made for the gateway: one per stream, named ``ooapi_…``.

Written with SQLAlchemy, so that the same definitions work on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select, text

from demo.schools import sql_tables as t

VIEWS: dict[str, str] = {
    "organizations": "ooapi_organization",
    "buildings": "ooapi_building",
    "rooms": "ooapi_room",
    "coordinators": "ooapi_coordinator",
    "academic-sessions": "ooapi_academic_session",
    "education-specifications": "ooapi_education_specification",
    "programs": "ooapi_program",
    "courses": "ooapi_course",
    "components": "ooapi_component",
    "program-offerings": "ooapi_program_offering",
    "course-offerings": "ooapi_course_offering",
    "component-offerings": "ooapi_component_offering",
    "groups": "ooapi_group",
    "persons": "ooapi_person",
    "program-offering-associations": "ooapi_program_offering_association",
    "course-offering-associations": "ooapi_course_offering_association",
}


def _all(table: Table, *more: ColumnElement[Any], without: tuple[str, ...] = ("id",)) -> Select[Any]:
    return select(*(column for column in table.c if column.name not in without), *more)


def _of(
    column: ColumnElement[Any], owner: ColumnElement[Any], key: ColumnElement[Any], name: str
) -> ColumnElement[Any]:
    """One value of another table, where ``owner`` = ``key``; codes need not be unique, so the first."""
    return select(func.min(column)).where(owner == key).scalar_subquery().label(name)


def _joined(
    column: ColumnElement[Any], owner: ColumnElement[Any], key: ColumnElement[Any], separator: str, name: str
) -> ColumnElement[Any]:
    """All values of another table behind each other."""
    return select(func.aggregate_strings(column, separator)).where(owner == key).scalar_subquery().label(name)


def _town(site: ColumnElement[Any]) -> ColumnElement[Any]:
    return _of(t.site.c.town, t.site.c.code, site, "town")


def definitions() -> dict[str, Select[Any]]:
    """The SELECT of each view, by the name of the view."""
    return {
        "ooapi_organization": _all(t.unit),
        "ooapi_building": _all(t.site),
        "ooapi_room": _all(t.room),
        "ooapi_coordinator": _all(t.employee),
        "ooapi_academic_session": _all(t.session),
        "ooapi_education_specification": _all(t.specification),
        "ooapi_program": _all(t.programme),
        "ooapi_course": _all(
            t.module,
            _joined(t.module_programme.c.programme, t.module_programme.c.module, t.module.c.code, ",", "programmes"),
            _joined(t.module_outcome.c.outcome, t.module_outcome.c.module, t.module.c.code, "|", "outcomes"),
        ),
        "ooapi_component": _all(t.part),
        "ooapi_program_offering": _all(
            t.programme_offer,
            _town(t.programme_offer.c.site),
            _of(t.programme.c.unit, t.programme.c.code, t.programme_offer.c.programme, "unit"),
        ),
        "ooapi_course_offering": _all(
            t.module_offer,
            _town(t.module_offer.c.site),
            _of(t.module.c.unit, t.module.c.code, t.module_offer.c.course, "unit"),
        ),
        "ooapi_component_offering": _all(
            t.part_offer,
            _of(t.room.c.name, t.room.c.code, t.part_offer.c.room, "room_name"),
            _of(t.room.c.kind, t.room.c.code, t.part_offer.c.room, "room_kind"),
        ),
        "ooapi_group": _all(t.team),
        "ooapi_person": _all(t.student, t.student.c.code.label("student_number")),
        "ooapi_program_offering_association": _all(
            t.enrolment, t.enrolment.c.student.label("student_number"), without=("id", "student")
        ),
        "ooapi_course_offering_association": _all(
            t.mark, t.mark.c.student.label("student_number"), without=("id", "student")
        ),
    }


def create(connection: Connection) -> None:
    """Make the views; the tables must be there."""
    for name, query in definitions().items():
        body = query.compile(connection, compile_kwargs={"literal_binds": True})
        connection.execute(text(f"CREATE VIEW {name} AS {_escaped(str(body))}"))


def drop(connection: Connection) -> None:
    for name in definitions():
        connection.execute(text(f"DROP VIEW IF EXISTS {name}"))


def _escaped(sql: str) -> str:
    """Colons would be read as parameters."""
    return sql.replace(":", r"\:")
