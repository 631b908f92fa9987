"""The tables of ROC Zandermeer's own database, as a school might have them in its data warehouse.

No foreign keys are enforced and codes need not be unique: that is how mistakes get in. Each catalogue table has
``changed_at`` (moved by every change) and ``deleted`` (1: the row is gone). The personal tables hold columns that the
gateway may never read.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, DateTime, Float, Integer, MetaData, Numeric, String, Table, Text

metadata = MetaData()


def _table(name: str, *columns: Column[object]) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("code", String(80), index=True),
        *columns,
        Column("changed_at", DateTime(timezone=True), nullable=False),
        Column("deleted", Integer, nullable=False, default=0),
    )


unit = _table(
    "unit",
    Column("kind", String(20)),
    Column("name_nl", String(200)),
    Column("name_en", String(200)),
    Column("short_name", String(60)),
    Column("parent", String(80)),
    Column("brin", String(6)),
    Column("website", String(200)),
)
site = _table(
    "site",
    Column("name", String(200)),
    Column("street", String(200)),
    Column("house_number", String(10)),
    Column("postal_code", String(10)),
    Column("town", String(80)),
    Column("latitude", Float),
    Column("longitude", Float),
)
room = _table(
    "room",
    Column("name", String(200)),
    Column("kind", String(20)),
    Column("building", String(80)),
    Column("seats", Integer),
    Column("floor", String(10)),
)
employee = _table(
    "employee",
    Column("given_name", String(80)),
    Column("prefix", String(20)),
    Column("surname", String(120)),
    Column("mail", String(200)),
    Column("job", String(120)),
    Column("unit", String(80)),
    Column("bsn", String(9)),
)
session = _table(
    "session",
    Column("kind", String(20)),
    Column("name_nl", String(200)),
    Column("name_en", String(200)),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("parent", String(80)),
)
specification = _table(
    "specification",
    Column("kind", String(20)),
    Column("name_nl", String(200)),
    Column("name_en", String(200)),
    Column("level", String(4)),
    Column("parent", String(80)),
    Column("isced", String(4)),
    Column("study_load", Integer),
)
programme = _table(
    "programme",
    Column("name_nl", String(200)),
    Column("name_en", String(200)),
    Column("description_nl", Text),
    Column("description_en", Text),
    Column("crebo", String(5)),
    Column("pathway", String(10)),
    Column("level", String(4)),
    Column("months", Integer),
    Column("study_load", Integer),
    Column("unit", String(80)),
    Column("coordinator", String(80)),
    Column("first_start", Date),
    Column("link", String(200)),
)
module = _table(
    "module",
    Column("kind", String(20)),
    Column("name_nl", String(200)),
    Column("name_en", String(200)),
    Column("description_nl", Text),
    Column("description_en", Text),
    Column("keuzedeel", String(5)),
    Column("study_load", String(20)),  # a text: people type "ca. 80" into it
    Column("level", String(4)),
    Column("delivery", String(20)),
    Column("unit", String(80)),
    Column("coordinator", String(80)),
    Column("admission", Text),
    Column("isced", String(4)),
    Column("choice", Integer),
)
module_programme = Table(
    "module_programme",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("module", String(80), index=True),
    Column("programme", String(80)),
)
module_outcome = Table(
    "module_outcome",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("module", String(80), index=True),
    Column("outcome", Text),
)
part = _table(
    "part",
    Column("module", String(80)),
    Column("kind", String(20)),
    Column("name", String(200)),
    Column("delivery", String(20)),
    Column("study_load", Integer),
)
programme_offer = _table(
    "programme_offer",
    Column("programme", String(80)),
    Column("name", String(200)),
    Column("school_year", String(80)),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("enrol_start", Date),
    Column("enrol_end", Date),
    Column("flexible_until", Date),
    Column("site", String(80)),
    Column("places", Integer),
    Column("enrolled", Integer),
    Column("price", Numeric(10, 2)),
)
module_offer = _table(
    "module_offer",
    Column("course", String(80)),
    Column("name", String(200)),
    Column("period", String(80)),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("enrol_start", Date),
    Column("enrol_end", Date),
    Column("delivery", String(20)),
    Column("site", String(80)),
    Column("language", String(2)),
    Column("minimum", Integer),
    Column("places", Integer),
    Column("enrolled", Integer),
    Column("pending", Integer),
    Column("grading", String(10)),
    Column("price", Numeric(10, 2)),
)
part_offer = _table(
    "part_offer",
    Column("part", String(80)),
    Column("module_offer", String(80)),
    Column("period", String(80)),
    Column("name", String(200)),
    Column("start_at", DateTime),  # local time
    Column("end_at", DateTime),
    Column("room", String(80)),
    Column("places", Integer),
    Column("weight", Integer),
)
team = _table(
    "team",
    Column("kind", String(20)),
    Column("name", String(200)),
    Column("unit", String(80)),
    Column("start_date", Date),
    Column("end_date", Date),
    Column("size", Integer),
)
student = _table(
    "student",
    Column("given_names", String(120)),
    Column("call_name", String(80)),
    Column("initials", String(20)),
    Column("prefix", String(20)),
    Column("surname", String(120)),
    Column("mail", String(200)),
    Column("active", Integer),
    Column("birth_date", Date),
    Column("gender", String(1)),
    Column("nationality", String(80)),
    Column("bsn", String(9)),
    Column("street", String(200)),
    Column("postal_code", String(10)),
)
enrolment = _table(
    "enrolment",
    Column("student", String(80), index=True),
    Column("offer", String(80)),
    Column("crebo", String(5)),
    Column("pathway", String(10)),
    Column("cohort", String(20)),
    Column("begin_date", Date),
    Column("planned_end", Date),
    Column("end_date", Date),
    Column("status", String(20)),
)
mark = _table(
    "mark",
    Column("student", String(80), index=True),
    Column("offer", String(80)),
    Column("status", String(20)),
    Column("grading", String(10)),
    Column("value", String(10)),
    Column("passed", Integer),
    Column("day", Date),
    Column("study_load", Integer),
)
