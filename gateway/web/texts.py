"""Every sentence of the pages in Dutch and English. A template asks for one by its name: ``t("search")``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from adapters.text import Language, Text

TEXTS: Final[dict[str, Text]] = {
    "skip": Text("Naar de inhoud", "Skip to content"),
    "other_language": Text("English", "Nederlands"),
    "start_title": Text("Onderwijs bij alle scholen", "Education at all schools"),
    "start_intro": Text(
        "Hier vind je de modules en opleidingen van {number} mbo-scholen bij elkaar. Elke school houdt haar eigen "
        "systeem; de gateway maakt er één catalogus van.",
        "Here you find the modules and programmes of {number} vocational schools together. Each school keeps its own "
        "system; the gateway makes one catalogue of them.",
    ),
    "search": Text("Zoeken", "Search"),
    "search_label": Text("Zoek een module of opleiding", "Search for a module or programme"),
    "search_hint": Text("Bijvoorbeeld verpleegkunde of Duits", "For example verpleegkunde or German"),
    "schools": Text("Scholen", "Schools"),
    "all_schools": Text("Alle scholen", "All schools"),
    "school": Text("School", "School"),
    "programs": Text("opleidingen", "programmes"),
    "courses": Text("modules", "modules"),
    "offerings": Text("momenten", "offerings"),
    "fresh": Text("Bijgewerkt {ago}", "Updated {ago}"),
    "checked": Text("Laatst nagekeken {ago}", "Last checked {ago}"),
    "never": Text("Nog geen catalogus", "No catalogue yet"),
    "last_report": Text("Laatste verslag", "Last report"),
    "report_counts": Text("{errors} geweigerd, {warnings} let op", "{errors} refused, {warnings} warnings"),
    "held": Text("Wacht op een besluit van de school.", "Waits for a decision of the school."),
    "streams_failed": Text("{number} bestanden niet gelezen.", "{number} streams not read."),
    "developers": Text("Voor ontwikkelaars", "For developers"),
    "api": Text("Open Education API v5 (JSON)", "Open Education API v5 (JSON)"),
    "documentation": Text("Documentatie van de API", "Documentation of the API"),
    "results": Text("{number} gevonden voor ‘{q}’", "{number} found for ‘{q}’"),
    "everything": Text("Alle {number} modules en opleidingen", "All {number} modules and programmes"),
    "no_results": Text(
        "Niets gevonden. Probeer een ander of korter woord, of kies alle scholen.",
        "Nothing found. Try another or a shorter word, or choose all schools.",
    ),
    "query_too_long": Text(
        "Dat is te veel om op te zoeken. Gebruik een paar woorden.", "That is too much to search for. Use a few words."
    ),
    "course": Text("Module", "Module"),
    "program": Text("Opleiding", "Programme"),
    "hours": Text("{value} SBU", "{value} study hours"),
    "as_json": Text("Gegevens (JSON)", "Data (JSON)"),
    "when": Text("Wanneer (JSON)", "When (JSON)"),
    "previous": Text("Vorige", "Previous"),
    "next": Text("Volgende", "Next"),
    "page": Text("Bladzijde {number} van {total}", "Page {number} of {total}"),
    "pages": Text("Bladzijden", "Pages"),
    "back": Text("Terug naar het begin", "Back to the start"),
    "contact": Text("Vragen? Mail {email}.", "Questions? Mail {email}."),
    "no_configuration": Text(
        "Er zijn nog geen scholen. De beheerder kan ze toevoegen met ooapi-gateway apply.",
        "There are no schools yet. The operator can add them with ooapi-gateway apply.",
    ),
    "mode_online": Text("online", "online"),
    "mode_distance-learning": Text("op afstand", "distance learning"),
    "mode_on campus": Text("op school", "on campus"),
    "mode_hybrid": Text("deels online", "partly online"),
    "mode_situated": Text("in de praktijk", "in practice"),
}

_STEPS: Final = (
    (timedelta(minutes=1), Text("zojuist", "just now"), timedelta(seconds=1)),
    (timedelta(minutes=2), Text("1 minuut geleden", "1 minute ago"), timedelta(minutes=1)),
    (timedelta(hours=1), Text("{n} minuten geleden", "{n} minutes ago"), timedelta(minutes=1)),
    (timedelta(hours=2), Text("1 uur geleden", "1 hour ago"), timedelta(hours=1)),
    (timedelta(days=1), Text("{n} uur geleden", "{n} hours ago"), timedelta(hours=1)),
    (timedelta(days=2), Text("gisteren", "yesterday"), timedelta(days=1)),
)
_DAYS: Final = Text("{n} dagen geleden", "{n} days ago")


def sentence(name: str, language: Language, **values: object) -> str:
    """A text of the pages. An unknown name or a missing value is a KeyError."""
    return TEXTS[name].in_language(language).format(**values)


def ago(moment: datetime, now: datetime, language: Language) -> str:
    """How long ago, in words."""
    passed = max(now - moment, timedelta(0))
    for limit, text, unit in _STEPS:
        if passed < limit:
            return text.in_language(language).format(n=passed // unit)
    return _DAYS.in_language(language).format(n=passed.days)
