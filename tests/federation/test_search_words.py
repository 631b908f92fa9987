"""Searching by the words of the catalogue finds exactly what reading every text would find."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import text

from gateway.catalogue.folding import fold
from gateway.catalogue.serve.queries import ID_BYTES, ordered_ids
from gateway.catalogue.serve.selection import Selection
from gateway.catalogue.serve.testkit import Published, publish, sample
from gateway.storage import Database

LONG = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=430))
NAMES = [
    "Verpleegkunde in de wijk",
    "Wijkverpleging",
    "ICT",
    "C++ en C#",
    "Vrije tijd",
    f"Adres {LONG} einde",
    "Zorg ICT",
]


def courses(names: list[str]) -> list[Published]:
    return [sample("Course", number, name) for number, name in enumerate(names)]


async def found(database: Database, q: str) -> int:
    async with database.snapshot() as session:
        return len(await ordered_ids(session, frozenset({"roc-a"}), Selection(("Course",), q=fold(q)))) // ID_BYTES


async def holding(database: Database, q: str) -> int:
    statement = text("SELECT count(*) FROM catalogue_resources WHERE strpos(search_text, :q) > 0")
    async with database.snapshot() as session:
        return int((await session.execute(statement, {"q": fold(q)})).scalar_one())


@pytest.mark.parametrize(
    "q",
    ["v", "wi", "wijk", "ver", "ict", "c++", "c#", "ijkverp", "zorg ict", LONG[:40], LONG[37:87], LONG[200:260], LONG],
)
async def test_a_stretch_of_letters_is_found_wherever_it_stands(database: Database, q: str) -> None:
    async with database.transaction() as session:
        await publish(session, "roc-a", courses(NAMES))

    expected = await holding(database, q)

    assert expected > 0
    assert await found(database, q) == expected


async def test_a_changed_name_is_found_by_its_new_words(database: Database) -> None:
    async with database.transaction() as session:
        await publish(session, "roc-a", courses(["Timmeren"]))
    async with database.transaction() as session:
        await session.execute(text("UPDATE catalogue_resources SET search_text = 'lassen', search_name = 'lassen'"))

    assert await found(database, "asse") == 1
    assert await found(database, "mmere") == 0


async def test_publications_that_bring_the_same_new_words_at_once_do_not_block_each_other_for_ever(
    database: Database,
) -> None:
    async def one(member: str, order: int) -> None:
        for turn in range(5):
            names = [f"woord{turn}{letter}" for letter in "abcdefgh"[::order]]
            async with database.transaction() as session:
                await publish(session, member, courses(names[:4]))
                await publish(session, member, courses(names[4:]))

    async with asyncio.timeout(60):
        await asyncio.gather(one("roc-a", 1), one("roc-b", -1), one("roc-c", 1))

    async with database.snapshot() as session:
        words = (
            await session.execute(text("SELECT count(*) FROM catalogue_words WHERE word LIKE 'woord%'"))
        ).scalar_one()
    assert words == 40


async def test_names_of_persons_do_not_stay_among_the_words(database: Database) -> None:
    async with database.transaction() as session:
        await publish(session, "roc-a", courses(["Timmeren"]))
    async with database.transaction() as session:
        await session.execute(text("UPDATE catalogue_resources SET resource = 'Person', search_text = 'proefstra'"))

    async with database.snapshot() as session:
        words = (await session.execute(text("SELECT word FROM catalogue_words"))).scalars().all()
    assert "timmeren" in words
    assert "proefstra" not in words
