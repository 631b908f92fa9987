"""What is ready, how long it holds, and what happens while the catalogue changes or the database is away."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import event, text

from gateway.app import Gateway, Services, build_app
from gateway.catalogue.serve import queries
from gateway.catalogue.serve.follower import Follower
from gateway.catalogue.serve.testkit import Caller, configure, id_of, publish, sample, withdraw
from gateway.clock import FakeClock
from gateway.errors import StoreUnavailable
from gateway.settings import Settings
from gateway.storage import Database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    """A running application over one public member with 30 courses."""
    clock = FakeClock(NOON)
    async with database.transaction() as session:
        await configure(session, {"roc-a": True, "roc-b": False}, clock)
        await publish(session, "roc-a", [sample("Course", number) for number in range(30)])
    application = build_app(Settings(), clock=clock, database=database)
    await application.start()
    yield application
    await application.stop()


@pytest.fixture
def api(gateway: Gateway) -> Caller:
    return Caller(gateway)


def services(gateway: Gateway) -> Services:
    assert gateway.services is not None
    return gateway.services


class Statements:
    """Statements that read the catalogue, as the database driver sees them."""

    def __init__(self, database: Database) -> None:
        self.seen: list[str] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "catalogue_resources" in statement or "catalogue_bodies" in statement:
            self.seen.append(statement)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    """Wait for a condition that a background task brings about."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - seen from outside there is no event to wait for
            await asyncio.sleep(0.02)


async def test_a_page_that_is_ready_costs_no_query(api: Caller, database: Database) -> None:
    first = await api.get("/courses?pageSize=20")
    statements = Statements(database)
    for _ in range(20):
        assert (await api.get("/courses?pageSize=20")).body == first.body
    assert statements.seen == []


async def test_the_second_page_reuses_the_order_of_the_first(api: Caller, database: Database) -> None:
    await api.get("/courses")
    statements = Statements(database)
    await api.get("/courses?pageNumber=3")
    assert len(statements.seen) == 1
    assert "catalogue_bodies" in statements.seen[0]


async def test_a_hundred_misses_at_once_are_one_query(api: Caller, database: Database) -> None:
    statements = Statements(database)
    replies = await asyncio.gather(*(api.get("/courses?q=course") for _ in range(100)))
    assert len({reply.body for reply in replies}) == 1
    assert len([statement for statement in statements.seen if "string_agg" in statement]) == 1
    assert len([statement for statement in statements.seen if "catalogue_bodies" in statement]) == 1


async def test_a_publication_shows_within_a_second(gateway: Gateway, api: Caller, database: Database) -> None:
    before = await api.get("/courses?pageSize=250")
    async with database.transaction() as session:
        await publish(session, "roc-a", [sample("Course", 30)])

    async def shown() -> bool:
        return len((await api.get("/courses?pageSize=250")).ids) == 31

    await until(shown, 2.0)
    after = await api.get("/courses?pageSize=250", if_none_match=before.headers["etag"])
    assert after.status == 200


async def test_a_lost_notification_is_made_up_by_the_poll(api: Caller, database: Database) -> None:
    await api.get("/courses")
    async with database.transaction() as session:  # as publish() does, without the notification
        await session.execute(text("DELETE FROM catalogue_resources WHERE id = :id"), {"id": id_of("Course", 0)})
        await session.execute(text("UPDATE catalogue_generation SET generation = generation + 1"))

    async def shown() -> bool:
        return id_of("Course", 0) not in (await api.get("/courses")).ids

    await until(shown, 5.0)


async def test_a_member_that_is_hidden_disappears_with_the_configuration(
    gateway: Gateway, api: Caller, database: Database
) -> None:
    assert (await api.get("/courses")).ids
    async with database.transaction() as session:
        await configure(session, {"roc-a": False, "roc-b": True}, FakeClock(NOON))
    # A miss sees the new generation by itself, before any notification: nothing hidden goes out.
    assert (await api.get("/courses?pageSize=100")).ids == []

    async def hidden() -> bool:
        return (await api.get("/courses")).ids == []

    await until(hidden)


async def test_pages_never_mix_two_snapshots(api: Caller, database: Database) -> None:
    """While snapshots of a school are swapped, every page holds names of one of them only, and as many as it has."""
    ids = [id_of("Course", number) for number in range(30)]
    stop = asyncio.Event()

    async def publisher() -> None:
        for version in range(1, 13):
            async with database.transaction() as session:
                # Only even versions have the second half.
                count = 30 if version % 2 == 0 else 15
                courses = [sample("Course", n, f"versie {version} {n:02}") for n in range(count)]
                await publish(session, "roc-a", courses)
                if count == 15:
                    await session.execute(
                        text("DELETE FROM catalogue_resources WHERE id = ANY(:ids)"), {"ids": ids[15:]}
                    )
        stop.set()

    async def reader(target: str) -> set[str]:
        seen = set()
        while not stop.is_set():
            reply = await api.get(target)
            assert reply.status == 200, reply.body
            page = reply.json()
            versions = {item["name"][0]["value"].split()[1] for item in page["items"]}
            if page["items"][0]["name"][0]["value"].startswith("versie"):
                assert len(versions) == 1
                assert len(page["items"]) == (30 if int(versions.copy().pop()) % 2 == 0 else 15)
            seen |= versions
            await asyncio.sleep(0)  # a ready answer never gives way by itself
        return seen

    outcomes = await asyncio.gather(publisher(), *(reader(f"/courses?pageSize={size}") for size in (50, 100, 250)))
    assert any(len(seen) > 1 for seen in outcomes[1:] if seen)


