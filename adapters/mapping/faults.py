"""What is wrong with a mapping file: every fault with its line, in Dutch and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.errors import ConfigurationInvalid
from adapters.text import Text


@dataclass(frozen=True, slots=True)
class MappingFault:
    """One fault: the file, the line (from 1), the key as ``fields.level``, what is wrong and what was expected."""

    file: str
    line: int
    key: str
    text: Text

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text.en}"


class MappingInvalid(ConfigurationInvalid):
    """A mapping file cannot be used. Values: ``file``, ``count``. ``faults``: all of them, by line."""

    code = "source-mapping-invalid"
    message = Text("De mapping {file} heeft {count} fouten.", "The mapping {file} has {count} faults.")
    advice = Text("Verbeter de genoemde regels.", "Correct the lines that are named.")

    def __init__(self, file: str, faults: Sequence[MappingFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: (fault.line, fault.key)))
        super().__init__("\n".join(map(str, self.faults)), file=file, count=len(self.faults))


def not_toml(what: str) -> Text:
    return Text(f"Dit is geen geldige TOML: {what}", f"This is not valid TOML: {what}")


def nested_too_deeply() -> Text:
    return Text("Tabellen of expressies zijn te diep genest.", "Tables or expressions are nested too deeply.")


def unknown_key(key: str, known: Sequence[str]) -> Text:
    names = ", ".join(known)
    return Text(f"'{key}' hoort hier niet. Mogelijk: {names}.", f"'{key}' does not belong here. Possible: {names}.")


def missing_key(key: str) -> Text:
    return Text(f"'{key}' ontbreekt.", f"'{key}' is missing.")


def wrong_kind(key: str, expected_nl: str, expected_en: str) -> Text:
    return Text(f"'{key}' moet {expected_nl} zijn.", f"'{key}' must be {expected_en}.")


def unknown_resource(name: str, nearest: str | None) -> Text:
    return _unknown(f"De standaard kent geen '{name}'.", f"The standard knows no '{name}'.", nearest)


def unknown_property(resource: str, name: str, nearest: str | None) -> Text:
    return _unknown(f"{resource} heeft geen eigenschap '{name}'.", f"{resource} has no property '{name}'.", nearest)


def unknown_table(name: str, nearest: str | None) -> Text:
    return _unknown(f"Er is geen tabel [tables.{name}].", f"There is no table [tables.{name}].", nearest)


def unknown_function(name: str, nearest: str | None) -> Text:
    return _unknown(f"Er is geen functie '{name}'.", f"There is no function '{name}'.", nearest)


def _unknown(dutch: str, english: str, nearest: str | None) -> Text:
    if nearest is None:
        return Text(dutch, english)
    return Text(f"{dutch} Bedoelt u '{nearest}'?", f"{english} Did you mean '{nearest}'?")


def set_by_key(name: str) -> Text:
    return Text(
        f"'{name}' volgt uit de sleutel: zet de kolom met de id onder 'key'.",
        f"'{name}' follows from the key: put the column with the id under 'key'.",
    )


def fixed_by_resource(name: str, value: str) -> Text:
    return Text(f"'{name}' is hier altijd '{value}'.", f"'{name}' is always '{value}' here.")


def not_an_expression(what: str, position: int) -> Text:
    return Text(
        f"De expressie klopt niet bij teken {position + 1}: {what}",
        f"The expression is wrong at character {position + 1}: {what}",
    )


def expression_too_long(limit: int) -> Text:
    return Text(
        f"De expressie is langer dan {limit} tekens of te diep genest.",
        f"The expression is longer than {limit} characters or nested too deeply.",
    )


def wrong_arity(function: str, least: int, most: int | None, given: int) -> Text:
    wanted = str(least) if most == least else f"{least}-{most}" if most is not None else f"{least}+"
    return Text(
        f"{function}() krijgt {given} argumenten, verwacht: {wanted}.",
        f"{function}() is given {given} arguments, expected {wanted}.",
    )


def wrong_argument(function: str, expected_nl: str, expected_en: str) -> Text:
    return Text(f"{function}() verwacht {expected_nl}.", f"{function}() expects {expected_en}.")


def column_forbidden(column: str) -> Text:
    return Text(
        f"Kolom '{column}' mag niet gelezen worden (BSN, nationaliteit, adres of geslacht).",
        f"Column '{column}' may not be read (BSN, nationality, address or gender).",
    )


def wrong_literal(name: str, value: object, expected: str) -> Text:
    return Text(
        f"'{value}' mag niet voor {name} volgens de standaard ({expected}).",
        f"'{value}' is not allowed for {name} by the standard ({expected}).",
    )


def given_twice(name: str) -> Text:
    return Text(
        f"'{name}' staat onder [fields] en onder [constants].", f"'{name}' stands under [fields] and [constants]."
    )
