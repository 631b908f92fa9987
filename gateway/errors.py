"""Everything that reaches a caller when something is wrong: one tree, one table.

GatewayError
├── BadRequest                    the request cannot be understood                          400
│   ├── UnknownParameter          a query parameter that this path does not know
│   ├── InvalidParameter          a value outside the standard
│   │   └── RepeatedParameter       a parameter given twice that takes one value
│   ├── MalformedAddress          a wrong percent-encoding, a NUL, no UTF-8
│   ├── BodyNotExpected           a large body where none belongs
│   └── InvalidId                 an id that is not a UUID
├── NotAuthenticated              who is calling is not known, and it must be               401
├── NotAllowed                    the caller may not do this                                403
├── NotFound                      there is no such thing, or the caller may not see it      404
├── MethodNotAllowed              this path does not know this method                       405
├── NotAcceptable                 no form that the caller accepts                           406
├── Conflict                      it does not fit the present state                         409
├── BodyTooLarge                  the body is larger than the limit                         413
├── AddressTooLong                path and query are longer than the limit                  414
├── HeadersTooLarge               the headers are larger than the limit                     431
├── ConfigurationRefused          a configuration that is not accepted as a whole           422
├── SourceFailed                  a school's own system failed                              502
│   └── SourceTimedOut            … did not answer in time                                  504
├── StoreUnavailable              the store cannot be read or written                       503
├── NotConfigured                 no configuration was applied yet                          503
├── CannotListen                  the port is taken or may not be used                      503
└── Unexpected                    a fault of the gateway itself; the log has the trace id   503

Each has a stable ``code``, a status, a text and what to do next in Dutch and English. What only an operator may
know goes to the log, never into these texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from adapters.errors import AdapterError, SourceTimeout
from adapters.text import Language, Text


class GatewayError(Exception):
    """Base of the tree. ``values`` fill the placeholders of ``title``, ``detail`` and ``advice``."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[Text]
    detail: ClassVar[Text]
    advice: ClassVar[Text]

    def __init__(self, **values: object) -> None:
        self.values = values
        self.explanation = self.detail.fill(**values)
        self.next_step = self.advice.fill(**values)
        super().__init__(f"{self.code}: {self.explanation.en}")

    def headers(self) -> Mapping[str, str]:
        """Extra response headers."""
        return {}

    def problem(self, language: Language = "en") -> dict[str, object]:
        """The body of an ``application/problem+json`` answer in the form of OOAPI v5 (``status`` is a text)."""
        return {
            "status": str(self.status),
            "title": self.title.in_language(language),
            "detail": self.explanation.in_language(language),
            "code": self.code,
            "nextStep": self.next_step.in_language(language),
        }


class BadRequest(GatewayError):
    """Values: ``what``."""

    code = "bad-request"
    status = 400
    title = Text("De vraag klopt niet", "The request is not valid")
    detail = Text("{what}", "{what}")
    advice = Text("Pas de vraag aan en probeer het opnieuw.", "Change the request and try again.")


class UnknownParameter(BadRequest):
    """Values: ``name``, ``known`` (comma separated)."""

    code = "unknown-parameter"
    title = Text("Onbekende parameter", "Unknown parameter")
    detail = Text("Dit pad kent de parameter '{name}' niet.", "This path does not know the parameter '{name}'.")
    advice = Text("Gebruik een van: {known}.", "Use one of: {known}.")


class InvalidParameter(BadRequest):
    """Values: ``name``, ``value``, ``expected``."""

    code = "invalid-parameter"
    title = Text("Ongeldige waarde", "Invalid value")
    detail = Text("De waarde '{value}' van '{name}' mag niet.", "The value '{value}' of '{name}' is not allowed.")
    advice = Text("Gebruik: {expected}.", "Use: {expected}.")


class RepeatedParameter(InvalidParameter):
    """Values: ``name``."""

    code = "repeated-parameter"
    detail = Text("De parameter '{name}' staat er twee keer.", "The parameter '{name}' is there twice.")
    advice = Text("Geef de parameter een keer.", "Give the parameter once.")


