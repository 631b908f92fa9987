"""The sheets and columns of the template workbook, as data.

Names are the words that Dutch vocational schools use. The mapping files in ``template/`` read exactly these columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adapters.text import Text

MARKER_COLUMN = "regel"
EXAMPLE_WORD = "voorbeeld"


@dataclass(frozen=True, slots=True)
class Column:
    """``choices``: the only words that may be filled in. ``example`` stands in the example row."""

    name: str
    help: Text
    example: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its stream, its title, the column that is its key, what it is for."""

    stream: str
    title: str
    key: str
    help: Text
    columns: tuple[Column, ...]


def _required(name: str, nl: str, en: str, example: str, choices: tuple[str, ...] = ()) -> Column:
    return Column(name, Text(nl, en), example, True, choices)


def _optional(name: str, nl: str, en: str, example: str = "", choices: tuple[str, ...] = ()) -> Column:
    return Column(name, Text(nl, en), example, False, choices)


def _code(example: str) -> Column:
    return _required(
        "code", "Uw eigen code. Elke code komt één keer voor.", "Your own code. Each code occurs once.", example
    )


def _name(example: str, name: str = "naam") -> Column:
    return _required(name, "Naam zoals de student die ziet.", "Name as the student sees it.", example)


def _english(name: str, example: str = "") -> Column:
    return _optional(name, "Dezelfde tekst in het Engels.", "The same text in English.", example)


def _description(example: str = "") -> Column:
    return _optional("omschrijving", "Korte uitleg. Leeg: de naam.", "Short explanation. Blank: the name.", example)


def _unit(example: str = "ZW") -> Column:
    return _optional(
        "organisatie", "Afkorting uit het blad Organisatie.", "Abbreviation from sheet Organisatie.", example
    )


def _contacts(example: str = "JAN01") -> Column:
    return _optional(
        "contactpersonen",
        "Codes uit het blad Contactpersonen, met een komma ertussen.",
        "Codes from sheet Contactpersonen, separated by commas.",
        example,
    )


def _date(name: str, nl: str, en: str, example: str, required: bool = False) -> Column:
    return Column(name, Text(f"{nl} Schrijf 31-08-2026.", f"{en} Write 31-08-2026."), example, required)


