"""How long the database works on a search over 50,000 offerings, for a realistic mix of queries."""

from __future__ import annotations

import asyncio
import random
import statistics
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import event

from gateway.catalogue.folding import fold
from gateway.catalogue.serve.queries import ordered_ids
from gateway.catalogue.serve.selection import Selection
from gateway.catalogue.serve.testkit import Published, publish, sample
from gateway.storage import Database, raw

OFFERINGS, MEMBERS = 50_000, 57
# Subjects of vocational education, the first the most usual; a name is one to three of them.
SUBJECTS = """
zorg techniek ondernemen logistiek horeca verpleegkunde ict installatietechniek bouw kapper pedagogisch
sport media elektrotechniek lassen beveiliging mode groen autotechniek voeding laboratorium
dierverzorging juridisch administratie marketing toerisme luchtvaart scheepvaart timmeren schilderen
tandtechniek apotheek rekenen engels duits burgerschap duurzaamheid domotica robotica drones
virtualisatie netwerkbeheer programmeren meubelmaken glaszetten stukadoren tegelzetten dakdekken
bloembinden hovenier paardensport bosbeheer melkvee akkerbouw procestechniek meet-en-regeltechniek
fijnmechanica verspanen goudsmeden uurwerktechniek orthopedie audiciens opticien doktersassistent
kraamzorg wijkverpleging psychiatrie gehandicaptenzorg ouderenzorg jeugdzorg
""".split()  # noqa: SIM905 - words read better than quotes
DESCRIPTION = """
in deze module leert de student zelfstandig en samen met anderen te werken aan opdrachten uit de praktijk
van het beroep en rondt die af met een toets een portfolio of een gesprek op locatie van de school of bij
een leerbedrijf
""".split()  # noqa: SIM905 - words read better than quotes
QUERIES = {
    "common word": ["zorg", "techniek", "ondernemen", "horeca"],
    "rare word": ["uurwerktechniek", "orthopedie", "bosbeheer", "glaszetten", "domotica"],
    "two words": ["zorg ict", "bouw techniek", "engels horeca", "sport zorg"],
    "stem": ["kappers", "verpleegkunden", "meubelmakers", "bloembinders", "drone"],
    "typing error": ["verplegkunde", "timeren", "orthopedei", "kraamzrog", "bosbeher"],
    "two letters": ["vr", "gz", "xq", "ui"],
}
# How often each kind is typed in the mix; "subject": any of SUBJECTS, each as often.
MIX = {
    "subject": 60,
    "two words": 15,
    "stem": 10,
    "typing error": 8,
    "common word": 5,
    "two letters": 2,
}
MIXED = 200

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]


def offerings(member: int) -> list[Published]:
    drawn = random.Random(member)
    weights = [1 / (place + 20) for place in range(len(SUBJECTS))]
    made = []
    for number in range(member, OFFERINGS, MEMBERS):
        name = " en ".join(dict.fromkeys(drawn.choices(SUBJECTS, weights, k=drawn.randint(1, 3)))).capitalize()
        words = [*drawn.choices(DESCRIPTION, k=drawn.randint(15, 40)), *drawn.choices(SUBJECTS, weights, k=1)]
        described = [{"language": "nl-NL", "value": " ".join(words).capitalize() + "."}]
        made.append(sample("CourseOffering", number, name, description=described))
    return made


@pytest.fixture
async def filled(database: Database, database_url: str) -> Database:
    for member in range(MEMBERS):
        async with database.transaction() as session:
            await publish(session, f"roc-{member}", offerings(member))
    await asyncio.to_thread(_analyse, database.driver_url)
    return database


def _analyse(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE) catalogue_resources, catalogue_words")


class Timed:
    """Repeats the statements of a search under EXPLAIN ANALYZE and adds up what the server says."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: list[tuple[str, Any]] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, connection: object, cursor: object, statement: str, parameters: Any, *rest: object) -> None:
        self._seen.append((statement, parameters))

    async def search(self, q: str) -> tuple[float, int]:
        """Milliseconds in the server, planning included, and how many were found."""
        selection = Selection(("ProgramOffering", "CourseOffering", "ComponentOffering"), q=fold(q))
        visible = frozenset(f"roc-{member}" for member in range(MEMBERS))
        async with self._database.snapshot() as session:
            connection = await raw(session)
            self._seen.clear()
            found = len(await ordered_ids(session, visible, selection)) // len(UUID(int=0).bytes)
            spent = 0.0
            for statement, parameters in list(self._seen):
                if any(name in statement for name in ("string_agg", "catalogue_words", "publishing")):
                    explained = await connection.execute(
                        f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", parameters
                    )
                    plan = (await explained.fetchone())[0][0]  # type: ignore[index]
                    spent += plan["Planning Time"] + plan["Execution Time"]
        return spent, found


async def test_search_over_fifty_thousand_offerings(filled: Database, bench: Callable[..., None]) -> None:
    timed = Timed(filled)
    for kind, queries in QUERIES.items():
        spent, found = [], []
        for q in queries:
            repeated = [await timed.search(q) for _ in range(5)]
            spent += [milliseconds for milliseconds, _ in repeated[1:]]
            found.append(repeated[0][1])
        bench(f"search, {kind}", median_ms=statistics.median(spent), worst_ms=max(spent), found=found)
    drawn = random.Random(0)
    kinds = {**QUERIES, "subject": SUBJECTS}
    mixed = []
    for kind in drawn.choices(list(MIX), list(MIX.values()), k=MIXED):
        milliseconds, _ = await timed.search(drawn.choice(kinds[kind]))
        mixed.append(milliseconds)
    p50, p95 = statistics.median(mixed), statistics.quantiles(mixed, n=20)[18]
    bench("search over 50,000 offerings, mixed", queries=MIXED, p50_ms=p50, p95_ms=p95, worst_ms=max(mixed))
