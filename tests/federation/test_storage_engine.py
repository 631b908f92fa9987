"""Sessions, snapshots, errors of the connection, notifications and migrations against a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError

from gateway.errors import StoreUnavailable
from gateway.storage import Base, Database, DatabaseUnusable, EmbeddedServer, check_version, current, migrate, raw
from gateway.storage.migrate import LOCK


async def count(database: Database, table: str = "things") -> int:
    async with database.snapshot() as session:
        return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def make_things(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE things (id int PRIMARY KEY)"))


async def insert(database: Database, value: int) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO things VALUES (:value)"), {"value": value})


async def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    await make_things(database)
    await insert(database, 1)

    async def insert_and_fail() -> None:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO things VALUES (2)"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await insert_and_fail()
    assert await count(database) == 1


async def test_a_snapshot_sees_one_moment_and_cannot_write(database: Database) -> None:
    await make_things(database)
    async with database.snapshot() as session:
        assert (await session.execute(text("SELECT count(*) FROM things"))).scalar_one() == 0
        await insert(database, 1)
        assert (await session.execute(text("SELECT count(*) FROM things"))).scalar_one() == 0
        with pytest.raises(InternalError, match="read-only"):
            await session.execute(text("INSERT INTO things VALUES (2)"))
    # The connection went back to the pool as it came.
    await insert(database, 3)
    assert await count(database) == 2


async def test_copy_runs_in_the_transaction_of_the_session(database: Database) -> None:
    await make_things(database)

    async def copy(fails: bool) -> None:
        async with database.transaction() as session:
            connection = await raw(session)
            async with connection.cursor() as cursor, cursor.copy("COPY things FROM STDIN") as rows:
                for value in range(100):
                    await rows.write_row((value,))
            if fails:
                raise InterruptedError

    with pytest.raises(InterruptedError):
        await copy(fails=True)
    assert await count(database) == 0
    await copy(fails=False)
    assert await count(database) == 100


async def test_a_constraint_stays_the_callers_business(database: Database) -> None:
    await make_things(database)
    await insert(database, 1)
    with pytest.raises(IntegrityError):
        await insert(database, 1)


async def test_a_statement_over_its_deadline_is_the_stores_fault(database_url: str) -> None:
    database = Database(database_url, statement_seconds=0.2)
    with pytest.raises(StoreUnavailable):
        await sleep_in(database, 5)
    await sleep_in(database, 0)
    await database.dispose()


async def sleep_in(database: Database, seconds: float) -> None:
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": seconds})


async def test_an_exhausted_pool_answers_in_time(database_url: str) -> None:
    database = Database(database_url, pool=1, pool_seconds=0.2)
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
        with pytest.raises(StoreUnavailable):
            await sleep_in(database, 0)
    await sleep_in(database, 0)
    await database.dispose()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user@127.0.0.1:1/nowhere",
        "postgresql://user@/nowhere?host=/nowhere",
        "postgresql://user@host.invalid/nowhere",
    ],
)
async def test_a_database_that_is_not_there_is_unavailable(url: str) -> None:
    database = Database(url)
    with pytest.raises(StoreUnavailable):
        await sleep_in(database, 0)
    with pytest.raises(StoreUnavailable):
        await migrate(url)
    await database.dispose()


async def test_a_killed_connection_is_told_once_and_replaced(database: Database) -> None:
    async def be_killed() -> None:
        async with database.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(StoreUnavailable):
        await be_killed()
    await sleep_in(database, 0)


async def test_after_a_restart_of_the_database_the_first_request_succeeds(own_server: EmbeddedServer) -> None:
    database = Database(own_server.url(), pool=3)
    await asyncio.gather(*(sleep_in(database, 0.1) for _ in range(3)))
    await own_server.stop()
    with pytest.raises(StoreUnavailable):
        await sleep_in(database, 0)
    await own_server.start()
    await asyncio.gather(*(sleep_in(database, 0.1) for _ in range(3)))
    await database.dispose()


async def test_a_server_of_today_is_new_enough(database: Database) -> None:
    assert await check_version(database) >= 15


async def test_an_old_server_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.storage.engine.LEAST_VERSION", 99)
    with pytest.raises(DatabaseUnusable, match="99 or newer"):
        await check_version(database)


class Heard:
    """Collects what a listener hears."""

    def __init__(self) -> None:
        self.payloads: list[str | None] = []

    async def __call__(self, payload: str | None) -> None:
        self.payloads.append(payload)


async def notify(database: Database, payload: str) -> None:
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_notify('generation', :payload)"), {"payload": payload})


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if result if isinstance(result, bool) else await result:
                return
            await asyncio.sleep(0.02)


async def test_a_listener_hears_every_notification_once_in_order(database: Database) -> None:
    heard = Heard()
    async with database.listen("generation", heard) as listener:
        await asyncio.wait_for(listener.connected.wait(), 10)
        for number in range(20):
            await notify(database, str(number))
        await until(lambda: len(heard.payloads) == 21)
    assert heard.payloads == [None, *map(str, range(20))]
    await notify(database, "after")
    await asyncio.sleep(0.1)
    assert len(heard.payloads) == 21


async def test_a_listener_comes_back_after_a_restart_and_says_that_it_may_have_missed_something(
    own_server: EmbeddedServer,
) -> None:
    database = Database(own_server.url())
    heard = Heard()
    async with database.listen("generation", heard) as listener:
        await asyncio.wait_for(listener.connected.wait(), 10)
        await own_server.stop()
        await until(lambda: not listener.connected.is_set())
        await asyncio.sleep(1)
        await own_server.start()
        await asyncio.wait_for(listener.connected.wait(), 10)
        await notify(database, "again")
        await until(lambda: "again" in heard.payloads)
    assert heard.payloads == [None, None, "again"]
    await database.dispose()


async def test_a_listener_whose_callback_meets_an_absent_store_tries_again(database: Database) -> None:
    calls: list[str | None] = []

    async def fail_first(payload: str | None) -> None:
        calls.append(payload)
        if len(calls) == 1:
            raise StoreUnavailable

    async with database.listen("generation", fail_first) as listener:
        await asyncio.wait_for(listener.connected.wait(), 10)
    assert calls == [None, None]


async def test_migrating_twice_changes_nothing(empty_database: str) -> None:
    assert await current(empty_database) is None
    await migrate(empty_database)
    revision = await current(empty_database)
    await migrate(empty_database)
    assert revision is not None
    assert await current(empty_database) == revision


async def test_several_processes_may_migrate_at_once(empty_database: str) -> None:
    await asyncio.gather(*(migrate(empty_database) for _ in range(4)))
    assert await current(empty_database) is not None


async def test_a_migration_waits_for_the_lock_and_frees_it(empty_database: str) -> None:
    database = Database(empty_database)
    async with database.transaction() as session:
        await session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
        task = asyncio.create_task(migrate(empty_database))
        await asyncio.sleep(0.5)
        assert await current(empty_database) is None
        assert not task.done()
    await asyncio.wait_for(task, 30)
    async with database.transaction() as session:
        assert (await session.execute(text(f"SELECT pg_try_advisory_xact_lock({LOCK})"))).scalar_one() is True
    await database.dispose()


async def test_a_database_that_already_holds_the_queue_is_accepted(empty_database: str) -> None:
    import procrastinate

    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=empty_database))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
    await migrate(empty_database)
    assert await current(empty_database) is not None


async def test_the_tables_are_what_the_models_say(database: Database) -> None:
    """Columns, types and nullability of every table of a room that is mapped here."""
    import gateway.changes.models  # noqa: F401 - fills Base.metadata

    tables = [table for table in Base.metadata.sorted_tables if table.name in ("changes", "change_partitions")]
    assert len(tables) == 2
    for table in tables:
        async with database.snapshot() as session:
            rows = await session.execute(
                text(
                    "SELECT column_name, is_nullable = 'YES' FROM information_schema.columns WHERE table_name = :table"
                ),
                {"table": table.name},
            )
            found = {row[0]: row[1] for row in rows}
            constraints = await session.execute(
                text("SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(:table) AND contype <> 'n'"),
                {"table": table.name},
            )
        assert found == {column.name: bool(column.nullable) for column in table.columns}
        assert set(constraints.scalars()) == {constraint.name for constraint in table.constraints}
