"""The mistakes that the schools' files hold on purpose, and what the gateway must say about each.

Real exports have such mistakes. A test asserts that the report of a school names exactly these. Changes that refuse a
row make an extra row that nothing refers to, so that one mistake gives one finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Change = Literal["set", "extra", "double", "cells"]

# Passes the eleven-test, and is known as an example that belongs to nobody.
EXAMPLE_BSN = "111222333"


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake.

    ``change``: *set* puts ``value`` into ``column`` of the row with key ``key``; *extra* adds a copy of the row
    ``like`` under the key ``key`` with that value; *double* adds a second row with key ``key``; *cells* is an extra
    row with one cell too many. ``code`` is the expected finding, ``step`` who finds it: ``read`` is the adapter,
    ``map`` the mapping, ``check`` the catalogue, which sees all rows together.
    """

    school: str
    stream: str
    resource: str
    key: str
    code: str
    step: Literal["read", "map", "check"]
    change: Change
    column: str = ""
    value: Any = None
    like: str | None = None

    @property
    def reported_key(self) -> str | None:
        """The key under which the report shows it; None where the row has none.

        A row with a BSN is named by its key only where it has no row number: not in the files of the first school.
        """
        if self.code == "PRIV001":
            return None if self.school == "wilgenstroom" else self.key
        return None if self.code in {"ROW001", "ROW002"} else self.key


@dataclass(frozen=True, slots=True)
class Quirk:
    """Something odd that is no mistake: no finding, and ``path`` of the resource holds ``expected``.

    ``path`` is a JMESPath expression over the mapped resource; an ``expected`` of None with ``absent`` means that the
    row is skipped by the mapping's ``where``.
    """

    school: str
    stream: str
    resource: str
    key: str
    change: Change
    column: str
    value: Any
    path: str = ""
    expected: Any = None
    like: str | None = None
    absent: bool = False


_BSN_TEXT = f"Vragen? Bel met de docent, bsn {EXAMPLE_BSN}."
_HTML = "<p>Je maakt <b>gebak</b> &amp; desserts.</p><script>alert('taart')</script>"

FAULTS: tuple[Fault, ...] = (
    # -- ROC Wilgenstroom: the export folder --------------------------------------------------------------------
    Fault("wilgenstroom", "organisatieeenheden", "Organization", "PRJ-NOORD", "REF003", "check", "extra",
          "parent", "PRJ-ZUID", "COL-EH"),
    Fault("wilgenstroom", "organisatieeenheden", "Organization", "PRJ-ZUID", "REF003", "check", "extra",
          "parent", "PRJ-NOORD", "COL-EH"),
    Fault("wilgenstroom", "locaties", "Building", "WZ1", "MAP005", "map", "set", "brincode", "7ZA"),
    Fault("wilgenstroom", "opleidingen", "Program", "25138BOL", "MAP005", "map", "set", "crebo", "5138"),
    Fault("wilgenstroom", "opleidingen", "Program", "25118BBL", "MAP003", "map", "set", "leerweg", "BLB"),
    Fault("wilgenstroom", "opleidingen", "Program", "25182BBL", "MAP003", "map", "set", "niveau", "5"),
    Fault("wilgenstroom", "opleidingen", "Program", "25104BOL", "MAP001", "map", "set", "begindatum", "31-02-2026"),
    Fault("wilgenstroom", "onderwijsproducten", "Course", "KD-K0072", "ROW003", "check", "double"),
    Fault("wilgenstroom", "onderwijsproducten", "Course", "EXC-09", "PRIV001", "map", "extra",
          "omschrijving", _BSN_TEXT, "EXC-01"),
    Fault("wilgenstroom", "onderwijsproducten", "Course", "BPV-25104BOL", "REQ002", "map", "set", "omschrijving", ""),
    Fault("wilgenstroom", "onderwijsproducten", "Course", "LAS-01", "MAP002", "map", "set", "belasting", "zestig"),
    Fault("wilgenstroom", "onderwijsproducten", "Course", "SOC-09", "ROW001", "read", "cells", like="SOC-01"),
    Fault("wilgenstroom", "onderwijsproducten", "Course", "", "ROW002", "read", "extra",
          "titel", "Module zonder code", "SOC-01"),
    Fault("wilgenstroom", "onderwijsproductaanbod", "CourseOffering", "GIDS-01-2026-P3", "REF001", "check", "extra",
          "onderwijsproduct", "GIDS-01", "APO-FKM-2026-P3"),
    Fault("wilgenstroom", "opleidingaanbod", "ProgramOffering", "25473BOL-2026", "MAP004", "map", "set",
          "tussentijdseInstroom", "misschien"),
    Fault("wilgenstroom", "groepen", "Group", "KL-25473BOL", "REF002", "check", "set",
          "organisatieEenheid", "TEAM-ONBEKEND"),
    # -- ROC Zandermeer: the database ---------------------------------------------------------------------------
    Fault("zandermeer", "programs", "Program", "25489BOL", "MAP003", "map", "set", "pathway", "AVOND"),
    Fault("zandermeer", "programs", "Program", "25170BOL", "VAL001", "map", "set", "link", "zandermeer horeca"),
    Fault("zandermeer", "courses", "Course", "KD-K0080", "ROW003", "read", "double"),
    Fault("zandermeer", "courses", "Course", "EXC-09", "PRIV001", "map", "extra",
          "description_nl", _BSN_TEXT, "EXC-01"),
    Fault("zandermeer", "courses", "Course", "LAS-01", "MAP002", "map", "set", "study_load", "ca. 80"),
    Fault("zandermeer", "courses", "Course", "BPV-25604BOL", "REQ002", "map", "set", "description_nl", None),
    Fault("zandermeer", "groups", "Group", "KL-25489BOL", "REF002", "check", "set", "unit", "TEAM-ONBEKEND"),
    Fault("zandermeer", "course-offerings", "CourseOffering", "GIDS-01-2026-P3", "REF001", "check", "extra",
          "course", "GIDS-01", "KD-K0023-2026-P3"),
    # -- ROC Klaverkust: the OOAPI endpoint; keys are codes here and ids in the report ---------------------------
    Fault("klaverkust", "courses", "Course", "EXC-09", "VAL002", "map", "extra", "level", "mbo-4", "EXC-01"),
    Fault("klaverkust", "courses", "Course", "KD-K0788", "VAL001", "map", "set", "modeOfDelivery", ["op locatie"]),
    Fault("klaverkust", "courses", "Course", "EVE-09", "REQ001", "map", "extra", "name", None, "EVE-01"),
    Fault("klaverkust", "programs", "Program", "25148BOL-X", "PRIV001", "map", "extra", "description",
          [{"language": "nl-NL", "value": _BSN_TEXT}], "25148BOL"),
    Fault("klaverkust", "groups", "Group", "KL-25415BOL", "REF002", "check", "set",
          "organization", "00000000-0000-4000-8000-00000000dead"),
    Fault("klaverkust", "course-offerings", "CourseOffering", "GIDS-01-2026-P3", "REF001", "check", "extra",
          "course", "00000000-0000-4000-8000-00000000beef", "KD-K0023-2026-P3"),
)  # fmt: skip