class MalformedAddress(BadRequest):
    code = "malformed-address"
    title = Text("Het adres is niet te lezen", "The address cannot be read")
    detail = Text(
        "In het adres staat een verkeerde %-code, een NUL-teken of tekst die geen UTF-8 is.",
        "The address holds a wrong percent-encoding, a NUL character or text that is not UTF-8.",
    )
    advice = Text("Codeer het adres als UTF-8 met %-codes.", "Encode the address as UTF-8 with percent-encoding.")


class BodyNotExpected(BadRequest):
    """Values: ``method``."""

    code = "body-not-expected"
    title = Text("Deze vraag heeft geen inhoud", "This request has no body")
    detail = Text("Bij {method} hoort geen inhoud.", "A {method} request has no body.")
    advice = Text("Stuur de vraag zonder inhoud.", "Send the request without a body.")


class InvalidId(BadRequest):
    """Values: ``value``."""

    code = "invalid-id"
    title = Text("Ongeldig id", "Invalid id")
    detail = Text("'{value}' is geen UUID.", "'{value}' is not a UUID.")
    advice = Text("Neem het id over uit een lijst van deze API.", "Take the id from a list of this API.")


class NotAuthenticated(GatewayError):
    code = "not-authenticated"
    status = 401
    title = Text("Niet aangemeld", "Not authenticated")
    detail = Text("Deze gegevens zijn niet openbaar.", "These data are not public.")
    advice = Text("Vraag toegang bij de beheerder van de gateway.", "Ask the operator of the gateway for access.")

    def headers(self) -> Mapping[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class NotAllowed(GatewayError):
    """Values: ``what``."""

    code = "not-allowed"
    status = 403
    title = Text("Niet toegestaan", "Not allowed")
    detail = Text("Dit mag niet: {what}", "This is not allowed: {what}")
    advice = Text("Vraag toegang bij de beheerder van de gateway.", "Ask the operator of the gateway for access.")


class NotFound(GatewayError):
    """Values: ``what``."""

    code = "not-found"
    status = 404
    title = Text("Niet gevonden", "Not found")
    detail = Text("{what} is er niet.", "{what} is not there.")
    advice = Text("Controleer het adres.", "Check the address.")


class MethodNotAllowed(GatewayError):
    """Values: ``method``, ``allowed`` (comma separated)."""

    code = "method-not-allowed"
    status = 405
    title = Text("Methode niet toegestaan", "Method not allowed")
    detail = Text("Dit pad kent {method} niet.", "This path does not know {method}.")
    advice = Text("Gebruik: {allowed}.", "Use: {allowed}.")

    def headers(self) -> Mapping[str, str]:
        return {"Allow": str(self.values["allowed"])}


class NotAcceptable(GatewayError):
    """Values: ``offered``."""

    code = "not-acceptable"
    status = 406
    title = Text("Geen passende vorm", "No acceptable form")
    detail = Text("Dit antwoord is er alleen als {offered}.", "This answer exists only as {offered}.")
    advice = Text("Pas de Accept-header aan.", "Change the Accept header.")


class Conflict(GatewayError):
    """Values: ``what``."""

    code = "conflict"
    status = 409
    title = Text("Past niet bij de huidige toestand", "Does not fit the present state")
    detail = Text("{what}", "{what}")
    advice = Text("Bekijk de huidige toestand en probeer het opnieuw.", "Look at the present state and try again.")


class BodyTooLarge(GatewayError):
    """Values: ``limit`` (bytes)."""

    code = "body-too-large"
    status = 413
    title = Text("Te veel gegevens", "Body too large")
    detail = Text("Er mag hoogstens {limit} byte gestuurd worden.", "At most {limit} bytes may be sent.")
    advice = Text("Stuur minder tegelijk.", "Send less at a time.")


class AddressTooLong(GatewayError):
    """Values: ``limit`` (bytes)."""

    code = "address-too-long"
    status = 414
    title = Text("Te lang adres", "Address too long")
    detail = Text("Het adres mag hoogstens {limit} byte lang zijn.", "The address may be at most {limit} bytes long.")
    advice = Text("Maak de vraag korter.", "Make the request shorter.")


class HeadersTooLarge(GatewayError):
    """Values: ``limit`` (bytes)."""

    code = "headers-too-large"
    status = 431
    title = Text("Te grote headers", "Headers too large")
    detail = Text("De headers zijn samen groter dan {limit} byte.", "The headers together exceed {limit} bytes.")
    advice = Text("Stuur minder of kortere headers.", "Send fewer or shorter headers.")


class ConfigurationRefused(GatewayError):
    """``faults``: one per fault, with file, line and what was expected; ``str`` of each is its line."""

    code = "configuration-refused"
    status = 422
    title = Text("De configuratie is geweigerd", "The configuration was refused")
    detail = Text(
        "De configuratie heeft {count} fouten. De vorige blijft gelden.",
        "The configuration has {count} faults. The previous one stays in force.",
    )
    advice = Text("Verbeter de genoemde regels.", "Correct the lines that are named.")

    def __init__(self, faults: Sequence[object]) -> None:
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults))

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *map(str, self.faults)])


