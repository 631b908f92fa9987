"""Everything that can go wrong between the gateway and a school's own system.

AdapterError
├── ConfigurationInvalid        the settings of the source cannot work
│   ├── SecretMissing           the secret that the settings refer to is not there
│   └── ColumnForbidden         a column that may hold a BSN, nationality, address or gender was asked for
├── SourceUnreachable           no answer at all: refused, no such host, no such folder
│   └── SourceTimeout           no answer before the deadline
├── SourceRefused               the system answered that we may not (login, rights)
├── SourceMalformed             an answer came, but it cannot be read
│   ├── StreamMissing           the file, sheet, view or path of a stream is not there
│   ├── ColumnsMissing          a stream lacks columns that the mapping needs
│   └── SourceTooLarge          larger than the limit of the member
├── SourceIncomplete            a drop that is still being written, empty, or only half there
└── SourceBroke                 the system failed while it was being read

A stream that raises one of these keeps its last published state. The text tells a person at the school what
happened and what to do; ``diagnostic`` is for the operator's log and never goes to a caller.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.text import Text


class AdapterError(Exception):
    """Base of all errors of this package. ``code`` is stable; ``text`` and ``hint`` are for people."""

    code: ClassVar[str] = "source-error"
    message: ClassVar[Text] = Text("De bron gaf een fout.", "The source gave an error.")
    advice: ClassVar[Text] = Text("Neem contact op met de beheerder.", "Contact the administrator.")

    def __init__(self, diagnostic: str = "", **values: object) -> None:
        self.values = values
        self.diagnostic = diagnostic
        self.text = self.message.fill(**values)
        self.hint = self.advice.fill(**values)
        super().__init__(f"{self.code}: {self.text.en}")


class ConfigurationInvalid(AdapterError):
    """Values: ``what``."""

    code = "source-configuration"
    message = Text("De instellingen van de bron kloppen niet: {what}", "The settings of the source are wrong: {what}")
    advice = Text("Pas het bestand van de school aan.", "Correct the file of the member.")


class SecretMissing(ConfigurationInvalid):
    """Values: ``reference``."""

    code = "source-secret-missing"
    message = Text("Het geheim {reference} is er niet.", "The secret {reference} is not there.")
    advice = Text(
        "Zet de omgevingsvariabele of het bestand klaar en probeer opnieuw.",
        "Provide the environment variable or the file and try again.",
    )


class ColumnForbidden(ConfigurationInvalid):
    """Values: ``stream``, ``column``."""

    code = "source-column-forbidden"
    message = Text(
        "Kolom {column} van {stream} mag niet gelezen worden (BSN, nationaliteit, adres of geslacht).",
        "Column {column} of {stream} may not be read (BSN, nationality, address or gender).",
    )
    advice = Text("Haal de kolom uit de mapping.", "Take the column out of the mapping.")


class SourceUnreachable(AdapterError):
    """Values: ``place``."""

    code = "source-unreachable"
    message = Text("{place} is niet bereikbaar.", "{place} cannot be reached.")
    advice = Text("Controleer of het systeem aan staat.", "Check that the system is running.")


class SourceTimeout(SourceUnreachable):
    """Values: ``place``, ``seconds``."""

    code = "source-timeout"
    message = Text("{place} gaf binnen {seconds} s geen antwoord.", "{place} did not answer within {seconds} s.")


class SourceRefused(AdapterError):
    """Values: ``place``."""

    code = "source-refused"
    message = Text("{place} weigert de toegang.", "{place} refuses access.")
    advice = Text("Controleer gebruiker, wachtwoord en rechten.", "Check user, password and rights.")


class SourceMalformed(AdapterError):
    """Values: ``place``, ``what``."""

    code = "source-malformed"
    message = Text("{place} is niet te lezen: {what}", "{place} cannot be read: {what}")
    advice = Text("Maak de export opnieuw.", "Make the export again.")


class StreamMissing(SourceMalformed):
    """Values: ``place``, ``what``."""

    code = "source-stream-missing"
    message = Text("{place}: {what} is er niet.", "{place}: {what} is not there.")
    advice = Text("Controleer de naam in de instellingen.", "Check the name in the settings.")


class ColumnsMissing(SourceMalformed):
    """Values: ``place``, ``columns`` (comma separated)."""

    code = "source-columns-missing"
    message = Text("{place}: kolom ontbreekt: {columns}", "{place}: column missing: {columns}")
    advice = Text(
        "Neem de kolom op in de export of pas de mapping aan.",
        "Add the column to the export or change the mapping.",
    )


class SourceTooLarge(SourceMalformed):
    """Values: ``place``, ``size``, ``limit`` (bytes, or as text with unit)."""

    code = "source-too-large"
    message = Text(
        "{place} is te groot: {size}, toegestaan is {limit}.",
        "{place} is too large: {size}, the limit is {limit}.",
    )
    advice = Text(
        "Lever kleinere bestanden of vraag om een hogere grens.",
        "Deliver smaller files or ask for a higher limit.",
    )


class SourceIncomplete(AdapterError):
    """Values: ``place``, ``what``."""

    code = "source-incomplete"
    message = Text("{place} is niet compleet: {what}", "{place} is not complete: {what}")
    advice = Text(
        "Wacht tot de levering klaar is, of lever opnieuw.",
        "Wait until the delivery is finished, or deliver again.",
    )


class SourceBroke(AdapterError):
    """Values: ``place``."""

    code = "source-broke"
    message = Text("{place} viel weg tijdens het lezen.", "{place} failed while it was being read.")
    advice = Text("De gateway probeert het later opnieuw.", "The gateway tries again later.")