QUIRKS: tuple[Quirk, ...] = (
    Quirk("wilgenstroom", "onderwijsproducten", "Course", "VOO-01", "set", "belasting", "6,0",
          "studyLoad.value", 6),
    Quirk("wilgenstroom", "onderwijsproducten", "Course", "PAT-01", "set", "omschrijving", _HTML,
          "description[0].value", _HTML),
    Quirk("wilgenstroom", "onderwijsproducten", "Course", "RUI-01", "extra", "status", "InOntwikkeling",
          like="PAT-01", absent=True),
    Quirk("wilgenstroom", "medewerkers", "Person", "M0002", "set", "achternaam", "Çelikoglu-Ëverts",
          "surname", "Çelikoglu-Ëverts"),
    Quirk("zandermeer", "coordinators", "Person", "M0001", "set", "surname", "الخيالي", "surname", "الخيالي"),
    Quirk("klaverkust", "coordinators", "Person", "M0001", "set", "surname", "בדיוני", "surname", "בדיוני"),
)  # fmt: skip


def of(school: str, stream: str) -> Iterator[Fault | Quirk]:
    """Everything that is put into one stream of one school on purpose."""
    everything: tuple[Fault | Quirk, ...] = (*FAULTS, *QUIRKS)
    for planted in everything:
        if planted.school == school and planted.stream == stream:
            yield planted


def plant(rows: list[dict[str, Any]], school: str, stream: str, key: str) -> list[dict[str, Any]]:
    """The rows with the mistakes of this stream in them; ``key`` is the column that holds the key.

    Rows that *set* are changed in place of the original, extra rows come at the end. *cells* is left to the writer
    of the file, since a row as such cannot have a cell too many. Raises KeyError when a row is not there.
    """
    by_key = {row[key]: index for index, row in enumerate(rows)}
    result = list(rows)
    for planted in of(school, stream):
        if planted.change == "set":
            index = by_key[planted.key]
            result[index] = {**result[index], planted.column: planted.value}
        elif planted.change == "double":
            result.append(dict(result[by_key[planted.key]]))
        elif planted.change == "extra":
            original = rows[by_key[planted.like]]
            result.append({**original, key: planted.key, planted.column: planted.value})
    return result