async def test_nothing_of_an_older_generation_is_kept(
    gateway: Gateway, api: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is being made while a publication comes in must not be there for the next caller."""
    reached, proceed = asyncio.Event(), asyncio.Event()
    original = queries.bodies

    async def slow(*arguments: object) -> object:
        reached.set()
        await proceed.wait()
        return await original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(queries, "bodies", slow)
    old = asyncio.create_task(api.get("/courses"))
    await reached.wait()
    async with database.transaction() as session:
        await withdraw(session, [sample("Course", 0).id])
    await services(gateway).follower.refresh()
    proceed.set()
    assert id_of("Course", 0) in (await old).ids  # the whole of the snapshot that it started with
    assert id_of("Course", 0) not in (await api.get("/courses")).ids


async def test_while_the_database_is_away_ready_answers_go_on(
    gateway: Gateway, api: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = await api.get("/courses")
    assert "x-catalogue-stale" not in ready.headers
    database = services(gateway).database

    @contextlib.asynccontextmanager
    async def away() -> AsyncIterator[None]:
        raise StoreUnavailable
        yield

    monkeypatch.setattr(database, "snapshot", away)

    async def noticed() -> bool:
        return "x-catalogue-stale" in (await api.get("/courses")).headers

    await until(noticed)
    kept = await api.get("/courses")
    assert (kept.status, kept.body, kept.headers["x-catalogue-stale"]) == (200, ready.body, "true")
    missed = await api.get("/courses?pageNumber=2")
    assert (missed.status, missed.json()["code"]) == (503, "store-unavailable")
    assert "retry-after" in missed.headers
    monkeypatch.undo()

    async def back() -> bool:
        return "x-catalogue-stale" not in (await api.get("/courses")).headers

    await until(back)
    assert (await api.get("/courses?pageNumber=2")).status == 200


async def test_after_its_connections_were_cut_the_follower_hears_again(
    gateway: Gateway, api: Caller, database: Database
) -> None:
    with psycopg.connect(database.driver_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    async with database.transaction() as session:
        await publish(session, "roc-a", [sample("Course", 30)])

    async def shown() -> bool:
        reply = await api.get("/courses?pageSize=250")
        assert reply.status in (200, 503)
        return reply.status == 200 and len(reply.ids) == 31

    await until(shown)


async def test_without_any_state_it_is_the_store_that_is_missing() -> None:
    follower = Follower(Database("postgresql://postgres@/nowhere?host=/nonexistent", pool=1))
    with pytest.raises(StoreUnavailable):
        _ = follower.state


async def test_the_cache_stays_within_its_bounds(database: Database) -> None:
    clock = FakeClock(NOON)
    async with database.transaction() as session:
        await configure(session, {"roc-a": True}, clock)
        await publish(session, "roc-a", [sample("Course", number) for number in range(30)])
    for limit in (0, 100_000):
        application = build_app(Settings(page_cache_bytes=limit), clock=clock, database=database)
        await application.start()
        api = Caller(application)
        for number in range(1, 60):
            reply = await api.get(f"/courses?pageNumber={number}&q=course+{number % 7}")
            assert reply.status == 200
            assert services(application).catalogue.kept_bytes <= limit
        await application.stop()


async def test_a_fault_of_the_program_is_no_500_and_can_be_found_in_the_log(
    api: Caller, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(*arguments: object) -> bytes:
        raise KeyError("a fault")

    monkeypatch.setattr(queries, "ordered_ids", broken)
    reply = await api.get("/courses", accept_language="nl")
    body = reply.json()
    assert (reply.status, body["code"]) == (503, "unexpected")
    trace = body["detail"].rpartition(": ")[2].rstrip(".")
    logged = capsys.readouterr().out
    assert trace in logged
    assert "a fault" in logged
    assert "a fault" not in reply.body.decode()


async def test_requests_are_counted_by_operation_never_by_address(gateway: Gateway, api: Caller) -> None:
    await api.get("/courses?q=geheim")
    await api.get("/courses?q=geheim")
    await api.get(f"/courses/{id_of('Course', 99)}")
    await api.get("/courses?nope=geheim")
    await api.get("/geheim")
    samples = {
        (sample.labels["operation"], sample.labels["status"]): sample.value
        for metric in gateway.registry.collect()
        for sample in metric.samples
        if sample.name == "gateway_requests_total"
    }
    assert samples == {
        ("GET /courses", "200"): 2.0,
        ("GET /courses", "400"): 1.0,
        ("GET /courses/{courseId}", "404"): 1.0,
        ("other", "404"): 1.0,
    }
