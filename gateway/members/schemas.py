"""The shape of a configuration: what stands in the files, and what is stored of them."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from adapters.text import Language

# Forms of values; ``wording`` says each in words.
SLUG: Final = r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
DOMAIN: Final = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
BRIN: Final = r"^[0-9]{2}[A-Z]{2}$"
OIN: Final = r"^[0-9]{20}$"
COLOUR: Final = r"^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$"
EMAIL: Final = r"^[^@\s]+@[^@\s]+$"
MONTH_AND_DAY: Final = r"^[0-9]{2}-[0-9]{2}$"


def _http_address(value: str) -> str:
    if not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise PydanticCustomError("http_address", "is no address that starts with https:// or http://")
    return value.rstrip("/")


def _month_and_day(value: str) -> str:
    try:
        date.fromisoformat(f"2024-{value}")
    except ValueError:
        raise PydanticCustomError("no_such_day", "is no day of the year") from None
    return value


Slug = Annotated[str, Field(pattern=SLUG)]
Address = Annotated[str, AfterValidator(_http_address)]
MonthAndDay = Annotated[str, Field(pattern=MONTH_AND_DAY), AfterValidator(_month_and_day)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Shape):
    """A name in the two languages."""

    nl: str = Field(min_length=1, max_length=256)
    en: str = Field(min_length=1, max_length=256)

    def in_language(self, language: Language) -> str:
        return self.nl if language == "nl" else self.en


class Rollover(_Shape):
    """Around the turn of the school year much changes at once; the limits are wider then. Days as MM-DD."""

    start: MonthAndDay = "07-15"
    end: MonthAndDay = "09-15"
    delete_share: Share = 0.60
    change_share: Share = 1.0

    def covers(self, day: date) -> bool:
        today = day.strftime("%m-%d")
        if self.start <= self.end:
            return self.start <= today <= self.end
        return today >= self.start or today <= self.end


class Federation(_Shape):
    id: Slug
    name: Names
    public_url: Address
    contact_email: str = Field(pattern=EMAIL, max_length=256)
    documentation: Address | None = None
    rollover: Rollover = Rollover()


class Limits(_Shape):
    """From which share of a stream a sync waits for a person, and how large a file may be."""

    delete_share: Share = 0.10
    change_share: Share = 0.75
    least: int = Field(5, ge=1, description="a share counts only from this many resources")
    max_bytes: int | None = Field(None, ge=1024)


class Schedule(_Shape):
    every_minutes: int = Field(ge=1, le=7 * 24 * 60)


class Source(_Shape):
    """One configured adapter. ``settings`` are checked by its kind."""

    name: Slug
    kind: str
    mappings: tuple[str, ...] = Field(min_length=1)
    settings: dict[str, Any]


class Member(_Shape):
    id: Slug
    schac_home: str = Field(pattern=DOMAIN)
    brin: str = Field(pattern=BRIN)
    oin: str = Field(pattern=OIN)
    public: bool = False
    name: Names
    short_name: str = Field(min_length=1, max_length=256)
    link: Address | None = None
    logo: Address | None = None
    colour: str | None = Field(None, pattern=COLOUR)
    limits: Limits = Limits()
    schedule: Schedule | None = None
    sources: tuple[Source, ...] = ()


class Document(_Shape):
    """What is stored: everything that was in the folder, so that no process needs the folder."""

    federation: Federation
    members: tuple[Member, ...]
    mappings: dict[str, dict[str, str]]  # member -> file name -> text
    base: str  # relative paths in the settings of sources start here

    def member(self, identifier: str) -> Member | None:
        return next((member for member in self.members if member.id == identifier), None)


class Configuration(Document):
    """A stored document with its version."""

    generation: int
