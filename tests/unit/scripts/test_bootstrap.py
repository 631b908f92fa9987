"""Preparing a fresh machine: which uv, from where, and what happens when the network does not help."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import io
import json
import re
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
GLIBC = ("x86_64", "glibc", (2, 36))


@pytest.fixture(scope="module")
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bootstrap"] = module
    spec.loader.exec_module(module)
    return module


def _wheel(program: bytes = b"#!/bin/sh\necho uv 9.9.9\n") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("uv-9.9.9.data/scripts/uv", program)
        archive.writestr("uv-9.9.9.data/scripts/uvx", b"not this one")
        archive.writestr("uv/__init__.py", b"")
    return buffer.getvalue()


class _Index:
    """A package index on this machine. ``answers``: path -> list of (status, type, body), the last one repeated."""

    def __init__(self) -> None:
        self.answers: dict[str, list[tuple[int, str, bytes]]] = {}
        self.requests: list[tuple[str, str | None]] = []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.requests.append((self.path, self.headers.get("Authorization")))
                waiting = index.answers.get(self.path, [(404, "text/plain", b"no")])
                status, content_type, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Index]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    index = _Index()
    thread = threading.Thread(target=index.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield index
    index.server.shutdown()
    index.server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("machine", "expected"),
    [
        (GLIBC, "manylinux_2_17_x86_64"),
        (("aarch64", "glibc", (2, 36)), "aarch64"),
        (("x86_64", "musl", ()), "musllinux_1_1_x86_64"),
        (("aarch64", "musl", ()), "musllinux_1_1_aarch64"),
        (("arm64", "macos", (14, 2)), "macosx_11_0_arm64"),
        (("x86_64", "macos", (12, 0)), "macosx_10_12_x86_64"),
    ],
)
def test_the_lock_pins_a_uv_for_this_machine(
    bootstrap: ModuleType, machine: tuple[str, str, tuple[int, ...]], expected: str
) -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    wheel = bootstrap.pinned_uv(lock, bootstrap.Machine(*machine))
    assert expected in wheel.file_name
    assert re.fullmatch(r"[0-9a-f]{64}", wheel.sha256)


@pytest.mark.parametrize("machine", [("sparc64", "glibc", (2, 36)), ("x86_64", "glibc", (2, 5))])
def test_an_unknown_machine_is_told_what_to_do(
    bootstrap: ModuleType, machine: tuple[str, str, tuple[int, ...]]
) -> None:
    lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
    with pytest.raises(bootstrap.Failed) as failed:
        bootstrap.pinned_uv(lock, bootstrap.Machine(*machine))
    assert "Install uv yourself" in failed.value.advice


def test_this_machine_is_recognised(bootstrap: ModuleType) -> None:
    machine = bootstrap.Machine.here()
    assert machine.libc in {"glibc", "musl", "macos"}
    assert machine.processor


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"UV_DEFAULT_INDEX": " "}, None),
        ({"PIP_INDEX_URL": "https://a.example/simple/"}, "https://a.example/simple"),
        ({"UV_DEFAULT_INDEX": "ours=https://b.example/simple", "PIP_INDEX_URL": "x"}, "https://b.example/simple"),
    ],
)
def test_a_mirror_is_named_by_the_environment(
    bootstrap: ModuleType, environment: dict[str, str], expected: str | None
) -> None:
    assert bootstrap.mirror_of(environment) == expected


@pytest.mark.parametrize("form", ["html", "json"])
def test_the_same_file_is_found_on_a_mirror_with_a_login(bootstrap: ModuleType, index: _Index, form: str) -> None:
    name = "uv-9.9.9-py3-none-manylinux_2_17_x86_64.whl"
    wheel = bootstrap.Wheel("9.9.9", f"https://elsewhere.example/deep/{name}", hashlib.sha256(_wheel()).hexdigest())
    if form == "html":
        page = f'<a href="other.whl">o</a><a data-x href="../../files/{name}#sha256=00">{name}</a>'.encode()
        index.answers["/simple/uv/"] = [(200, "text/html", page)]
    else:
        body = json.dumps({"files": [{"filename": name, "url": f"{index.url}/files/{name}"}]}).encode()
        index.answers["/simple/uv/"] = [(200, "application/vnd.pypi.simple.v1+json", body)]
    index.answers[f"/files/{name}"] = [(200, "application/octet-stream", _wheel())]
    mirror = index.url.replace("//", "//me:p%40ss@") + "/simple"
    body, _, _ = bootstrap.fetch(bootstrap.address_on_mirror(mirror, wheel))
    assert body == _wheel()
    expected = "Basic " + base64.b64encode(b"me:p@ss").decode()
    assert index.requests == [("/simple/uv/", expected), (f"/files/{name}", expected)]


def test_the_login_of_a_mirror_goes_to_no_other_host(bootstrap: ModuleType, index: _Index) -> None:
    name = "uv-9.9.9-py3-none-any.whl"
    page = f'<a href="https://cdn.example/{name}">x</a>'.encode()
    index.answers["/simple/uv/"] = [(200, "text/html", page)]
    wheel = bootstrap.Wheel("9.9.9", f"https://elsewhere.example/{name}", "")
    mirror = index.url.replace("//", "//me:secret@") + "/simple"
    assert bootstrap.address_on_mirror(mirror, wheel) == f"https://cdn.example/{name}"


def test_a_mirror_without_the_file_is_named_without_its_login(bootstrap: ModuleType, index: _Index) -> None:
    index.answers["/simple/uv/"] = [(200, "text/html", b"<html></html>")]
    wheel = bootstrap.Wheel("9.9.9", "https://elsewhere.example/uv-9.9.9-py3-none-any.whl", "")
    with pytest.raises(bootstrap.Failed) as failed:
        bootstrap.address_on_mirror(index.url.replace("//", "//me:secret@") + "/simple", wheel)
    assert "secret" not in failed.value.what + failed.value.advice
    assert wheel.file_name in failed.value.what


def test_a_passing_failure_is_tried_again_with_growing_pauses(bootstrap: ModuleType, index: _Index) -> None:
    index.answers["/file"] = [(503, "text/plain", b""), (429, "text/plain", b""), (200, "text/plain", b"here")]
    pauses: list[float] = []
    body, _, _ = bootstrap.fetch(f"{index.url}/file", sleep=pauses.append)
    assert body == b"here"
    assert pauses == [1.0, 2.0]


def test_a_lasting_failure_ends_and_says_what_to_do(bootstrap: ModuleType, index: _Index) -> None:
    index.answers["/file"] = [(503, "text/plain", b"")]
    pauses: list[float] = []
    with pytest.raises(bootstrap.Failed) as failed:
        bootstrap.fetch(f"{index.url}/file", sleep=pauses.append)
    assert len(index.requests) == bootstrap.ATTEMPTS
    assert len(pauses) == bootstrap.ATTEMPTS - 1
    assert "HTTPS_PROXY" in failed.value.advice


def test_a_refusal_is_not_tried_again(bootstrap: ModuleType, index: _Index) -> None:
    index.answers["/file"] = [(403, "text/plain", b"")]
    with pytest.raises(bootstrap.Failed, match="403"):
        bootstrap.fetch(f"{index.url}/file", sleep=lambda pause: pytest.fail("a refusal stays a refusal"))
    assert len(index.requests) == 1


def test_nobody_listening_is_tried_again_and_reported(bootstrap: ModuleType, index: _Index) -> None:
    pauses: list[float] = []
    with pytest.raises(bootstrap.Failed, match="cannot be reached"):
        bootstrap.fetch("http://127.0.0.1:9/", sleep=pauses.append)
    assert pauses == [1.0, 2.0, 4.0]


def test_only_the_program_is_unpacked(bootstrap: ModuleType, tmp_path: Path) -> None:
    archive = _wheel()
    wheel = bootstrap.Wheel("9.9.9", "https://a.example/uv-9.9.9-py3-none-any.whl", hashlib.sha256(archive).hexdigest())
    program = bootstrap.unpack_uv(archive, wheel, tmp_path / "uv-9.9.9")
    assert [path.name for path in (tmp_path / "uv-9.9.9").iterdir()] == ["uv"]
    assert bootstrap.version_of(program) == (9, 9, 9)


def test_a_changed_file_is_refused_and_leaves_nothing(bootstrap: ModuleType, tmp_path: Path) -> None:
    wheel = bootstrap.Wheel("9.9.9", "https://a.example/uv.whl", hashlib.sha256(_wheel()).hexdigest())
    with pytest.raises(bootstrap.Failed, match="SHA-256"):
        bootstrap.unpack_uv(_wheel(b"#!/bin/sh\necho evil\n"), wheel, tmp_path / "uv")
    assert not (tmp_path / "uv").exists()


def test_a_uv_that_does_not_run_has_no_version(bootstrap: ModuleType, tmp_path: Path) -> None:
    broken = tmp_path / "uv"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    assert bootstrap.version_of(broken) is None
    assert bootstrap.version_of(tmp_path / "absent") is None


def test_uv_gets_only_settings_about_fetching(bootstrap: ModuleType, tmp_path: Path) -> None:
    given = {
        "PATH": "/bin",
        "HOME": str(tmp_path),
        "VIRTUAL_ENV": "/elsewhere",
        "UV_PYTHON": "3.8",
        "UV_NO_SYNC": "1",
        "UV_MANAGED_PYTHON": "1",
        "UV_PROJECT_ENVIRONMENT": "/elsewhere",
        "UV_HTTP_TIMEOUT": "60",
        "UV_INDEX_OURS_PASSWORD": "x",
    }
    result = bootstrap.environment_for_uv(given, tmp_path)
    assert {"VIRTUAL_ENV", "UV_PYTHON", "UV_NO_SYNC", "UV_MANAGED_PYTHON"}.isdisjoint(result)
    assert result["UV_PROJECT_ENVIRONMENT"] == str(tmp_path / ".venv")
    assert result["UV_PYTHON_DOWNLOADS"] == "never"
    assert result["UV_HTTP_TIMEOUT"] == "60"
    assert result["UV_INDEX_OURS_PASSWORD"] == "x"
    assert "UV_CACHE_DIR" not in result


@pytest.mark.parametrize("home", [None, "/nonexistent/home"])
def test_without_a_usable_home_the_cache_stays_in_the_project(
    bootstrap: ModuleType, tmp_path: Path, home: str | None
) -> None:
    given = {} if home is None else {"HOME": home}
    assert bootstrap.environment_for_uv(given, tmp_path)["UV_CACHE_DIR"] == str(tmp_path / ".tools" / "cache")


def test_no_script_names_a_package_index() -> None:
    for path in [*(ROOT / "scripts").iterdir(), ROOT / ".ci" / "run"]:
        if path.is_file():
            assert not re.search(r"pypi\.org|pythonhosted|npmjs|deb\.debian", path.read_text("utf-8")), path


def test_without_python_the_start_says_what_to_install(tmp_path: Path) -> None:
    # A copy whose candidates are all absent: the real one would find the system's Python by its full path.
    script = (ROOT / "scripts" / "bootstrap").read_text("utf-8")
    (tmp_path / "scripts").mkdir()
    copy = tmp_path / "scripts" / "bootstrap"
    copy.write_text(re.sub(r"/usr/(local/)?bin/python3[.\d]*", "absent", script))
    (tmp_path / "bin").mkdir()
    for name in ("dirname", "cat"):
        found = subprocess.run(["/bin/sh", "-c", f"command -v {name}"], capture_output=True, text=True, check=True)
        (tmp_path / "bin" / name).symlink_to(found.stdout.strip())
    environment = {"PATH": str(tmp_path / "bin")}
    ended = subprocess.run(["/bin/sh", copy], env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Python 3.11 or newer" in ended.stderr
    assert "apt-get install python3" in ended.stderr


@pytest.mark.parametrize("name", ["bootstrap", "demo", "test", "bench", "chaos", "soak", "docs"])
def test_every_script_can_be_started_and_is_sound_shell(name: str) -> None:
    path = ROOT / "scripts" / name
    assert path.stat().st_mode & 0o111
    assert path.read_text("utf-8").startswith("#!/bin/sh\n")
    assert subprocess.run(["/bin/sh", "-n", path], capture_output=True, timeout=30, check=False).returncode == 0
