"""``ooapi-gateway`` as people and scripts use it: real processes, a real database, a school's files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from gateway.cli.output import somebody

ESCAPE = "\x1b"
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one JSON document on standard output."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def flat(self) -> str:
        """What it said on both, blanks and line breaks collapsed: tables break lines."""
        return re.sub(r"\s+", " ", self.out + " " + self.err)


# Starting Python and reading the modules takes most of a command's time, so one process does that once and forks for
# each command. The command itself is read anew each time, in the environment and the folder of that command.
_FORKING = """
import json, os, sys
import gateway.app, gateway.catalogue.sync.comparing, gateway.catalogue.sync.previewing
import gateway.catalogue.sync.reporting, adapters.csv_drop, adapters.ooapi, adapters.sql, demo.cli
import rich.progress, rich.table, typer
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        os.environ.clear()
        os.environ.update(asked["environment"])
        os.chdir(asked["folder"])
        for number, name in enumerate((os.devnull, asked["out"], asked["err"])):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = ["ooapi-gateway", *asked["arguments"]]
        from gateway.cli import main
        main()
        raise AssertionError("main never returns")
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="session")
def forking() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", _FORKING],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        yield process
        process.kill()


class Cli:
    """Runs commands in an environment of their own, without anything of the developer's."""

    def __init__(self, forking: subprocess.Popen[str], environment: dict[str, str], folder: Path) -> None:
        self._forking = forking
        self.environment = environment
        self.folder = folder

    def run(self, *arguments: str, status: int = 0, **environment: str) -> Ran:
        """The command in a process of its own, which must end with this status and never with a traceback."""
        out, err = self.folder / "command.out", self.folder / "command.err"
        asked = {
            "arguments": arguments,
            "environment": self.environment | environment,
            "folder": str(self.folder),
            "out": str(out),
            "err": str(err),
        }
        assert self._forking.stdin is not None
        assert self._forking.stdout is not None
        self._forking.stdin.write(json.dumps(asked) + "\n")
        self._forking.stdin.flush()
        ran = Ran(int(self._forking.stdout.readline()), out.read_text("utf-8"), err.read_text("utf-8"))
        assert ran.status == status, ran
        assert "Traceback" not in ran.err, ran.err
        assert ESCAPE not in ran.out + ran.err
        return ran


@pytest.fixture
def cli(forking: subprocess.Popen[str], database_url: str, school: Any, tmp_path: Path) -> Cli:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "COLUMNS": "200",
        "GATEWAY_LOG_FORMAT": "text",
        "DATABASE_URL": database_url,
        "GATEWAY_CONFIG_DIR": str(school.folder),
        "GATEWAY_DATA_DIR": str(tmp_path / "data"),
    }
    return Cli(forking, environment, tmp_path)


# -- the command itself -------------------------------------------------------------------------------------------


