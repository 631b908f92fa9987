"""What ROC Klaverkust's endpoint serves: one JSON document with every resource in the form of OOAPI v5."""

from __future__ import annotations

import uuid
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from demo.data import faults
from demo.data.model import Employee, Enrolment, Mark, Module, ModuleOffer, Outcome, Part, Programme, School, Student

Item = dict[str, Any]

_NAMESPACE = uuid.UUID("0c5f2d6e-9f4a-5d3b-8a71-6b1e2c9d4f70")
_AMSTERDAM = ZoneInfo("Europe/Amsterdam")
_LEVEL = "secondary vocational education"
_DELIVERY = {"locatie": "on campus", "online": "online", "hybride": "hybrid", "werkplek": "situated"}
_ORGANIZATIONS = {"instelling": "root", "college": "academy", "team": "department"}
_ROOMS = {
    "leslokaal": "lecture room",
    "computerlokaal": "computer room",
    "praktijklokaal": "laboratory",
    "toetslokaal": "examination room",
}
_SPECIFICATIONS = {
    "dossier": ("cluster", "no official document"),
    "kwalificatie": ("program", "diploma"),
    "keuzedeel": ("course", "certificate"),
}
_COMPONENTS = {
    "les": "lecture",
    "practicum": "practical",
    "toets": "test",
    "opdracht": "skills training",
    "project": "project",
}
_GROUPS = {"stamgroep": "class", "lesgroep": "learning group", "docententeam": "team"}
_ENROLMENT_STATES = {
    "Voorlopig": "pending", "Definitief": "associated", "Beeindigd": "canceled", "Afgemeld": "canceled"
}  # fmt: skip
_MARK_STATES = {
    "Aangevraagd": "pending",
    "Ingeschreven": "associated",
    "Wachtlijst": "queued",
    "Afgerond": "associated",
}

ID_PROPERTIES = {
    "organizations": "organizationId",
    "academic-sessions": "academicSessionId",
    "education-specifications": "educationSpecificationId",
    "programs": "programId",
    "courses": "courseId",
    "components": "componentId",
    "offerings": "offeringId",
    "buildings": "buildingId",
    "rooms": "roomId",
    "groups": "groupId",
    "persons": "personId",
    "associations": "associationId",
}
# The streams of the gateway that read from the collections of this document.
_COLLECTIONS = {
    "program-offerings": "offerings",
    "course-offerings": "offerings",
    "component-offerings": "offerings",
    "coordinators": "persons",
}


def identifier(school: str, collection: str, code: str) -> str:
    """The UUID under which this endpoint knows something; the same for ever."""
    return str(uuid.uuid5(_NAMESPACE, f"{school}/{collection}/{code}"))


def collection_of(stream: str) -> str:
    """The collection of this document that a stream of the gateway reads from."""
    return _COLLECTIONS.get(stream, stream)


