"""What is wrong with a value, in the words of people: the messages of pydantic in Dutch and English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic_core import ErrorDetails

from adapters.text import Text
from gateway.members.schemas import BRIN, COLOUR, DOMAIN, EMAIL, MONTH_AND_DAY, OIN, SLUG

_WORDING: Final[Mapping[str, Text]] = {
    "missing": Text("ontbreekt.", "is missing."),
    "extra_forbidden": Text("is hier geen bekende sleutel.", "is not a known key here."),
    "string_type": Text("moet een tekst zijn.", "must be a text."),
    "int_type": Text("moet een geheel getal zijn.", "must be a whole number."),
    "int_parsing": Text("moet een geheel getal zijn.", "must be a whole number."),
    "int_from_float": Text("moet een geheel getal zijn.", "must be a whole number."),
    "float_type": Text("moet een getal zijn.", "must be a number."),
    "float_parsing": Text("moet een getal zijn.", "must be a number."),
    "finite_number": Text("moet een getal zijn.", "must be a number."),
    "bool_type": Text("moet true of false zijn.", "must be true or false."),
    "bool_parsing": Text("moet true of false zijn.", "must be true or false."),
    "dict_type": Text("moet een tabel zijn.", "must be a table."),
    "model_type": Text("moet een tabel zijn.", "must be a table."),
    "tuple_type": Text("moet een lijst zijn.", "must be a list."),
    "list_type": Text("moet een lijst zijn.", "must be a list."),
    "literal_error": Text("moet een van deze zijn: {expected}.", "must be one of these: {expected}."),
    "union_tag_invalid": Text("moet een van deze zijn: {expected_tags}.", "must be one of these: {expected_tags}."),
    "union_tag_not_found": Text("mist de sleutel {discriminator}.", "lacks the key {discriminator}."),
    "greater_than_equal": Text("moet {ge} of meer zijn.", "must be {ge} or more."),
    "greater_than": Text("moet meer dan {gt} zijn.", "must be more than {gt}."),
    "less_than_equal": Text("moet {le} of minder zijn.", "must be {le} or less."),
    "string_too_short": Text(
        "moet minstens {min_length} teken lang zijn.", "must have at least {min_length} character."
    ),
    "string_too_long": Text(
        "mag hoogstens {max_length} tekens lang zijn.", "may have at most {max_length} characters."
    ),
    "http_address": Text(
        "moet een adres zijn dat begint met https:// of http://.",
        "must be an address that starts with https:// or http://.",
    ),
    "no_such_day": Text("is geen dag van het jaar.", "is not a day of the year."),
    "too_short": Text("moet er minstens {min_length} hebben.", "must have at least {min_length}."),
}
# The pattern of a value, as the models have it, and what a person would call that form.
_FORMS: Final[Mapping[str, Text]] = {
    SLUG: Text("kleine letters, cijfers en streepjes, zoals roc-voorbeeld", "a slug such as roc-voorbeeld"),
    DOMAIN: Text("een domein zoals roc.example", "a domain such as roc.example"),
    BRIN: Text(
        "een BRIN zoals 25LX (Excel kan een nul weggelaten hebben)",
        "a BRIN such as 25LX (Excel may have lost a zero)",
    ),
    OIN: Text("een OIN van 20 cijfers", "an OIN of 20 digits"),
    COLOUR: Text("een kleur zoals #0b5 of #00bb55", "a colour such as #0b5 or #00bb55"),
    EMAIL: Text("een mailadres", "a mail address"),
    MONTH_AND_DAY: Text("maand en dag, zoals 07-15", "month and day, such as 07-15"),
}
_SECRET: Final = Text(
    "een verwijzing zoals env:NAAM of file:/pad; het geheim zelf hoort niet in dit bestand",
    "a reference such as env:NAME or file:/path; the secret itself does not belong in this file",
)
_PATTERN: Final = Text("heeft niet de goede vorm: {form}.", "does not have the right form: {form}.")


def wording(error: ErrorDetails) -> Text:
    """The sentence of one error, without the name of the key. It never holds the value itself: that may be a secret.

    A kind of adapter words its own rules in English only; such a sentence is the same in both languages.
    """
    context = error.get("ctx", {})
    if error["type"] == "string_pattern_mismatch":
        form = _form(context["pattern"])
        return Text(_PATTERN.nl.format(form=form.nl), _PATTERN.en.format(form=form.en))
    if error["type"] in _WORDING:
        return _WORDING[error["type"]].fill(**context)
    message = error["msg"].removeprefix("Value error, ")
    return Text(message, message)


def _form(pattern: str) -> Text:
    if pattern.startswith("^(env:"):
        return _SECRET
    return _FORMS.get(pattern, Text(pattern, pattern))
