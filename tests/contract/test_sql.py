"""The contract of adapters on real databases: PostgreSQL with views, PostgreSQL with a SELECT, and SQLite."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import psycopg
import pytest
from sqlalchemy.engine import make_url

from adapters.contract import AdapterContext, Capability, Checkpoint, Fault, Item, Record
from adapters.errors import (
    ColumnsMissing,
    ConfigurationInvalid,
    SourceBroke,
    SourceRefused,
    SourceTimeout,
    SourceUnreachable,
    StreamMissing,
)
from adapters.sql import SqlAdapter, SqlConfig
from adapters.testkit import AdapterCase, AdapterContract, adapter_context

PASSWORD = "zeer-geheim-9"
START = datetime(2026, 8, 1, 6, 0, tzinfo=UTC)


class PostgresCase(AdapterCase):
    """Views in a schema of the school, read by an account of its own."""

    stream, text_column = "courses", "name"
    capabilities = frozenset({Capability.SNAPSHOT, Capability.DELTA, Capability.TOMBSTONES})
    personal_stream, personal_text_column = "persons", "voornaam"
    has_credentials = True
    secrets = (PASSWORD,)
    source: ClassVar[Mapping[str, Any]] = {
        "view": "ooapi_course",
        "key": ["code"],
        "cursor": "changed_at",
        "overlap_seconds": 0,
        "tombstone": {"column": "deleted", "values": ["true"]},
    }

    def __init__(self, url: str, folder: Path) -> None:
        self._owner = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._folder = folder
        self._changes = 0
        self.given = dict(self.source)
        self._role = "reader_" + str(make_url(url).database)
        self._url = make_url(url).set(drivername="postgresql", username=self._role, password=PASSWORD)
        with self.connect() as connection:
            connection.execute(
                """
                CREATE SCHEMA school;
                CREATE TABLE school.course (code char(12) PRIMARY KEY, name text, changed_at timestamptz, deleted bool);
                CREATE VIEW school.ooapi_course AS SELECT code, name, changed_at, deleted FROM school.course;
                CREATE TABLE school.person (nummer varchar(20), voornaam text, bsn text, geslacht char(1));
                """
            )
            connection.execute(
                f"CREATE ROLE {self._role} LOGIN PASSWORD '{PASSWORD}';"
                f"GRANT USAGE ON SCHEMA school TO {self._role};"
                f"GRANT SELECT ON ALL TABLES IN SCHEMA school TO {self._role}"
            )

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self._owner, autocommit=True)

    def close(self) -> None:
        with self.connect() as connection:
            connection.execute(f"DROP OWNED BY {self._role}; DROP ROLE {self._role}")

    def context(self) -> AdapterContext:
        url = self._url.render_as_string(hide_password=False)
        return adapter_context(self._folder, secrets={"env:DATABASE": url})

    def config(self, **changes: Any) -> SqlConfig:
        personal = {"view": "person", "key": ["nummer"], "personal": True, "lookup_by": ["nummer"]}
        settings = {
            "url": "env:DATABASE",
            "schema": "school",
            "fetch_size": 500,
            "streams": {"courses": self.given, "persons": personal},
        }
        return SqlConfig.model_validate({**settings, **changes})

    def adapter(self) -> SqlAdapter:
        return SqlAdapter(self.config(), self.context())

    def _later(self) -> datetime:
        self._changes += 1
        return START + timedelta(seconds=self._changes)

    async def put(self, rows: Mapping[str, str]) -> None:
        moment = self._later()
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO school.course VALUES (%s, %s, %s, false) ON CONFLICT (code) DO UPDATE"
                " SET name = excluded.name, changed_at = excluded.changed_at, deleted = false",
                [(key, text, moment) for key, text in rows.items()],
            )

    async def remove(self, key: str) -> None:
        with self.connect() as connection:
            connection.execute(
                "UPDATE school.course SET deleted = true, changed_at = %s WHERE code = %s", (self._later(), key)
            )

    async def put_personal(self, rows: Mapping[str, str]) -> None:
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO school.person VALUES (%s, %s, '123456782', 'V')",
                [(key, text) for key, text in rows.items()],
            )

    def personal_lookup(self, key: str) -> dict[str, str]:
        return {"nummer": key}

    async def drop_column(self) -> None:
        with self.connect() as connection:
            connection.execute(
                "DROP VIEW school.ooapi_course;"
                "CREATE VIEW school.ooapi_course AS SELECT code, changed_at, deleted FROM school.course;"
                f"GRANT SELECT ON school.ooapi_course TO {self._role}"
            )

    async def break_place(self) -> None:
        self._url = self._url.set(host="127.0.0.1", port=1, query={})

    async def break_credentials(self) -> None:
        with self.connect() as connection:
            connection.execute(f"ALTER ROLE {self._role} NOLOGIN")

    def open_resources(self) -> int:
        count = 0
        for _ in range(100):  # a server process needs a moment to end after its client left
            with self.connect() as connection:
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ooapi-gateway'"
                    " AND datname = current_database()"
                ).fetchone()
            assert row is not None
            count = row[0]
            if count == 0:
                break
            time.sleep(0.02)
        return count


class PostgresSelectCase(PostgresCase):
    """The same school with a SELECT instead of views, and no column that tells of changes."""

    capabilities = frozenset({Capability.SNAPSHOT})
    source: ClassVar[Mapping[str, Any]] = {
        "select": "SELECT code AS \"code\", name -- titel\n FROM school.course WHERE deleted = false OR name = ';%:x'",
        "key": ["code"],
    }

    async def drop_column(self) -> None:
        self.given = {**self.given, "select": "SELECT code FROM school.course"}


class SqliteCase(AdapterCase):
    """One SQLite file; a number that grows with every change, removed rows are gone."""

    stream, text_column = "courses", "Naam"
    capabilities = frozenset({Capability.SNAPSHOT, Capability.DELTA})
    personal_stream, personal_text_column = "persons", "voornaam"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file = folder / "school data.db"
        with self.connect() as connection:
            connection.execute('CREATE TABLE module (code TEXT PRIMARY KEY, "Naam" TEXT, version INTEGER)')
            connection.execute("CREATE TABLE student (nummer TEXT, voornaam TEXT, bsn TEXT)")
        self._version = 0

    def connect(self) -> Any:
        """A connection that commits and closes."""
        return _Committing(self.file)

    def adapter(self) -> SqlAdapter:
        streams = {
            "courses": {"view": "module", "key": ["code"], "cursor": "version"},
            "persons": {"view": "student", "key": ["nummer"], "personal": True, "lookup_by": ["nummer"]},
        }
        config = {"database": f"sqlite:///{self.file.name}", "streams": streams, "fetch_size": 500}
        return SqlAdapter(SqlConfig.model_validate(config), adapter_context(self._folder))

    async def put(self, rows: Mapping[str, str]) -> None:
        self._version += 1
        with self.connect() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO module VALUES (?, ?, ?)", [(k, v, self._version) for k, v in rows.items()]
            )

    async def remove(self, key: str) -> None:
        with self.connect() as connection:
            connection.execute("DELETE FROM module WHERE code = ?", (key,))

    async def put_personal(self, rows: Mapping[str, str]) -> None:
        with self.connect() as connection:
            connection.executemany("INSERT INTO student VALUES (?, ?, '123456782')", list(rows.items()))

    def personal_lookup(self, key: str) -> dict[str, str]:
        return {"nummer": key}

    async def drop_column(self) -> None:
        with self.connect() as connection:
            connection.execute('ALTER TABLE module DROP COLUMN "Naam"')

    async def break_place(self) -> None:
        self.file.unlink()

    def open_resources(self) -> int:
        return sum(Path(f"/proc/self/fd/{fd}").resolve() == self.file for fd in os.listdir("/proc/self/fd"))


class _Committing:
    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        with closing(self._connection):
            self._connection.commit()


class TestPostgres(AdapterContract):
    @pytest.fixture
    def case(self, empty_database: str, tmp_path: Path) -> Iterator[AdapterCase]:
        case = PostgresCase(empty_database, tmp_path)
        yield case
        case.close()


class TestPostgresSelect(AdapterContract):
    @pytest.fixture
    def case(self, empty_database: str, tmp_path: Path) -> Iterator[AdapterCase]:
        case = PostgresSelectCase(empty_database, tmp_path)
        yield case
        case.close()


class TestSqlite(AdapterContract):
    @pytest.fixture
    def case(self, tmp_path: Path) -> AdapterCase:
        return SqliteCase(tmp_path)


# -- what only a database can do wrong ----------------------------------------------------------------------------


@pytest.fixture
def school(empty_database: str, tmp_path: Path) -> Iterator[PostgresCase]:
    case = PostgresCase(empty_database, tmp_path)
    yield case
    case.close()


async def _read(adapter: SqlAdapter, stream: str = "courses", **options: Any) -> list[Item]:
    return [item async for item in adapter.read(stream, **options)]


def _over(school: PostgresCase, select: str, **settings: Any) -> SqlAdapter:
    streams = {"courses": {"select": select, "key": ["code"], **settings.pop("stream", {})}}
    return SqlAdapter(school.config(streams=streams, **settings), school.context())


async def test_a_function_that_writes_is_stopped_by_the_transaction(school: PostgresCase) -> None:
    with school.connect() as connection:
        connection.execute(
            "CREATE FUNCTION school.sly() RETURNS text LANGUAGE plpgsql AS"
            " $$ BEGIN DELETE FROM school.course; RETURN 'done'; END $$;"
            "GRANT ALL ON school.course TO PUBLIC"
        )
    await school.put({"1": "one"})
    adapter = _over(school, "SELECT school.sly() AS code")
    with pytest.raises(ConfigurationInvalid, match="writes"):
        await _read(adapter)
    with school.connect() as connection:
        assert connection.execute("SELECT count(*) FROM school.course").fetchone() == (1,)


async def test_the_check_says_that_the_account_can_write(school: PostgresCase) -> None:
    report = await school.adapter().check()
    assert next(item for item in report.items if item.name == "account").hint is None
    with school.connect() as connection:
        connection.execute(f"GRANT INSERT ON school.course TO {school._role}")
    report = await school.adapter().check()
    account = next(item for item in report.items if item.name == "account")
    assert report.ok
    assert account.text.en == "The account can write."
    assert account.hint is not None


async def test_a_long_statement_ends_at_its_limit(school: PostgresCase) -> None:
    await school.put({str(number): "x" for number in range(300)})
    slow = (
        "SELECT a.code, count(*) AS n FROM school.course a, school.course b, school.course c, school.course d"
        " GROUP BY a.code"
    )
    adapter = _over(school, slow, statement_seconds=0.3)
    began = time.monotonic()
    with pytest.raises(SourceTimeout):
        await _read(adapter)
    assert time.monotonic() - began < 5
    assert school.open_resources() == 0


async def test_a_long_statement_of_sqlite_is_interrupted(tmp_path: Path) -> None:
    case = SqliteCase(tmp_path)
    endless = "WITH RECURSIVE n(code) AS (SELECT 1 UNION ALL SELECT code + 1 FROM n) SELECT max(code) AS code FROM n"
    config = {
        "database": f"sqlite:///{case.file.name}",
        "streams": {"courses": {"select": endless, "key": ["code"]}},
        "statement_seconds": 0.1,
    }
    adapter = SqlAdapter(SqlConfig.model_validate(config), adapter_context(tmp_path))
    with pytest.raises(SourceTimeout):
        await _read(adapter)
    assert case.open_resources() == 0


async def test_cancelling_stops_the_statement_at_the_server(school: PostgresCase) -> None:
    await school.put({str(number): "x" for number in range(300)})
    slow = "SELECT max(a.code) AS code FROM school.course a, school.course b, school.course c, school.course d"
    task = asyncio.create_task(_read(_over(school, slow)))
    for _ in range(200):
        await asyncio.sleep(0.02)
        with school.connect() as connection:
            running = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ooapi-gateway' AND state = 'active'"
                " AND query ILIKE 'fetch%'"
            ).fetchone()
        if running == (1,):
            break
    else:
        pytest.fail("the statement did not start")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert school.open_resources() == 0


async def test_a_database_that_goes_away_half_way_is_named(school: PostgresCase) -> None:
    await school.put({f"{number:05d}": "x" for number in range(3000)})
    async with school.adapter() as adapter:
        reading = adapter.read("courses")
        first = await anext(reading)
        assert isinstance(first, Record)
        with school.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ooapi-gateway'"
            )
        with pytest.raises(SourceBroke):
            async for _ in reading:
                pass


async def test_rows_that_change_while_they_are_read_are_read_as_they_were(school: PostgresCase) -> None:
    await school.put({f"{number:05d}": "before" for number in range(3000)})
    async with school.adapter() as adapter:
        texts: set[str | None] = set()
        async for item in adapter.read("courses"):
            if isinstance(item, Record):
                if not texts:
                    await asyncio.to_thread(asyncio.run, school.put({f"{n:05d}": "after" for n in range(3000)}))
                texts.add(item.data["name"])
    assert texts == {"before"}


async def test_what_is_not_there_has_its_own_error(school: PostgresCase) -> None:
    with pytest.raises(StreamMissing) as missing:
        await _read(
            SqlAdapter(school.config(streams={"courses": {"view": "nowhere", "key": ["code"]}}), school.context())
        )
    assert "school.nowhere" in missing.value.text.nl
    with pytest.raises(StreamMissing):
        await _read(_over(school, "SELECT code FROM school.nowhere"))
    with pytest.raises(ColumnsMissing, match="kode"):
        await _read(_over(school, "SELECT kode FROM school.course"))
    with pytest.raises(ColumnsMissing) as columns:
        await _read(_over(school, "SELECT name FROM school.course"), columns={"name", "level"})
    assert columns.value.values["columns"] == "code, level"


async def test_a_right_that_is_missing_is_a_refusal(school: PostgresCase) -> None:
    with school.connect() as connection:
        connection.execute(f"REVOKE SELECT ON school.ooapi_course FROM {school._role}")
    with pytest.raises(SourceRefused):
        await _read(school.adapter())
    report = await school.adapter().check()
    assert [item.name for item in report.items if not item.ok] == ["courses"]


async def test_a_login_that_is_refused_and_a_host_that_is_down_differ(school: PostgresCase) -> None:
    await school.break_credentials()
    with pytest.raises(SourceRefused):
        await _read(school.adapter())
    await school.break_place()
    with pytest.raises(SourceUnreachable):
        await _read(school.adapter())


async def test_a_server_that_accepts_and_never_answers_is_a_timeout(school: PostgresCase) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        school._url = school._url.set(host="127.0.0.1", port=port, query={})
        adapter = SqlAdapter(school.config(connect_seconds=1), school.context())
        with pytest.raises(SourceTimeout):
            await _read(adapter)


async def test_every_type_becomes_a_text(school: PostgresCase) -> None:
    select = (
        "SELECT '7 '::char(5) AS code, 1200.50::numeric AS price, 1e20::numeric AS large, 0.00000012::float8 AS small,"
        " true AS yes, DATE '9999-12-31' AS einde, TIMESTAMP '2026-03-29 02:30' AS naive,"
        " TIMESTAMPTZ '2026-03-29 02:30+00' AS zoned, NULL::text AS nothing, ARRAY['a','b'] AS list,"
        " '{\"a\": 1}'::jsonb AS doc, '6e1f1a5c-0b6e-4d07-9d3a-0a5f2b8c0001'::uuid AS id, TIME '09:30' AS time"
    )
    (record, _) = await _read(_over(school, select))
    assert isinstance(record, Record)
    assert record.key == "7"
    zoned = datetime.fromisoformat(str(record.data["zoned"]))
    assert zoned == datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
    assert {name: value for name, value in record.data.items() if name != "zoned"} == {
        "code": "7",
        "price": "1200.50",
        "large": "100000000000000000000",
        "small": "0.00000012",
        "yes": "true",
        "einde": "9999-12-31",
        "naive": "2026-03-29T02:30:00",
        "nothing": None,
        "list": '["a","b"]',
        "doc": '{"a":1}',
        "id": "6e1f1a5c-0b6e-4d07-9d3a-0a5f2b8c0001",
        "time": "09:30:00",
    }


async def test_rows_that_cannot_be_used_are_faults_and_the_rest_is_read(school: PostgresCase) -> None:
    select = (
        "SELECT * FROM (VALUES ('1', 'a', NULL::bytea), ('1', 'again', NULL), (NULL, 'no key', NULL),"
        " ('  ', 'blank', NULL), ('2', 'photo', 'qq'::bytea), ('3', 'c', NULL)) AS t (code, name, photo)"
    )
    items = await _read(_over(school, select))
    assert [item.key for item in items if isinstance(item, Record)] == ["1", "3"]
    faults = sorted((item.code, item.key, item.column) for item in items if isinstance(item, Fault) and item.key)
    assert faults == [("ROW003", "1", None), ("ROW005", "2", "photo")]
    assert [item.code for item in items if isinstance(item, Fault) and item.key is None] == ["ROW002", "ROW002"]
    records = await _read(_over(school, select), columns={"name"})
    assert [item.key for item in records if isinstance(item, Record)] == ["1", "2", "3"]


async def test_commits_that_come_out_of_order_are_not_lost(school: PostgresCase) -> None:
    """A transaction that began before the last read and committed after it has an older moment."""
    stream = {**school.source, "overlap_seconds": 300}
    adapter = SqlAdapter(school.config(streams={"courses": stream}), school.context())
    await school.put({"1": "one"})
    checkpoint = (await _read(adapter))[-1]
    assert isinstance(checkpoint, Checkpoint)
    with school.connect() as connection:
        connection.execute(
            "INSERT INTO school.course VALUES ('2', 'late', %s, false)", (START - timedelta(seconds=200),)
        )
        connection.execute("INSERT INTO school.course VALUES ('3', 'unknown', NULL, false)")
        connection.execute("INSERT INTO school.course VALUES ('4', 'old', %s, false)", (START - timedelta(hours=2),))
    items = await _read(adapter, state=checkpoint.state)
    assert {item.key for item in items if isinstance(item, Record)} == {"1", "2", "3"}


async def test_one_moment_in_the_far_future_does_not_hide_later_changes(school: PostgresCase) -> None:
    await school.put({"1": "one"})
    with school.connect() as connection:
        connection.execute("INSERT INTO school.course VALUES ('9', 'sentinel', '9999-12-31', false)")
    checkpoint = (await _read(school.adapter()))[-1]
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.state["cursor"].startswith("2026-08-01")
    await school.put({"2": "two"})
    items = await _read(school.adapter(), state=checkpoint.state)
    assert "2" in {item.key for item in items if isinstance(item, Record)}


async def test_dates_that_python_does_not_have_are_read_as_text(school: PostgresCase) -> None:
    select = (
        "SELECT 'x' AS code, 'infinity'::date AS a, '-infinity'::timestamp AS b, 'infinity'::timestamptz AS c,"
        " '10000-01-01'::date AS d, '0044-03-15 BC'::date AS e, '2026-08-31'::date AS f"
    )
    (record, _) = await _read(_over(school, select))
    assert isinstance(record, Record)
    assert record.data == {
        "code": "x",
        "a": "infinity",
        "b": "-infinity",
        "c": "infinity",
        "d": "10000-01-01",
        "e": "0044-03-15 BC",
        "f": "2026-08-31",
    }


async def test_an_infinite_cursor_does_not_hide_later_changes(school: PostgresCase) -> None:
    await school.put({"1": "one"})
    with school.connect() as connection:
        connection.execute("INSERT INTO school.course VALUES ('9', 'sentinel', 'infinity', false)")
    checkpoint = (await _read(school.adapter()))[-1]
    assert isinstance(checkpoint, Checkpoint)
    assert checkpoint.state["cursor"].startswith("2026-08-01")
    await school.put({"2": "two"})
    items = await _read(school.adapter(), state=checkpoint.state)
    assert {"2", "9"} <= {item.key for item in items if isinstance(item, Record)}


@pytest.mark.parametrize("state", [{"cursor": 5}, {"cursor": "x", "type": "datetime"}, {"cursor": "1", "type": "odd"}])
async def test_a_state_that_is_not_ours_is_refused(school: PostgresCase, state: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationInvalid):
        await _read(school.adapter(), state=state)


async def test_a_lookup_is_exact_and_cannot_inject(school: PostgresCase) -> None:
    await school.put_personal({"0042": "Ada", "42": "Bo", "A1": "Cy"})
    adapter = school.adapter()
    for key, expected in (("0042", ["Ada"]), ("42", ["Bo"]), ("a1", []), ("' OR '1'='1", []), ("42 ", []), ("%", [])):
        found = [
            record.data["voornaam"] async for record in adapter.lookup("persons", {"nummer": key}, columns={"voornaam"})
        ]
        assert found == expected, key


async def test_a_lookup_in_a_column_of_numbers(school: PostgresCase) -> None:
    with school.connect() as connection:
        connection.execute("ALTER TABLE school.person ALTER nummer TYPE bigint USING nummer::bigint")
        connection.execute("INSERT INTO school.person VALUES (42, 'Bo', NULL, NULL)")
    adapter = school.adapter()
    for key, expected in (("42", ["Bo"]), ("042", []), ("x", []), ("9" * 40, [])):
        found = [
            record.data["voornaam"] async for record in adapter.lookup("persons", {"nummer": key}, columns={"voornaam"})
        ]
        assert found == expected, key


async def test_a_missing_sqlite_file_is_not_created(tmp_path: Path) -> None:
    config = {"database": "sqlite:///absent.db", "streams": {"courses": {"view": "module", "key": ["code"]}}}
    with pytest.raises(SourceUnreachable):
        await _read(SqlAdapter(SqlConfig.model_validate(config), adapter_context(tmp_path)))
    assert not (tmp_path / "absent.db").exists()


async def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("code;naam\n" * 100)
    config = {"database": "sqlite:///text.db", "streams": {"courses": {"view": "module", "key": ["code"]}}}
    report = await SqlAdapter(SqlConfig.model_validate(config), adapter_context(tmp_path)).check()
    assert not report.ok


async def test_no_thread_is_left_after_reading(school: PostgresCase) -> None:
    await school.put({"1": "one"})
    await _read(school.adapter())
    for _ in range(100):
        left = [thread for thread in threading.enumerate() if thread.name.startswith("sql_")]
        if not left:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"{left}")


SAMPLE = Path(__file__).resolve().parents[2] / "adapters" / "sql" / "samples" / "views.sql"
EXAMPLE_TABLES = """
CREATE TABLE instelling (id int, brin text);
CREATE TABLE organisatie_eenheid (id int, instelling_id int, parent_id int, code text, naam text, afkorting text,
    soort text, gewijzigd_op timestamptz, verwijderd bool);