def write(path: Path, school: School) -> None:
    """Write the document. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(build(school), option=orjson.OPT_INDENT_2))


def build(school: School) -> dict[str, list[Item]]:
    """All resources per collection, mistakes included."""
    document = _Document(school).collections()
    everything: tuple[faults.Fault | faults.Quirk, ...] = (*faults.FAULTS, *faults.QUIRKS)
    for planted in everything:
        if planted.school == school.id:
            collection = collection_of(planted.stream)
            _plant(document[collection], school.id, collection, planted)
    return document


def _plant(items: list[Item], school: str, collection: str, planted: faults.Fault | faults.Quirk) -> None:
    own_id = ID_PROPERTIES[collection]
    if planted.change == "set":
        wanted = identifier(school, collection, planted.key)
        item = next(item for item in items if item[own_id] == wanted)
    else:
        wanted = identifier(school, collection, planted.like or "")
        original = next(item for item in items if item[own_id] == wanted)
        item = {**original, own_id: identifier(school, collection, planted.key)}
        item["primaryCode"] = {**original["primaryCode"], "code": planted.key}
        items.append(item)
    if planted.value is None:
        item.pop(planted.column)
    else:
        item[planted.column] = planted.value


def _texts(dutch: str | None, english: str | None = None) -> list[Item]:
    texts = [{"language": "nl-NL", "value": dutch}, {"language": "en-GB", "value": english}]
    return [text for text in texts if text["value"]]


def _code(kind: str, code: str) -> Item:
    return {"codeType": kind, "code": code}


def _outcomes(outcomes: tuple[Outcome, ...]) -> list[list[Item]]:
    return [_texts(outcome.name) for outcome in outcomes]


def _without_nothing(item: Item) -> Item:
    """OOAPI v5 knows no null: what is not there is left out."""
    return {name: value for name, value in item.items() if value is not None and value != []}


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=_AMSTERDAM).isoformat()


class _Document:
    def __init__(self, school: School) -> None:
        self._school = school
        self._towns = {site.code: site.town for site in school.sites}
        self._units = {module.code: module.unit for module in school.modules}
        self._units |= {programme.code: programme.unit for programme in school.programmes}
        self._rooms = {item["primaryCode"]["code"]: item for item in self._all_rooms()}

    def collections(self) -> dict[str, list[Item]]:
        school = self._school
        made: dict[str, list[Item]] = {
            "organizations": self._organizations(),
            "academic-sessions": self._sessions(),
            "education-specifications": self._specifications(),
            "programs": [self._program(programme) for programme in school.programmes],
            "courses": [self._course(module) for module in school.modules],
            "components": [self._component(part) for part in school.parts],
            "offerings": self._program_offerings()
            + [self._course_offering(offer) for offer in school.module_offers]
            + self._component_offerings(),
            "buildings": self._buildings(),
            "rooms": self._all_rooms(),
            "groups": self._groups(),
            "persons": [self._employee(person) for person in school.employees]
            + [self._student(student) for student in school.students],
        }
        offerings = {item["offeringId"]: item for item in made["offerings"]}
        made["associations"] = [self._enrolment(item, offerings) for item in school.enrolments] + [
            self._mark(mark, offerings) for mark in school.marks
        ]
        return {name: [_without_nothing(item) for item in items] for name, items in made.items()}

    def _id(self, collection: str, code: str | None) -> str | None:
        return identifier(self._school.id, collection, code) if code else None

    # -- organisation and places --------------------------------------------------------------------------------

    def _organizations(self) -> list[Item]:
        school = self._school
        below: dict[str, list[str]] = {}
        for unit in school.units:
            below.setdefault(unit.parent or "", []).append(unit.code)
        return [
            {
                "organizationId": self._id("organizations", unit.code),
                "primaryCode": _code("organizationId", unit.code) if unit.parent else _code("brin", school.brin),
                "organizationType": _ORGANIZATIONS[unit.kind],
                "name": _texts(unit.name, unit.english),
                "shortName": unit.short_name,
                "link": None if unit.parent else f"https://www.{school.home}",
                "parent": self._id("organizations", unit.parent),
                "children": [self._id("organizations", code) for code in below.get(unit.code, ())],
            }
            for unit in school.units
        ]

    def _buildings(self) -> list[Item]:
        return [
            {
                "buildingId": self._id("buildings", site.code),
                "primaryCode": _code("buildingId", site.code),
                "abbreviation": site.code,
                "name": _texts(site.name),
                "address": {
                    "addressType": "teaching",
                    "street": site.street,
                    "streetNumber": site.number,
                    "postalCode": site.postal_code,
                    "city": site.town,
                    "countryCode": "NL",
                    "geolocation": {"latitude": site.latitude, "longitude": site.longitude},
                },
            }
            for site in self._school.sites
        ]

    def _all_rooms(self) -> list[Item]:
        return [
            {
                "roomId": self._id("rooms", room.code),
                "primaryCode": _code("roomCode", room.code),
                "roomType": _ROOMS[room.kind],
                "abbreviation": room.code,
                "name": _texts(room.name),
                "totalSeats": room.seats,
                "floor": room.floor,
                "building": self._id("buildings", room.site),
            }
            for room in self._school.rooms
        ]

    def _groups(self) -> list[Item]:
        return [
            {
                "groupId": self._id("groups", team.code),
                "primaryCode": _code("groupCode", team.code),
                "groupType": _GROUPS[team.kind],
                "name": _texts(team.name),
                "startDate": team.start.isoformat(),
                "endDate": team.end.isoformat(),
                "personCount": team.size,
                "organization": self._id("organizations", team.unit),
            }
            for team in self._school.teams
        ]

    def _sessions(self) -> list[Item]:
        return [
            {
                "academicSessionId": self._id("academic-sessions", period.code),
                "primaryCode": _code("identifier", period.code),
                "academicSessionType": "academic year" if period.parent is None else "period",
                "name": _texts(period.name, period.english),
                "startDate": period.start.isoformat(),
                "endDate": period.end.isoformat(),
                "parent": self._id("academic-sessions", period.parent),
                "year": self._id("academic-sessions", period.parent),
            }
            for period in self._school.periods
        ]

    # -- what is taught -----------------------------------------------------------------------------------------

    def _specifications(self) -> list[Item]:
        return [
            {
                "educationSpecificationId": self._id("education-specifications", item.code),
                "primaryCode": _code("x-keuzedeel" if item.kind == "keuzedeel" else "crohoCreboCode", item.code),
                "educationSpecificationType": _SPECIFICATIONS[item.kind][0],
                "name": _texts(item.name, item.english),
                "abbreviation": item.code,
                "formalDocument": _SPECIFICATIONS[item.kind][1],
                "level": f"{_LEVEL} {item.level}" if item.level else None,
                "levelOfQualification": item.level,
                "sector": _LEVEL,
                "fieldsOfStudy": item.isced,
                "studyLoad": {"studyLoadUnit": "sbu", "value": item.load} if item.load else None,
                # Not as parent: the standard's document declares courses below an education specification.
                "otherCodes": [_code("x-kwalificatiedossier", item.parent)] if item.parent else None,
            }
            for item in self._school.specifications
        ]

    def _program(self, programme: Programme) -> Item:
        return {
            "programId": self._id("programs", programme.code),
            "primaryCode": _code("programCode", programme.code),
            "programType": "program",
            "name": _texts(programme.name, programme.english),
            "abbreviation": programme.code,
            "description": _texts(programme.description, programme.english_description),
            "teachingLanguage": "nld",
            "studyLoad": {"studyLoadUnit": "sbu", "value": programme.load},
            "modeOfStudy": "full-time" if programme.pathway == "BOL" else "dual training",
            "duration": f"P{programme.months}M",
            "firstStartDate": programme.first_start.isoformat() if programme.first_start else None,
            "levelOfQualification": programme.level,
            "level": f"{_LEVEL} {programme.level}",
            "sector": _LEVEL,
            "link": f"https://www.{self._school.home}/{programme.code.lower()}",
            "educationSpecification": self._id("education-specifications", programme.crebo),
            "otherCodes": [_code("crohoCreboCode", programme.crebo)],
            "coordinators": [self._id("persons", programme.coordinator)],
            "organization": self._id("organizations", programme.unit),
            "ext": {"leerweg": programme.pathway},
        }

    def _course(self, module: Module) -> Item:
        return {
            "courseId": self._id("courses", module.code),
            "primaryCode": _code("identifier", module.code),
            "name": _texts(module.title, module.english),
            "abbreviation": module.code,
            "description": _texts(module.description, module.english_description),
            "teachingLanguage": "nld",
            "studyLoad": {"studyLoadUnit": "sbu", "value": module.load},
            "modeOfDelivery": [_DELIVERY[module.delivery]],
            "level": f"{_LEVEL} {module.level}",
            "fieldsOfStudy": module.isced,
            "learningOutcomes": _outcomes(module.outcomes),
            "admissionRequirements": _texts(module.admission),
            "educationSpecification": self._id("education-specifications", module.keuzedeel),
            "otherCodes": [_code("x-keuzedeel", module.keuzedeel)] if module.keuzedeel else None,
            "programs": [self._id("programs", code) for code in module.programmes],
            "coordinators": [self._id("persons", module.coordinator)],
            "organization": self._id("organizations", module.unit),
            "ext": {"soort": module.kind, "vrijeKeuze": module.choice},
        }

    def _component(self, part: Part) -> Item:
        return {
            "componentId": self._id("components", part.code),
            "primaryCode": _code("componentCode", part.code),
            "componentType": _COMPONENTS[part.kind],
            "name": _texts(part.name),
            "abbreviation": part.code,
            "modeOfDelivery": [_DELIVERY[part.delivery]],
            "teachingLanguage": "nld",
            "course": self._id("courses", part.module),
            "organization": self._id("organizations", self._units[part.module]),
        }

    # -- what is offered ----------------------------------------------------------------------------------------

    def _program_offerings(self) -> list[Item]:
        return [
            {
                "offeringId": self._id("offerings", offer.code),
                "primaryCode": _code("offeringCode", offer.code),
                "offeringType": "program",
                "academicSession": self._id("academic-sessions", offer.year),
                "name": _texts(offer.name),
                "abbreviation": offer.code,
                "description": _texts(offer.name),
                "teachingLanguage": "nld",
                "maxNumberStudents": offer.places,
                "enrolledNumberStudents": offer.enrolled,
                "resultExpected": False,
                "startDate": offer.start.isoformat(),
                "endDate": offer.end.isoformat(),
                "enrollStartDate": offer.enrol_start.isoformat(),
                "enrollEndDate": offer.enrol_end.isoformat(),
                "addresses": self._address(offer.site),
                "priceInformation": [{"costType": "total costs", "amount": f"{offer.price}", "currency": "EUR"}],
                "program": self._id("programs", offer.programme),
                "organization": self._id("organizations", self._units[offer.programme]),
            }
            for offer in self._school.programme_offers
        ]

    def _course_offering(self, offer: ModuleOffer) -> Item:
        price = [{"costType": "total costs", "amount": f"{offer.price}", "currency": "EUR"}] if offer.price else None
        return {
            "offeringId": self._id("offerings", offer.code),
            "primaryCode": _code("offeringCode", offer.code),
            "offeringType": "course",
            "academicSession": self._id("academic-sessions", offer.period),
            "name": _texts(offer.name),
            "abbreviation": offer.code,
            "description": _texts(offer.name),
            "teachingLanguage": "eng" if offer.language == "en" else "nld",
            "modeOfDelivery": [_DELIVERY[offer.delivery]],
            "maxNumberStudents": offer.places,
            "enrolledNumberStudents": offer.enrolled,
            "pendingNumberStudents": offer.pending,
            "minNumberStudents": offer.minimum,
            "resultExpected": True,
            "resultValueType": "1-10" if offer.scale == "cijfer" else "pass-or-fail",
            "startDate": offer.start.isoformat(),
            "endDate": offer.end.isoformat(),
            "enrollStartDate": offer.enrol_start.isoformat(),
            "enrollEndDate": offer.enrol_end.isoformat(),
            "addresses": self._address(offer.site),
            "priceInformation": price,
            "course": self._id("courses", offer.module),
            "organization": self._id("organizations", self._units[offer.module]),
        }

    def _component_offerings(self) -> list[Item]:
        units = {part.code: self._units[part.module] for part in self._school.parts}
        return [
            {
                "offeringId": self._id("offerings", offer.code),
                "primaryCode": _code("offeringCode", offer.code),
                "offeringType": "component",
                "academicSession": self._id("academic-sessions", offer.period),
                "name": _texts(offer.name),
                "description": _texts(offer.name),
                "teachingLanguage": "nld",
                "maxNumberStudents": offer.places,
                "resultExpected": offer.weight > 0,
                "startDateTime": _local(offer.start),
                "endDateTime": _local(offer.end),
                "resultWeight": offer.weight,
                "room": self._rooms[offer.room],
                "component": self._id("components", offer.part),
                "courseOffering": self._id("offerings", offer.module_offer),
                "organization": self._id("organizations", units[offer.part]),
            }
            for offer in self._school.part_offers
        ]

    def _address(self, site: str) -> list[Item]:
        return [{"addressType": "teaching", "city": self._towns[site], "countryCode": "NL"}]

    # -- persons ------------------------------------------------------------------------------------------------

    def _employee(self, person: Employee) -> Item:
        names = (person.given_name, person.prefix, person.surname)
        return {
            "personId": self._id("persons", person.code),
            "primaryCode": _code("identifier", person.code),
            "givenName": person.given_name,
            "surnamePrefix": person.prefix,
            "surname": person.surname,
            "displayName": " ".join(name for name in names if name),
            "activeEnrollment": False,
            "affiliations": ["employee"],
            "mail": person.mail,
        }

    def _student(self, student: Student) -> Item:
        """With birth, nationality, gender and address, which the gateway must not take over."""
        return {
            "personId": self._id("persons", student.number),
            "primaryCode": _code("studentNumber", student.number),
            "givenName": student.given_names,
            "surnamePrefix": student.prefix,
            "surname": student.surname,
            "displayName": f"{student.surname}, {student.call_name} {student.prefix or ''}".strip(),
            "initials": student.initials,
            "activeEnrollment": student.active,
            "dateOfBirth": student.birth.isoformat(),
            "nationality": student.nationality,
            "gender": {"M": "M", "V": "F"}.get(student.gender, "X"),
            "address": {"addressType": "postal", "street": student.street, "postalCode": student.postal_code},
            "affiliations": ["student"],
            "mail": student.mail,
        }

    def _enrolment(self, item: Enrolment, offerings: dict[str, Item]) -> Item:
        offering = offerings[identifier(self._school.id, "offerings", item.offer)]
        return {
            "associationId": self._id("associations", item.number),
            "associationType": "programOfferingAssociation",
            "role": "student",
            "state": _ENROLMENT_STATES[item.status],
            "person": self._id("persons", item.student),
            "offering": _without_nothing(offering),
            "ext": _without_nothing(
                {
                    "crebo": item.crebo,
                    "leerweg": item.pathway,
                    "cohort": item.cohort,
                    "begindatum": item.begin.isoformat(),
                    "geplandeEinddatum": item.planned_end.isoformat(),
                    "einddatum": item.end.isoformat() if item.end else None,
                    "status": item.status,
                }
            ),
        }

    def _mark(self, mark: Mark, offerings: dict[str, Item]) -> Item:
        result: Item | None = None
        if mark.value is not None and mark.day is not None:
            result = {
                "state": "completed",
                "pass": "passed" if mark.passed else "failed",
                "score": mark.value,
                "resultDate": mark.day.isoformat(),
                "studyLoad": {"studyLoadUnit": "sbu", "value": mark.load},
            }
        offering = offerings[identifier(self._school.id, "offerings", mark.offer)]
        return {
            "associationId": self._id("associations", mark.number),
            "associationType": "courseOfferingAssociation",
            "role": "student",
            "state": _MARK_STATES[mark.status],
            "person": self._id("persons", mark.student),
            "offering": _without_nothing(offering),
            "result": result,
            "ext": {"schaal": mark.scale},
        }
