"""What is offered when and where: programme starts, courses per period, and lessons and tests with a room."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from demo.data.model import Classroom, Module, ModuleOffer, Part, PartOffer, Programme, ProgrammeOffer, Site
from demo.data.years import enrolment_window, period_bounds, period_code, year_bounds, year_code

_SCHOOL_FEE = Decimal("1450.00")  # invented, for BOL per year
_COURSE_FEE = Decimal("690.00")  # invented, for BBL per year
_KEUZEDEEL_FEE = Decimal("250.00")

# The order in which periods are filled: this year first, then next year, then the spring that is past.
_PERIOD_ORDER = (
    (2026, 2), (2026, 3), (2026, 1), (2026, 4), (2027, 1), (2027, 2), (2025, 4), (2027, 3), (2027, 4), (2025, 3),
)  # fmt: skip


def programme_offers(
    rng: random.Random, programmes: tuple[Programme, ...], sites: tuple[Site, ...], variant: int
) -> tuple[ProgrammeOffer, ...]:
    """Each programme starts in the summers of 2026 and 2027; a work-based one may be entered during the year."""
    result: list[ProgrammeOffer] = []
    for programme in programmes:
        for first in (2026, 2027):
            start, _ = year_bounds(first)
            opens, closes = date(first - 1, 10, 1), date(first, 4, 1)
            places = rng.choice((24, 30, 48, 60, 90))
            result.append(
                ProgrammeOffer(
                    code=f"{programme.code}-{first}",
                    programme=programme.code,
                    year=year_code(first),
                    name=f"{programme.name} {year_code(first)}",
                    start=start,
                    end=date(first + programme.months // 12, 7, 31),
                    enrol_start=opens,
                    enrol_end=closes,
                    site=sites[(len(result) + variant) % len(sites)].code,
                    places=places,
                    enrolled=rng.randrange(places // 2, places + 1) if first == 2026 else 0,
                    price=_SCHOOL_FEE if programme.pathway == "BOL" else _COURSE_FEE,
                    flexible_until=start + timedelta(days=180) if programme.pathway == "BBL" else None,
                )
            )
    return tuple(result)


def module_offers(
    rng: random.Random, modules: tuple[Module, ...], sites: tuple[Site, ...], count: int
) -> tuple[ModuleOffer, ...]:
    """``count`` course offerings: every module once, then again in the next period, and so on."""
    result: list[ModuleOffer] = []
    round_number = 0
    while len(result) < count:
        for index, module in enumerate(modules):
            if len(result) == count:
                break
            first, number = _PERIOD_ORDER[(round_number + index) % len(_PERIOD_ORDER)]
            result.append(_module_offer(rng, module, sites, first, number))
        round_number += 1
    return tuple(result)


def _module_offer(rng: random.Random, module: Module, sites: tuple[Site, ...], first: int, number: int) -> ModuleOffer:
    start, end = period_bounds(first, number)
    opens, closes = enrolment_window(start)
    places = rng.choice((12, 16, 20, 24, 30))
    # A course that is full, or nearly so, is what a demonstration of waiting lists needs.
    enrolled = min(places, max(0, round(rng.gauss(places * 0.8, places * 0.25)))) if first < 2027 else 0
    keuzedeel = module.kind == "keuzedeel"
    return ModuleOffer(
        code=f"{module.code}-{period_code(first, number)}",
        module=module.code,
        period=period_code(first, number),
        name=f"{module.title}, periode {number} {year_code(first)}",
        start=start,
        end=end,
        enrol_start=opens,
        enrol_end=closes,
        delivery=module.delivery,
        site=rng.choice(sites).code,
        language="en" if module.english_description and rng.random() < 0.1 else "nl",
        minimum=min(8, places // 2),
        places=places,
        enrolled=enrolled,
        pending=rng.randrange(0, 5) if enrolled == places else 0,
        scale="OVG" if keuzedeel or module.kind == "bpv" else "cijfer",
        price=_KEUZEDEEL_FEE if keuzedeel else None,
    )


def part_offers(
    rng: random.Random,
    parts: tuple[Part, ...],
    offers: tuple[ModuleOffer, ...],
    rooms: tuple[Classroom, ...],
    count: int,
) -> tuple[PartOffer, ...]:
    """At most ``count`` lessons and tests, in half hours, in a room at the place of the course offering."""
    by_module: dict[str, list[ModuleOffer]] = {}
    for offer in offers:
        by_module.setdefault(offer.module, []).append(offer)
    pairs = [(part, offer) for part in parts for offer in by_module.get(part.module, ())]
    rng.shuffle(pairs)
    result = []
    for part, offer in sorted(pairs[:count], key=lambda pair: (pair[0].code, pair[1].code)):
        test = part.kind == "toets"
        day = offer.end - timedelta(days=rng.randrange(5)) if test else offer.start + timedelta(days=rng.randrange(5))
        start = datetime.combine(day, time(8 + rng.randrange(8), rng.choice((0, 30))))
        here = [room for room in rooms if room.site == offer.site]
        result.append(
            PartOffer(
                code=f"{part.code}-{offer.period}",
                part=part.code,
                module_offer=offer.code,
                period=offer.period,
                name=f"{part.name} {offer.period}",
                start=start,
                end=start + timedelta(minutes=rng.choice((60, 90, 120))),
                room=rng.choice(here).code,
                places=offer.places,
                weight=100 if test else 0,
            )
        )
    return tuple(result)