CREATE TABLE kwalificatie (id int, crebo text, naam text, niveau int, gewijzigd_op timestamptz, verwijderd bool);
CREATE TABLE opleiding (id int, code text, naam text, internationale_naam text, omschrijving text, kwalificatie_id int,
    leerweg text, intensiteit text, duur_in_maanden int, studielast_sbu numeric, organisatie_eenheid_id int,
    gewijzigd_op timestamptz, verwijderd bool);
CREATE TABLE onderwijsproduct (id int, code text, titel text, internationale_titel text, omschrijving text,
    niveau int, belasting_sbu numeric, keuzedeelcode text, soort text, gewijzigd_op timestamptz, verwijderd bool);
CREATE TABLE product_opleiding (product_id int, opleiding_id int);
CREATE TABLE leerjaar (id int, code text);
CREATE TABLE periode (id int, code text, naam text, begindatum date, einddatum date, leerjaar_id int,
    gewijzigd_op timestamptz, verwijderd bool);
CREATE TABLE locatie (id int, naam text);
CREATE TABLE onderwijsproduct_aanbod (code text, product_id int, periode_id int, locatie_id int, begindatum date,
    einddatum date, begindatum_inschrijving date, einddatum_inschrijving date, minimum_deelnemers int,
    maximum_deelnemers int, gewijzigd_op timestamptz, verwijderd bool);