class SourceFailed(GatewayError):
    """Values: ``member``, ``what`` (texts of the adapter's error)."""

    code = "source-failed"
    status = 502
    title = Text("Het systeem van de school gaf een fout", "The school's system failed")
    detail = Text("{member}: {what}", "{member}: {what}")
    advice = Text("De gateway probeert het later opnieuw.", "The gateway tries again later.")


class SourceTimedOut(SourceFailed):
    code = "source-timed-out"
    status = 504
    title = Text("Het systeem van de school antwoordt niet", "The school's system does not answer")


class StoreUnavailable(GatewayError):
    code = "store-unavailable"
    status = 503
    title = Text("De opslag is niet bereikbaar", "The store cannot be reached")
    detail = Text("De gateway kan nu niet bij haar gegevens.", "The gateway cannot reach its data now.")
    advice = Text("Probeer het over een minuut opnieuw.", "Try again in a minute.")

    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "60"}


class NotConfigured(GatewayError):
    code = "not-configured"
    status = 503
    title = Text("De gateway is nog niet ingericht", "The gateway is not configured yet")
    detail = Text("Er is nog geen configuratie toegepast.", "No configuration has been applied yet.")
    advice = Text("Voer uit: ooapi-gateway apply.", "Run: ooapi-gateway apply.")

    def headers(self) -> Mapping[str, str]:
        return {"Retry-After": "60"}


class CannotListen(GatewayError):
    """Values: ``host``, ``port``."""

    code = "cannot-listen"
    status = 503
    title = Text("De poort is niet te gebruiken", "The port cannot be used")
    detail = Text("Op {host}:{port} kan de gateway niet luisteren.", "The gateway cannot listen on {host}:{port}.")
    advice = Text(
        "Stop het programma dat de poort gebruikt, of kies een andere poort (GATEWAY_PORT).",
        "Stop the program that uses the port, or choose another port (GATEWAY_PORT).",
    )


class Unexpected(GatewayError):
    """A fault of the gateway itself. Values: ``trace``, which stands in the log beside the cause."""

    code = "unexpected"
    status = 503
    title = Text("Er ging iets mis in de gateway", "Something went wrong in the gateway")
    detail = Text(
        "De gateway maakte zelf een fout bij deze vraag. Kenmerk: {trace}.",
        "The gateway itself failed at this request. Reference: {trace}.",
    )
    advice = Text("Meld het kenmerk aan de beheerder.", "Report the reference to the operator.")


def from_adapter(error: AdapterError, member: str) -> SourceFailed:
    """The one place where errors of ``adapters`` become errors of the gateway."""
    kind = SourceTimedOut if isinstance(error, SourceTimeout) else SourceFailed
    failure = kind(member=member, what=error.text.en)
    failure.explanation = Text(f"{member}: {error.text.nl}", f"{member}: {error.text.en}")
    failure.next_step = error.hint
    return failure