_LEVELS = ("1", "2", "3", "4")
_LANGUAGES = ("Nederlands", "Engels", "Duits", "Frans", "Spaans")
_DELIVERY = ("locatie", "online", "hybride", "werkplek")
_LANGUAGE = _optional(
    "voertaal", "Taal van de lessen. Leeg: Nederlands.", "Language of the lessons. Blank: Dutch.", "Nederlands",
    _LANGUAGES,
)  # fmt: skip
_WAY = _optional("afnamevorm", "Waar geleerd wordt.", "Where learning takes place.", "locatie", _DELIVERY)
_PLACES = _optional("plaatsen", "Hoogste aantal deelnemers.", "Largest number of participants.", "24")
_PRICE = _optional("prijs", "Totale kosten in euro, zoals 240,00.", "Total costs in euro, such as 240,00.", "240,00")
_TOWN = _optional("plaatsnaam", "Plaats van de lessen.", "Town of the lessons.", "Voorbeeldstad")
_ENROL = (
    _date("begindatum_inschrijving", "Eerste dag van inschrijven.", "First day of enrolment.", "01-05-2026"),
    _date("einddatum_inschrijving", "Laatste dag van inschrijven.", "Last day of enrolment.", "15-08-2026"),
)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "organizations",
        "Organisatie",
        "afkorting",
        Text("De school en haar colleges, teams en vestigingen.", "The school, its academies, teams and branches."),
        (
            _required("afkorting", "Korte naam, eenmalig.", "Short name, unique.", "ZW"),
            _name("College Zorg en Welzijn"),
            _english("naam_engels", "Academy of Care and Welfare"),
            _required(
                "soort", "Wat dit is. De school zelf is instelling.", "What this is. The school itself: instelling.",
                "college", ("instelling", "college", "school", "team", "vestiging"),
            ),
            _optional("bovenliggend", "Afkorting van het geheel.", "Abbreviation of the larger whole.", ""),
            _optional("brin", "BRIN van de instelling, zoals 99AA.", "BRIN of the institution, such as 99AA."),
            _optional("website", "Adres dat met https:// begint.", "Address that starts with https://."),
        ),
    ),
    Sheet(
        "academic-sessions",
        "Perioden",
        "code",
        Text("Schooljaren en de perioden daarin.", "School years and the periods in them."),
        (
            _code("2026-2027"),
            _name("Schooljaar 2026-2027"),
            _english("naam_engels", "Academic year 2026-2027"),
            _required(
                "soort", "Wat dit is.", "What this is.", "schooljaar",
                ("schooljaar", "periode", "semester", "toetsperiode"),
            ),
            _date("startdatum", "Eerste dag.", "First day.", "01-08-2026", required=True),
            _date("einddatum", "Laatste dag.", "Last day.", "31-07-2027", required=True),
            _optional("schooljaar", "Code van het schooljaar van deze periode.", "Code of this period's school year."),
        ),
    ),
    Sheet(
        "education-specifications",
        "Kwalificaties",
        "code",
        Text("Kwalificaties en keuzedelen.", "Qualifications and elective units."),
        (
            _required("code", "Crebo (5 cijfers) of keuzedeelcode (K0123).", "Crebo (5 digits) or K0123.", "25655"),
            _name("Verzorgende IG"),
            _english("naam_engels"),
            _required(
                "soort", "Wat dit is.", "What this is.", "kwalificatie", ("kwalificatie", "keuzedeel", "particulier")
            ),
            _description(),
            _optional("niveau", "Mbo-niveau.", "Level.", "3", _LEVELS),
            _optional(
                "waardepapier", "Wat de student krijgt.", "What the student gets.", "diploma",
                ("diploma", "certificaat", "verklaring", "geen"),
            ),
            _optional("studielast_sbu", "Studielast in uren.", "Study load in hours.", "4800"),
        ),
    ),
    Sheet(
        "programs",
        "Opleidingen",
        "code",
        Text("De opleidingen zoals uw school die geeft.", "The programmes as your school gives them."),
        (
            _code("VIG-BOL"),
            _name("Verzorgende IG"),
            _english("naam_engels", "Nurse assistant"),
            _description(),
            _english("omschrijving_engels"),
            _optional(
                "soort", "Leeg: opleiding.", "Blank: opleiding.", "opleiding", ("opleiding", "uitstroomprofiel")
            ),
            _optional("kwalificatie", "Code uit het blad Kwalificaties.", "Code from sheet Kwalificaties.", "25655"),
            _optional("leerweg", "Leerweg.", "Pathway.", "BOL", ("BOL", "BBL")),
            _optional("intensiteit", "Leeg: voltijd.", "Blank: full-time.", "voltijd", ("voltijd", "deeltijd")),
            _optional("niveau", "Mbo-niveau.", "Level.", "3", _LEVELS),
            _optional("duur_in_maanden", "Aantal maanden.", "Number of months.", "36"),
            _optional("studielast_sbu", "Studielast in uren.", "Study load in hours.", "4800"),
            _date("eerste_startdatum", "Eerste dag ooit.", "First day ever.", "01-08-2024"),
            _LANGUAGE,
            _optional("bovenliggend", "Code van de hele opleiding.", "Code of the whole programme."),
            _unit(),
            _contacts(),
            _optional("website", "Adres dat met https:// begint.", "Address that starts with https://."),
        ),
    ),
    Sheet(
        "courses",
        "Modules",
        "code",
        Text("Modules, keuzedelen en certificaten.", "Modules, elective units and certificates."),
        (
            _code("M-001"),
            _name("Wijkzorg en technologie", "titel"),
            _english("titel_engels", "District care and technology"),
            _description(),
            _english("omschrijving_engels"),
            _optional(
                "soort", "Wat dit is.", "What this is.", "keuzedeel", ("keuzedeel", "module", "certificaat", "stage")
            ),
            _optional("keuzedeel", "Code uit het blad Kwalificaties.", "Code from sheet Kwalificaties.", ""),
            _optional("niveau", "Mbo-niveau.", "Level.", "3", _LEVELS),
            _optional("belasting", "Studielast in uren.", "Study load in hours.", "240"),
            _WAY,
            _LANGUAGE,
            _optional(
                "leeruitkomsten", "Met een | ertussen.", "Separated by |.", "Kiest hulpmiddelen|Begeleidt cliënten"
            ),
            _optional("vereiste_voorkennis", "Wat de student al kan.", "What the student can already do."),
            _optional(
                "opleidingen", "Codes uit het blad Opleidingen, met een komma ertussen.",
                "Codes from sheet Opleidingen, separated by commas.", "VIG-BOL",
            ),
            _unit(),
            _contacts(),
            _optional("website", "Adres dat met https:// begint.", "Address that starts with https://."),
        ),
    ),
    Sheet(
        "components",
        "Onderdelen",
        "code",
        Text("Lessen, toetsen en projecten van een module.", "Lessons, tests and projects of a module."),
        (
            _code("M-001-T1"),
            _name("Toets hulpmiddelen"),
            _english("naam_engels"),
            _required(
                "soort", "Wat dit is.", "What this is.", "toets",
                ("les", "practicum", "toets", "project", "training", "workshop", "excursie", "zelfstudie", "stage"),
            ),
            _required("module", "Code uit het blad Modules.", "Code from sheet Modules.", "M-001"),
            _description(),
            _WAY,
            _LANGUAGE,
        ),
    ),
    Sheet(
        "program-offerings",
        "Opleidingsaanbod",
        "code",
        Text("Wanneer een opleiding start.", "When a programme starts."),
        (
            _code("VIG-BOL-2026"),
            _required("opleiding", "Code uit het blad Opleidingen.", "Code from sheet Opleidingen.", "VIG-BOL"),
            _name("Verzorgende IG, start september 2026"),
            _description(),
            _optional("schooljaar", "Code uit het blad Perioden.", "Code from sheet Perioden.", "2026-2027"),
            _date("startdatum", "Eerste dag.", "First day.", "01-09-2026", required=True),
            _date("einddatum", "Laatste dag.", "Last day.", "31-07-2029", required=True),
            *_ENROL,
            _PLACES,
            _PRICE,
            _TOWN,
            _LANGUAGE,
            _unit(),
        ),
    ),
    Sheet(
        "course-offerings",
        "Moduleaanbod",
        "code",
        Text("Wanneer een module gegeven wordt.", "When a module is given."),
        (
            _code("M-001-2026-1"),
            _required("module", "Code uit het blad Modules.", "Code from sheet Modules.", "M-001"),
            _name("Wijkzorg en technologie, periode 1"),
            _description(),
            _optional("periode", "Code uit het blad Perioden.", "Code from sheet Perioden.", "2026-2027"),
            _date("startdatum", "Eerste dag.", "First day.", "01-09-2026", required=True),
            _date("einddatum", "Laatste dag.", "Last day.", "15-11-2026", required=True),
            *_ENROL,
            _optional("minimum_deelnemers", "Kleinste aantal.", "Smallest number.", "8"),
            _optional("maximum_deelnemers", "Hoogste aantal.", "Largest number.", "24"),
            _PRICE,
            _TOWN,
            _WAY,
            _LANGUAGE,
            _optional("resultaat", "Komt er een resultaat?", "Is there a result?", "J", ("J", "N")),
            _unit(),
        ),
    ),
    Sheet(
        "component-offerings",
        "Onderdeelaanbod",
        "code",
        Text("Wanneer een les of toets plaatsvindt.", "When a lesson or test takes place."),
        (
            _code("M-001-T1-A"),
            _required("onderdeel", "Code uit het blad Onderdelen.", "Code from sheet Onderdelen.", "M-001-T1"),
            _optional("moduleaanbod", "Code uit het blad Moduleaanbod.", "Code from Moduleaanbod.", "M-001-2026-1"),
            _name("Toets hulpmiddelen, kans 1"),
            _description(),
            _required("begin", "Schrijf 31-08-2026 09:00.", "Write 31-08-2026 09:00.", "12-10-2026 09:00"),
            _required("einde", "Schrijf 31-08-2026 11:00.", "Write 31-08-2026 11:00.", "12-10-2026 10:30"),
            _optional("ruimte", "Code uit het blad Ruimten.", "Code from sheet Ruimten.", "A1.01"),
            _PLACES,
            _optional("weging", "Gewicht in procenten.", "Weight in per cent.", "50"),
            _LANGUAGE,
            _optional("resultaat", "Komt er een resultaat?", "Is there a result?", "J", ("J", "N")),
        ),
    ),
    Sheet(
        "buildings",
        "Gebouwen",
        "code",
        Text("Gebouwen met hun adres.", "Buildings with their address."),
        (
            _code("A"),
            _name("Gebouw A"),
            _optional("straat", "Straat.", "Street.", "Schoolstraat"),
            _optional("huisnummer", "Huisnummer.", "House number.", "1"),
            _optional("postcode", "Postcode.", "Postal code.", "1000 AA"),
            _required("plaats", "Plaats.", "Town.", "Voorbeeldstad"),
        ),
    ),
    Sheet(
        "rooms",
        "Ruimten",
        "code",
        Text("Lokalen in een gebouw.", "Rooms in a building."),
        (
            _code("A1.01"),
            _name("Lokaal A1.01"),
            _required(
                "soort", "Wat dit is.", "What this is.", "leslokaal",
                ("algemeen", "leslokaal", "computerlokaal", "praktijklokaal", "toetslokaal", "kantoor", "vergaderzaal"),
            ),
            _required("gebouw", "Code uit het blad Gebouwen.", "Code from sheet Gebouwen.", "A"),
            _PLACES,
            _optional("verdieping", "Verdieping.", "Floor.", "1"),
        ),
    ),
    Sheet(
        "groups",
        "Groepen",
        "code",
        Text("Klassen, lesgroepen en teams, zonder namen.", "Classes, learning groups and teams, without names."),
        (
            _code("VIG1A"),
            _name("Verzorgende IG 1A"),
            _required("soort", "Wat dit is.", "What this is.", "klas", ("klas", "lesgroep", "team")),
            _date("startdatum", "Eerste dag.", "First day.", "01-09-2026"),
            _date("einddatum", "Laatste dag.", "Last day.", "31-07-2027"),
            _optional("aantal_deelnemers", "Aantal.", "Number.", "26"),
            _unit(),
        ),
    ),
    Sheet(
        "coordinators",
        "Contactpersonen",
        "code",
        Text(
            "Medewerkers die bij een opleiding of module genoemd worden. Geen studenten.",
            "Staff named with a programme or module. No students.",
        ),
        (
            _code("JAN01"),
            _required("voornaam", "Voornaam.", "Given name.", "Jan"),
            _optional("voorvoegsel", "Zoals: van der.", "Such as: van der.", "van"),
            _required("achternaam", "Achternaam.", "Surname.", "Voorbeeld"),
            _required("mail", "Zakelijk mailadres.", "Business mail address.", "j.voorbeeld@school.example"),
            _optional("functie", "Functie.", "Job.", "coördinator"),
        ),
    ),
)  # fmt: skip


def template_streams() -> dict[str, dict[str, Any]]:
    """The streams of the workbook. ``template = true`` in the settings stands for these."""
    return {
        sheet.stream: {
            "sheet": sheet.title,
            "key": [sheet.key],
            "ignore": {"column": MARKER_COLUMN, "values": [EXAMPLE_WORD]},
            "may_be_empty": True,
        }
        for sheet in SHEETS
    }