CREATE TABLE deelnemer (deelnemernummer text, roepnaam text, voorvoegsel text, achternaam text, school_mail text,
    actief bool, bsn text);
INSERT INTO opleiding (id, code) VALUES (1, 'A'), (2, 'B');
INSERT INTO product_opleiding VALUES (7, 2), (7, 1);
INSERT INTO onderwijsproduct VALUES (7, 'K0123', 'Duits', 'German', '', 3, 240.0, 'K0123', 'keuzedeel', now(), false);
INSERT INTO deelnemer VALUES ('0042', 'Ada', NULL, 'Vos', 'ada@roc.example', true, '123456782');
"""


async def test_the_views_that_we_hand_out_work(school: PostgresCase) -> None:
    with school.connect() as connection:
        connection.execute(EXAMPLE_TABLES)
        connection.execute("DROP ROLE IF EXISTS ooapi_reader")
        connection.execute(SAMPLE.read_text())
        names = [row[0] for row in connection.execute("SELECT viewname FROM pg_views WHERE schemaname = 'ooapi'")]
    try:
        streams: dict[str, Any] = {
            name: {"view": name, "key": ["crebo" if "specification" in name else "code"], "cursor": "changed_at",
                   "tombstone": {"column": "deleted", "values": ["true"]}}
            for name in names if name != "ooapi_person"
        }  # fmt: skip
        streams["ooapi_person"] = {
            "view": "ooapi_person", "key": ["student_number"], "personal": True, "lookup_by": ["student_number"]
        }  # fmt: skip
        school._url = school._url.set(username="ooapi_reader")
        adapter = SqlAdapter(school.config(schema="ooapi", streams=streams), school.context())
        report = await adapter.check()
        assert report.ok, report.items
        assert len(names) == 7
        assert all(item.hint is None for item in report.items if item.name != "clock")
        (course, _) = await _read(adapter, "ooapi_course")
        assert isinstance(course, Record)
        assert (course.key, course.data["program_codes"], course.data["study_load"]) == ("K0123", "A,B", "240.0")
        found = [r.data async for r in adapter.lookup("ooapi_person", {"student_number": "0042"}, columns={"surname"})]
        assert found == [{"student_number": "0042", "surname": "Vos"}]
    finally:
        with school.connect() as connection:
            connection.execute("DROP OWNED BY ooapi_reader; DROP ROLE ooapi_reader")
