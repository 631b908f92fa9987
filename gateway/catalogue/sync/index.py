"""What a resource can be found by: filters, sorting, sub-collections and search, taken from its properties.

The properties are those of the validated resource, so nothing here checks them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

from gateway.catalogue.folding import fold, name_key
from gateway.clock import AMSTERDAM

# Raising it publishes every resource anew at the next sync, because the digest covers it.
INDEX_VERSION: Final = 1

# Properties that some path filters or sorts by, kept as they stand in the body.
_FACETS: Final = (
    "academicSessionType",
    "availableSeats",
    "componentType",
    "educationSpecificationType",
    "fieldsOfStudy",
    "groupType",
    "level",
    "levelOfQualification",
    "modeOfDelivery",
    "modeOfStudy",
    "offeringType",
    "organizationType",
    "programType",
    "qualificationAwarded",
    "resultExpected",
    "roomType",
    "sector",
    "teachingLanguage",
    "totalSeats",
)
CREBO_FACET: Final = "crohoCreboCode"  # the filter croho-creboCode
_STARTS: Final = ("startDateTime", "startDate", "validFrom")
_ENDS: Final = ("endDateTime", "endDate", "validTo")
# Characters. PostgreSQL refuses an index entry above 2,704 bytes and a text with more than 1 MB of different words.
_LONGEST_KEY: Final = 400
_LONGEST_NAME: Final = 10_000
_LONGEST_TEXT: Final = 50_000


@dataclass(frozen=True, slots=True)
class Index:
    """The columns of ``catalogue_resources`` that are derived from the body."""

    primary_code: str | None
    name_key: str
    start_at: datetime | None
    end_at: datetime | None
    facets: dict[str, Any]
    consumers: list[str]
    search_name: str
    search_text: str


def index_of(value: Mapping[str, Any]) -> Index:
    """Index columns of a resource given as JSON-shaped properties."""
    facets = {name: value[name] for name in _FACETS if name in value}
    codes = [*([value["primaryCode"]] if "primaryCode" in value else ()), *value.get("otherCodes", ())]
    crebo = [code["code"] for code in codes if code.get("codeType") == CREBO_FACET]
    if crebo:
        facets[CREBO_FACET] = crebo
    names = list(_texts(value.get("name"))) or [str(value.get("displayName", ""))]
    searched = [*names, *(str(value[key]) for key in ("abbreviation", "shortName") if key in value)]
    search_name = fold(" ".join(searched))[:_LONGEST_NAME]
    description = fold(" ".join(_texts(value.get("description"))))[:_LONGEST_TEXT]
    return Index(
        primary_code=value["primaryCode"]["code"] if "primaryCode" in value else None,
        name_key=name_key(names[0])[:_LONGEST_KEY],
        start_at=_moment(value, _STARTS, time.min),
        end_at=_moment(value, _ENDS, time.max),
        facets=facets,
        consumers=sorted({str(consumer["consumerKey"]) for consumer in value.get("consumers", ())}),
        search_name=search_name,
        search_text=f"{search_name} {description}" if description and description != search_name else search_name,
    )


def _texts(strings: Iterable[Mapping[str, Any]] | None) -> Iterable[str]:
    """The values of language typed strings, Dutch first because names sort by it."""
    found = [(str(item.get("language", "")), str(item["value"])) for item in strings or () if item.get("value")]
    return [text for _, text in sorted(found, key=lambda pair: not pair[0].startswith("nl"))]


def _moment(value: Mapping[str, Any], names: Iterable[str], at: time) -> datetime | None:
    """The first of these dates or date-times; a date counts in Europe/Amsterdam.

    None for one that lies beyond the years 1 to 9999 in UTC: 01-01-0001 is what systems write for no date.
    """
    for name in names:
        text = value.get(name)
        if not text:
            continue
        moment = datetime.fromisoformat(str(text))
        if moment.tzinfo is None:
            moment = datetime.combine(moment.date(), at, AMSTERDAM)
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            return None
    return None
