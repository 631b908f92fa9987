# ruff: noqa: E501 - texts stay on one line
"""What can be said about one row: stable codes with their texts.

A finding says what is wrong, where, and what to do. Severity decides what happens to the row: an ``error`` keeps it
out of the snapshot, a ``warning`` drops or changes one value, a ``note`` counts a documented default.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from adapters.contract import SourceReference
from adapters.text import Text


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class FindingKind:
    """One code. ``message`` and ``hint`` may use the placeholders of the finding's ``values``, and ``{field}``."""

    severity: Severity
    message: Text
    hint: Text


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

FINDINGS: dict[str, FindingKind] = {
    # -- reading ------------------------------------------------------------------------------------------------
    "ROW001": FindingKind(
        _E,
        Text("De regel heeft {found} cellen, verwacht: {expected}.", "The row has {found} cells, expected {expected}."),
        Text(
            "Controleer op een scheidingsteken of een harde return in de tekst.",
            "Look for a delimiter or a line break inside the text.",
        ),
    ),
    "ROW002": FindingKind(
        _E,
        Text("De sleutel ({columns}) is leeg.", "The key ({columns}) is empty."),
        Text("Vul de code in.", "Fill in the code."),
    ),
    "ROW003": FindingKind(
        _E,
        Text("Deze sleutel komt twee keer voor: {key}.", "This key occurs twice: {key}."),
        Text(
            "Verwijder een van de regels. De eerste regel telt.", "Remove one of the rows. The first row counts."
        ),
    ),
    "ROW004": FindingKind(
        _W,
        Text("Deze cel is een formule zonder opgeslagen uitkomst.", "This cell is a formula without a stored result."),
        Text("Open het bestand in Excel en sla het op.", "Open the file in Excel and save it."),
    ),
    "ROW005": FindingKind(
        _E,
        Text("De tekst is niet te lezen als {encoding}.", "The text cannot be read as {encoding}."),
        Text("Controleer de codering in de instellingen.", "Check the encoding in the settings."),
    ),
    # -- privacy ------------------------------------------------------------------------------------------------
    "PRIV001": FindingKind(
        _E,
        Text(
            "In {field} staat een getal dat op een BSN lijkt. De regel is geweigerd en het getal is niet bewaard.",
            "{field} holds a number that looks like a BSN. The row was refused and the number was not kept.",
        ),
        Text("Haal het BSN uit de export.", "Take the BSN out of the export."),
    ),
    # -- mapping ------------------------------------------------------------------------------------------------
    "MAP001": FindingKind(
        _W,
        Text("'{value}' is geen datum.", "'{value}' is not a date."),
        Text("Schrijf een datum als {expected}.", "Write a date as {expected}."),
    ),
    "MAP002": FindingKind(
        _W,
        Text("'{value}' is geen getal.", "'{value}' is not a number."),
        Text("Schrijf een getal als 240 of 6,5.", "Write a number as 240 or 6.5."),
    ),
    "MAP003": FindingKind(
        _W,
        Text("'{value}' staat niet in de tabel {table}.", "'{value}' is not in the table {table}."),
        Text("Vul de tabel in de mapping aan.", "Add it to the table in the mapping."),
    ),
    "MAP004": FindingKind(
        _W,
        Text("'{value}' is geen ja of nee.", "'{value}' is not a yes or no."),
        Text("Gebruik J of N.", "Use J or N."),
    ),
    "MAP005": FindingKind(
        _W,
        Text(
            "'{value}' heeft niet de vorm van een {codeType}. Heeft Excel een nul of letter weggehaald?",
            "'{value}' does not look like a {codeType}. Did Excel remove a zero or a letter?",
        ),
        Text("Zet de kolom in Excel op Tekst en vul de hele code in.", "Make the column Text and enter the whole code."),
    ),
    "MAP006": FindingKind(
        _W,
        Text("'{value}' is gelezen als de code {code}. Excel heeft er een getal van gemaakt.", "'{value}' was read as the code {code}. Excel had made a number of it."),
        Text("Zet de kolom in Excel op Tekst.", "Make the column Text."),
    ),
    "MAP009": FindingKind(
        _E,
        Text("De mapping van {field} mislukt: {what}", "The mapping of {field} failed: {what}"),
        Text("Bekijk de regel met: ooapi-gateway preview --explain.", "See the row with: ooapi-gateway preview --explain."),
    ),
    # -- the standard -------------------------------------------------------------------------------------------
    "REQ001": FindingKind(
        _E,
        Text("{field} is verplicht en ontbreekt.", "{field} is required and missing."),
        Text("Vul de waarde in bij de bron.", "Fill in the value at the source."),
    ),
    "REQ002": FindingKind(
        _N,
        Text("{field} ontbreekt. De standaardwaarde is gebruikt: {value}.", "{field} is missing. The default was used: {value}."),
        Text("Vul de waarde in als u iets anders wilt.", "Fill in the value if you want another."),
    ),
    "VAL001": FindingKind(
        _W,
        Text("{field}: '{value}' mag niet volgens de standaard ({expected}).", "{field}: '{value}' is not allowed by the standard ({expected})."),
        Text("Kies een waarde van de standaard of pas de mapping aan.", "Choose a value of the standard or change the mapping."),
    ),
    "VAL002": FindingKind(
        _E,
        Text("{field}: '{value}' mag niet volgens de standaard ({expected}).", "{field}: '{value}' is not allowed by the standard ({expected})."),
        Text("Verbeter de waarde bij de bron of in de mapping.", "Correct the value at the source or in the mapping."),
    ),
    "VAL003": FindingKind(
        _N,
        Text("{field}: '{value}' is gelezen zoals de standaard het schrijft ({expected}).", "{field}: '{value}' was read as the standard writes it ({expected})."),
        Text("Schrijf de waarde zoals de standaard.", "Write the value as the standard does."),
    ),
    # -- references ---------------------------------------------------------------------------------------------
    "REF001": FindingKind(
        _E,
        Text("{field} verwijst naar {resource} '{key}', en die is er niet.", "{field} refers to {resource} '{key}', which is not there."),
        Text("Voeg {resource} toe of verbeter de code.", "Add the {resource} or correct the code."),
    ),
    "REF002": FindingKind(
        _W,
        Text("{field} verwijst naar {resource} '{key}', en die is er niet. De verwijzing is weggelaten.", "{field} refers to {resource} '{key}', which is not there. The reference was left out."),
        Text("Voeg {resource} toe of verbeter de code.", "Add the {resource} or correct the code."),
    ),
    "REF003": FindingKind(
        _W,
        Text("{field} loopt in een kring terug naar zichzelf. De verwijzing is weggelaten.", "{field} leads back to itself in a circle. The reference was left out."),
        Text("Verbeter de bovenliggende code.", "Correct the parent code."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about one row. ``values`` never holds personal data and long values are cut."""

    code: str
    source: SourceReference
    stream: str = ""
    resource: str = ""
    key: str | None = None
    target: str | None = None  # the property of the resource
    columns: tuple[str, ...] = ()  # the source columns it came from
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        return FINDINGS[self.code].severity

    @property
    def message(self) -> Text:
        return self._filled(FINDINGS[self.code].message)

    @property
    def hint(self) -> Text:
        return self._filled(FINDINGS[self.code].hint)

    def _filled(self, text: Text) -> Text:
        values = {"field": self.target or "", **self.values}
        english = text.en.format(**values)
        if "expected" in values:
            values["expected"] = expected_in_dutch(values["expected"])
        return Text(text.nl.format(**values), english)


# What the models of the standard expect, as they say it in English.
_EXPECTED_NL = {
    "a value": "een waarde",
    "a text": "een tekst",
    "a text as name": "een tekst als naam",
    "true or false": "true of false",
    "a list": "een lijst",
    "an object": "een object",
    "a number": "een getal",
    "no other properties": "geen andere eigenschappen",
    "an id, or an object whose type is known": "een id, of een object met een bekend type",
    "a UUID of 36 characters": "een UUID van 36 tekens",
    "an existing date as YYYY-MM-DD": "een bestaande datum als JJJJ-MM-DD",
    "an existing date and time with offset as YYYY-MM-DDThh:mm:ss+hh:mm": "een bestaande datum en tijd met tijdzone zoals 2026-08-31T09:00:00+02:00",
    "a text of at most 256 characters": "een tekst van hoogstens 256 tekens",
    "an e-mail address of at most 256 characters": "een e-mailadres van hoogstens 256 tekens",
    "a URI of at most 2048 characters": "een webadres van hoogstens 2048 tekens",
    "a URI": "een webadres",
    "a language tag such as nl-NL or en": "een taal zoals nl-NL of en",
    "a language of three letters such as nld": "een taal van drie letters zoals nld",
    "an ISO 8601 duration such as P10W": "een duur volgens ISO 8601 zoals P10W",
    "an amount with a decimal point such as 12.50": "een bedrag met een punt zoals 12.50",
    "an ISCED-F code of at most 4 characters": "een ISCED-F-code van hoogstens 4 tekens",
    "a JSON value without null": "een JSON-waarde zonder null",
}  # fmt: skip
_EXPECTED_FORMS_NL = (
    (re.compile(r"one of: (.*)", re.DOTALL), r"een van: \1"),
    (re.compile(r"a whole number from (\S+) to (\S+)"), r"een heel getal van \1 tot en met \2"),
    (re.compile(r"at least (\d+) element"), r"minstens \1 element"),
    (re.compile(r"at most (\d+) levels"), r"hoogstens \1 niveaus diep"),
)


def expected_in_dutch(expected: str) -> str:
    """What a value should have been, in Dutch. A form or an example, such as 31-08-2026, is the same in both."""
    if expected in _EXPECTED_NL:
        return _EXPECTED_NL[expected]
    for form, dutch in _EXPECTED_FORMS_NL:
        if form.fullmatch(expected):
            return form.sub(dutch, expected)
    return expected


_LONGEST_VALUE = 80


def shown(value: object) -> str:
    """A source value as a finding may show it: one line, cut."""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