def test_the_installed_command_lists_what_it_can_do(tmp_path: Path) -> None:
    command = Path(sys.executable).parent / "ooapi-gateway"
    shown = subprocess.run([command, "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True)
    names = "serve worker migrate apply check settings template discover preview sync approve reject diff report runs"
    for name in names.split():
        assert re.search(rf"^  {name} ", shown.stdout, re.MULTILINE), name


def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_such_user() -> str:
        raise KeyError("getpwuid(): uid not found: 10012")

    monkeypatch.setattr("getpass.getuser", no_such_user)
    assert somebody() == str(os.getuid())


# -- before anything is there -------------------------------------------------------------------------------------


def test_migrating_an_empty_database_twice(cli: Cli, empty_database: str) -> None:
    first = cli.run("migrate", "--json", DATABASE_URL=empty_database).value
    assert re.fullmatch(r"\d{4}\w*", first["revision"])
    again = cli.run("migrate", DATABASE_URL=empty_database)
    assert again.out == f"Database is at revision {first['revision']}.\n"


def test_commands_before_a_configuration_say_what_to_do(cli: Cli) -> None:
    dutch = cli.run("sync", status=1, LANG="nl_NL.UTF-8")
    assert dutch.out == ""
    assert "ooapi-gateway apply" in dutch.err
    assert "is er niet" in dutch.err
    assert "\n→ " in dutch.err
    problem = cli.run("sync", "--json", status=1).value
    assert (problem["code"], problem["status"]) == ("not-found", "404")
    assert problem["nextStep"]


def test_wrong_use_is_status_2(cli: Cli) -> None:
    for arguments in ("nosuchcommand", "sync --nosuchoption", "preview", "preview roc-a --limit 0", "approve roc-a"):
        wrong = cli.run(*arguments.split(), status=2)
        assert wrong.out == ""
        assert "Usage:" in wrong.err


def test_wrong_settings_are_named_without_a_traceback(cli: Cli) -> None:
    assert "GATEWAY_PORT: " in cli.run("runs", "roc-a", status=1, GATEWAY_PORT="acht").err
    assert cli.run("runs", "roc-a", status=1, GATEWAY_PROT="8000").err == "unknown settings: GATEWAY_PROT\n"


def test_a_database_that_is_away_is_a_text_without_the_password(cli: Cli) -> None:
    away = cli.run("runs", "roc-a", status=1, DATABASE_URL="postgresql://beheer:Zwaluw-8812@127.0.0.1:1/gateway")
    assert away.out == ""
    assert "The gateway cannot reach its data now." in away.err
    assert "→ Try again in a minute." in away.err
    assert "Zwaluw" not in away.err


def test_settings_and_template_need_no_database(cli: Cli, tmp_path: Path) -> None:
    nowhere = "postgresql://127.0.0.1:1/nothing"
    rows = cli.run("settings", "--json", DATABASE_URL=nowhere).value
    assert {"variable": "GATEWAY_PORT", "type": "int", "default": "8000"}.items() <= next(
        row.items() for row in rows if row["variable"] == "GATEWAY_PORT"
    )
    assert "GATEWAY_OPERATE_PAGES" in cli.run("settings", DATABASE_URL=nowhere).out
    made = cli.run("template", "mijn.xlsx", DATABASE_URL=nowhere)
    assert made.out.startswith("mijn.xlsx written.")
    assert load_workbook(tmp_path / "mijn.xlsx").sheetnames
    before = (tmp_path / "mijn.xlsx").stat().st_mtime_ns
    assert "--force" in cli.run("template", "mijn.xlsx", status=1).err
    assert (tmp_path / "mijn.xlsx").stat().st_mtime_ns == before
    assert cli.run("template", "mijn.xlsx", "--force", "--json").value == {"file": "mijn.xlsx"}
    assert "No such file or directory" in cli.run("template", "nergens/mijn.xlsx", status=1).err


# -- apply --------------------------------------------------------------------------------------------------------


def test_apply_stores_once_and_again_when_something_changed(cli: Cli, school: Any) -> None:
    first = cli.run("apply", "--json").value
    assert (first["members"], first["stored"]) == (["roc-a"], True)
    same = cli.run("apply")
    assert same.out == f"1 members, generation {first['generation']} (nothing changed).\n"
    federation = school.folder / "federation.toml"
    federation.write_text(federation.read_text().replace("Proef", "Proeftuin"))
    assert cli.run("apply", str(school.folder)).out == f"1 members, generation {first['generation'] + 1}.\n"


def test_apply_names_every_fault_in_the_language_of_the_user(cli: Cli, school: Any) -> None:
    member = school.folder / "members" / "roc-a.toml"
    member.write_text(member.read_text().replace('brin = "99AA"', 'brin = "9AA"').replace("public", "openbaar"))

    dutch = cli.run("apply", status=1, LANG="nl_NL.UTF-8")
    assert dutch.out == ""
    assert dutch.err.splitlines() == [
        "De configuratie heeft 2 fouten. De vorige blijft gelden.",
        "  members/roc-a.toml:4: brin: heeft niet de goede vorm: een BRIN zoals 25LX (Excel kan een nul weggelaten"
        " hebben).",
        "  members/roc-a.toml:6: openbaar: is hier geen bekende sleutel.",
        "→ Verbeter de genoemde regels.",
    ]
    problem = cli.run("apply", "--check", "--json", status=1).value
    assert problem["code"] == "configuration-refused"
    assert problem["faults"][1] == {
        "file": "members/roc-a.toml",
        "line": 6,
        "nl": "openbaar: is hier geen bekende sleutel.",
        "en": "openbaar: is not a known key here.",
    }


def test_checking_a_folder_needs_no_database_and_stores_nothing(cli: Cli) -> None:
    checked = cli.run("apply", "--check", DATABASE_URL="postgresql://127.0.0.1:1/nothing")
    assert checked.out == "1 members, checked, not stored.\n"
    assert cli.run("sync", "--json", status=1).value["code"] == "not-found"


# -- looking at a source ------------------------------------------------------------------------------------------


async def test_check_says_what_works_and_what_to_do(cli: Cli, gateway: Any, school: Any) -> None:
    answers = cli.run("check", "--json").value
    assert [(one["member"], one["source"], one["ok"]) for one in answers] == [("roc-a", "sis", True)]
    assert all(item["ok"] for item in answers[0]["items"])
    assert "roc-a / sis" in cli.run("check", "roc-a").out

    (school.drop / "modules.csv").unlink()
    (broken,) = cli.run("check", "--json", status=1).value
    wrong = [item for item in broken["items"] if not item["ok"]]
    assert wrong
    assert all(item["text"] and item["hint"] for item in wrong)
    told = cli.run("check", status=1, LANG="nl_NL.UTF-8")
    assert "✗" in told.out
    assert "modules" in told.out
    assert "roc-z" in cli.run("check", "roc-z", status=1).err


async def test_discover_shows_columns_and_a_mapping_that_can_be_saved(cli: Cli, gateway: Any, school: Any) -> None:
    long = "een kolom met een heel lange naam waar een regel van tachtig tekens zeker door wordt afgebroken titel"
    school.write("modules", ("code", long, "[red]kleur[/red]"), [("M1", f"Reke{ESCAPE}[31mnen", ":apple:")])

    (found,) = cli.run("discover", "roc-a", "--json", COLUMNS="80").value
    streams = {one["stream"]: one for one in found["streams"]}
    assert set(streams) == {"organisaties", "modules", "aanbod"}
    assert [column["name"] for column in streams["modules"]["columns"]] == ["code", long, "[red]kleur[/red]"]

    text = cli.run("discover", "roc-a", "--stream", "modules", "--mapping", COLUMNS="80").out
    proposal = tomllib.loads(text)
    assert proposal["stream"] == "modules"
    assert proposal["fields"]["name"] == f'language("{long}")'

    shown = cli.run("discover", "roc-a", "--stream", "modules").out
    assert "[red]kleur[/red]" in shown
    assert ":apple:" in shown
    assert "Reke�[31mnen" in shown


async def test_preview_shows_rows_as_they_would_become(cli: Cli, gateway: Any) -> None:
    shown = cli.run("preview", "roc-a", "--resource", "Course", "--limit", "2")
    assert shown.out.count("courses.toml  modules.csv:") == 2
    assert "  titel = Module 0" in shown.out
    assert '"value": "Module 1"' in shown.out
    assert "Module 2" not in shown.out

    rows = cli.run("preview", "roc-a", "--stream", "modules", "--limit", "1", "--json").value
    assert [(row["key"], row["place"], row["accepted"]) for row in rows] == [("M0", "modules.csv:2", True)]
    assert rows[0]["row"]["titel"] == "Module 0"
    assert rows[0]["resource"]["studyLoad"] == {"studyLoadUnit": "sbu", "value": 240}
    assert cli.run("preview", "roc-a", "--resource", "Building", status=1).out == ""


async def test_explain_one_row_by_key_by_number_and_by_place(cli: Cli, gateway: Any) -> None:
    answers = [
        cli.run("preview", "roc-a", "--resource", "Course", "--explain", row, "--json").value
        for row in ("M3", "5", "modules.csv:5")
    ]
    assert answers[0] == answers[1] == answers[2]
    (row,) = answers[0]
    assert (row["key"], row["place"]) == ("M3", "modules.csv:5")
    explained = {field["property"]: field for field in row["explained"]}
    assert explained["level"]["expression"] == "lookup('niveau', niveau)"
    assert explained["level"]["columns"] == ["niveau"]
    assert explained["level"]["value"] == "secondary vocational education 3"

    shown = cli.run("preview", "roc-a", "--resource", "Course", "--explain", "M3").out
    assert "lookup('niveau', niveau)   ← niveau" in shown
    missing = cli.run("preview", "roc-a", "--explain", "M999", status=1)
    assert "M999" in missing.err


async def test_a_row_that_would_be_refused_ends_with_status_1(cli: Cli, gateway: Any, school: Any) -> None:
    school.courses([("M0", "", "Over", "3", "240", "O1")])
    shown = cli.run("preview", "roc-a", "--resource", "Course", status=1, LANG="nl_NL.UTF-8")
    assert "refused {" in shown.out
    assert re.search(r"^  error [A-Z]+\d+: ", shown.out, re.MULTILINE)
    assert "      → " in shown.out


async def test_what_stands_in_a_cell_never_steers_the_terminal(cli: Cli, gateway: Any, school: Any) -> None:
    cells = f"[red]x[/red] \\[bold]y :smile: {ESCAPE}[2J{ESCAPE}]0;titel\x07 \u202egnitset"
    school.courses([("M0", cells, "[/]", "3", "240", "O1"), *school.some_courses(20)[1:]])

    shown = cli.run("preview", "roc-a", "--resource", "Course", "--limit", "1").out
    title = next(line for line in shown.splitlines() if line.startswith("  titel = "))
    assert "[red]x[/red] \\[bold]y :smile: " in title
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", shown)

    cli.run("sync")
    found = cli.run("diff", "roc-a").out + cli.run("report", "roc-a").out
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", found)
    school.courses(school.some_courses(20))
    changed = cli.run("diff", "roc-a").out
    assert "[red]x[/red]" in changed
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", changed)


PERSONAL = """
stream = "deelnames"
resource = "CourseOfferingAssociation"
[fields]
state = "text(status)"
person = "reference('Person', student)"
"""


def test_a_personal_stream_is_never_listed(cli: Cli, school: Any) -> None:
    member = school.folder / "members" / "roc-a.toml"
    own = '[sources.settings.streams.deelnames]\nfile = "deelnames.csv"\nkey = ["id"]\npersonal = true\n'
    text = member.read_text().replace('"offerings.toml"]', '"offerings.toml", "personal.toml"]')
    member.write_text(text + own + 'lookup_by = ["student"]\n')
    (school.folder / "members" / "roc-a" / "personal.toml").write_text(PERSONAL)
    school.write("deelnames", ("id", "student", "naam", "status"), [("1", "40012345", "Zwaluwstaart", "associated")])
    cli.run("apply")

    for arguments in (["--stream", "deelnames"], ["--stream", "deelnames", "--explain", "1"]):
        refused = cli.run("preview", "roc-a", *arguments, status=1)
        assert "personal" in refused.err
        assert "Zwaluwstaart" not in refused.flat
        assert "40012345" not in refused.flat
    everything = cli.run("preview", "roc-a", "--limit", "1000", "--json")
    found = cli.run("discover", "roc-a", "--json")
    synced = cli.run("sync", "--json")
    for ran in (everything, found, synced):
        assert "Zwaluwstaart" not in ran.flat
        assert "40012345" not in ran.flat


# -- sync, reports, decisions -------------------------------------------------------------------------------------


async def test_a_sync_from_dry_run_to_report(cli: Cli, gateway: Any, school: Any, tmp_path: Path) -> None:
    (tried,) = cli.run("sync", "roc-a", "--dry-run", "--json").value
    assert (tried["state"], tried["counts"]["added"]) == ("dry-run", 41)
    assert await gateway.published("Course") == []

    shown = cli.run("sync")
    assert "roc-a: published" in shown.out
    assert "41 rows read, 0 refused" in shown.out
    assert len(await gateway.published("Course")) == 20
    (again,) = cli.run("sync", "--json").value
    assert again["state"] == "unchanged"

    school.courses([*school.some_courses(19), ("M19", "", "Zonder titel", "9", "veel", "O1")])
    (partly,) = cli.run("sync", "--json").value
    assert partly["counts"]["refused"] == 2  # the module, and the offering that refers to it

    told = cli.run("report", "roc-a", LANG="nl_NL.UTF-8")
    assert "M19" in told.out
    assert "modules.csv:21" in told.out
    lines = cli.run("report", "roc-a", "--json").lines
    assert lines[0]["kind"] == "run"
    assert {line["kind"] for line in lines[1:]} == {"finding"}
    written = cli.run("report", "roc-a", "--html", "verslag.html", "--workbook", "verslag.xlsx", LANG="nl_NL.UTF-8")
    assert written.out == "verslag.html written.\nverslag.xlsx written.\n"
    page = (tmp_path / "verslag.html").read_text("utf-8")
    assert '<html lang="nl">' in page
    assert "modules.csv:21" in page
    assert len(load_workbook(tmp_path / "verslag.xlsx").sheetnames) >= 2
    for option in ("--html", "--workbook"):
        assert "No such file or directory" in cli.run("report", "roc-a", option, "nergens/verslag", status=1).err

    states = [run["state"] for run in cli.run("runs", "roc-a", "--json").value]
    assert states == ["published", "unchanged", "published", "dry-run"]
    assert "published" in cli.run("runs", "roc-a").out


async def test_a_held_sync_is_compared_and_approved_or_rejected(cli: Cli, gateway: Any, school: Any) -> None:
    cli.run("sync")
    school.courses(school.some_courses(12))

    held = cli.run("sync", status=3, LANG="nl_NL.UTF-8")
    assert "roc-a: held" in held.out
    assert "ooapi-gateway diff roc-a" in held.out
    gone = cli.run("diff", "roc-a", "--json").value
    assert [(one["kind"], one["resource"]) for one in gone[:8]] == [("gone", "Course")] * 8
    assert len(cli.run("diff", "roc-a", "--limit", "2", "--json").value) == 2
    assert "gone" in cli.run("diff", "roc-a").out

    assert cli.run("reject", "roc-a", "--reason", "halve export").out == "roc-a: rejected.\n"
    assert len(await gateway.published("Course")) == 20
    nothing = cli.run("approve", "roc-a", "--reason", "te laat", status=1)
    assert "held run of roc-a" in nothing.err

    (again,) = cli.run("sync", "--json", status=3).value
    done = cli.run(
        "approve", again["run"], "--reason", "de rest is vervallen", "--by", "mevrouw Jansen", "--json"
    ).value
    assert done["state"] == "published"
    assert len(await gateway.published("Course")) == 12
    newest = cli.run("runs", "roc-a", "--json").value[0]
    assert (newest["decidedBy"], newest["decisionReason"]) == ("mevrouw Jansen", "de rest is vervallen")
    assert cli.run("approve", again["run"], "--reason", "nog eens", "--json", status=1).value["code"] == "conflict"
    unknown = cli.run("reject", "00000000-0000-4000-8000-000000000000", "--reason", "x", status=1)
    assert unknown.err.endswith("→ Check the address.\n")


async def test_a_sync_that_can_read_nothing_fails_and_the_catalogue_stays(cli: Cli, gateway: Any, school: Any) -> None:
    cli.run("sync")
    for file in school.drop.iterdir():
        file.unlink()
    failed = cli.run("sync", status=1, LANG="nl_NL.UTF-8")
    assert "roc-a: failed" in failed.out
    assert "✗ sis/modules: " in failed.out
    assert "  → " in failed.out
    (answer,) = cli.run("sync", "--json", status=1).value
    assert answer["state"] == "failed"
    assert {failure["stream"] for failure in answer["failures"]} == {"organisaties", "modules", "aanbod"}
    assert len(await gateway.published("Course")) == 20
    assert "failed" in cli.run("report", "roc-a", "--json").lines[0]["state"]


async def test_work_may_be_left_to_a_worker(cli: Cli, gateway: Any) -> None:
    assert cli.run("sync", "--background", "--json").value == {"requested": {"roc-a": True}}
    assert cli.run("sync", "roc-a", "--background").out == "roc-a: was asked for already.\n"
    assert "roc-z" in cli.run("sync", "roc-z", "--background", status=1).err
    assert await gateway.published("Course") == []


async def test_members_that_are_not_there(cli: Cli, gateway: Any) -> None:
    for command in ("sync", "preview", "discover", "report", "diff"):
        unknown = cli.run(command, "roc-z", status=1, LANG="nl_NL.UTF-8")
        assert "roc-z" in unknown.err
        assert "\n→ " in unknown.err
        assert unknown.out == ""
