"""Prepare ``.venv`` with exactly what ``uv.lock`` pins, on a machine that has Python 3.11 and nothing else.

1. When the stamp in ``.venv`` says that nothing changed, there is nothing to do.
2. Find ``uv``: ours in ``.tools/``, one on PATH that is at least as new as the pinned one, or download the wheel
   that ``uv.lock`` names for this machine and check its SHA-256. No index is named here: the lock names it, and
   UV_DEFAULT_INDEX, UV_INDEX_URL or PIP_INDEX_URL name a mirror.
3. Let ``uv`` install into ``.venv`` with this Python. No interpreter is ever downloaded.

Only the standard library is used. Everything that is said goes to standard error and is meant for people.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import fcntl
import hashlib
import http.client
import io
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MIRROR_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
ATTEMPTS = 4
SOCKET_SECONDS = 30.0
DOWNLOAD_SECONDS = 300.0
KEPT_SETTINGS = re.compile(
    r"INDEX|HTTP|CONCURRENT|CACHE|LINK_MODE|CERTS|TLS|OFFLINE|INSECURE|KEYRING|PROGRESS|CONFIG_FILE"
)
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class Failed(Exception):
    """Something that a person must act on. ``advice`` says how."""

    def __init__(self, what: str, advice: str) -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


# -- which wheel of uv fits this machine -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Machine:
    """What a wheel must fit. ``libc``: glibc with its version, musl without, or macos with the system's version."""

    processor: str
    libc: str
    version: tuple[int, ...]

    @classmethod
    def here(cls) -> Machine:
        processor = platform.machine().lower()
        if sys.platform == "darwin":
            return cls(processor, "macos", _numbers(platform.mac_ver()[0]))
        if not sys.platform.startswith("linux"):
            raise Failed(f"{sys.platform} is not supported.", "Use Linux or macOS, or Linux under WSL on Windows.")
        try:
            name, _, version = (os.confstr("CS_GNU_LIBC_VERSION") or "").partition(" ")
        except (ValueError, OSError):
            name, version = "", ""
        return cls(processor, "glibc", _numbers(version)) if name == "glibc" else cls(processor, "musl", ())

    def fits(self, tag: str) -> bool:
        """Whether one platform tag of a wheel (``manylinux_2_17_x86_64``) runs here."""
        parsed = re.fullmatch(r"(manylinux|musllinux|macosx)_(\d+)_(\d+)_(\w+)", tag)
        if parsed is None:
            return False
        family, major, minor, processor = parsed.groups()
        if processor != self.processor and not (family == "macosx" and processor == "universal2"):
            return False
        if self.libc == "musl":
            return family == "musllinux"
        return family == {"glibc": "manylinux", "macos": "macosx"}[self.libc] and self.version >= (
            int(major),
            int(minor),
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@dataclass(frozen=True, slots=True)
class Wheel:
    version: str
    url: str
    sha256: str

    @property
    def file_name(self) -> str:
        return urllib.parse.unquote(urllib.parse.urlsplit(self.url).path.rsplit("/", 1)[-1])


def pinned_uv(lock: Mapping[str, Any], machine: Machine) -> Wheel:
    """The wheel of ``uv`` in the lock that fits the machine. Raises Failed when there is none."""
    for package in lock.get("package", []):
        if package["name"] != "uv":
            continue
        for entry in package.get("wheels", []):
            algorithm, _, digest = entry["hash"].partition(":")
            wheel = Wheel(package["version"], entry["url"], digest)
            tags = wheel.file_name.removesuffix(".whl").rsplit("-", 1)[-1].split(".")
            if algorithm == "sha256" and any(machine.fits(tag) for tag in tags):
                return wheel
    raise Failed(
        f"uv.lock has no uv for this machine ({machine.processor}, {machine.libc}).",
        "Install uv yourself, put it on PATH and start again.",
    )


# -- downloading -------------------------------------------------------------------------------------------------


def mirror_of(environment: Mapping[str, str]) -> str | None:
    """The package index that the environment names instead of the lock's, without a closing slash."""
    for name in MIRROR_VARIABLES:
        value = environment.get(name, "").strip()
        if value:
            return re.sub(r"^[A-Za-z0-9._-]+=(?=\w+://)", "", value).rstrip("/")
    return None


def fetch(url: str, accept: str = "*/*", sleep: Callable[[float], None] = time.sleep) -> tuple[bytes, str, str]:
    """Body, content type and final address of ``url``.

    Honours the usual proxy variables and SSL_CERT_FILE. Passing network errors are tried again with back-off, at
    most ATTEMPTS times. Raises Failed.
    """
    shown = urllib.parse.urlsplit(_without_login(url)).netloc or _without_login(url)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _fetch_once(url, accept)
        except urllib.error.HTTPError as error:
            if error.code not in PASSING_STATUSES:
                advice = "Check the address of the package index and its login."
                raise Failed(f"{shown} answers {error.code} {error.reason}.", advice) from None
            problem = f"answers {error.code}"
        except (urllib.error.URLError, ssl.SSLError) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            if isinstance(reason, ssl.SSLCertVerificationError):
                advice = (
                    "Install the certificates of your system (Debian: ca-certificates), or let SSL_CERT_FILE name "
                    "the file with the certificates of your organisation."
                )
                raise Failed(
                    f"The certificate of {shown} cannot be verified: {reason.verify_message}.", advice
                ) from None
            problem = f"cannot be reached ({reason})"
        except (TimeoutError, ConnectionError, http.client.HTTPException) as error:
            problem = f"broke off ({type(error).__name__}: {error})"
        if attempt < ATTEMPTS:
            pause = 2.0 ** (attempt - 1)
            say(f"  {shown} {problem}; next try in {pause:.0f} s")
            sleep(pause)
    raise Failed(
        f"{shown} {problem}, {ATTEMPTS} times.",
        "Check the network, and HTTPS_PROXY when you are behind a proxy. A mirror is named by UV_DEFAULT_INDEX.",
    )


def _fetch_once(url: str, accept: str) -> tuple[bytes, str, str]:
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    parts = urllib.parse.urlsplit(url)
    request = urllib.request.Request(_without_login(url), headers={"Accept": accept, "User-Agent": "bootstrap"})
    if parts.username is not None:
        login = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        request.add_unredirected_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    with urllib.request.urlopen(request, timeout=SOCKET_SECONDS) as answer:
        expected = answer.headers.get("Content-Length")
        body = io.BytesIO()
        while block := answer.read(1 << 18):
            body.write(block)
            if time.monotonic() > deadline:
                raise TimeoutError(f"not complete after {DOWNLOAD_SECONDS:.0f} s")
        if expected is not None and body.tell() != int(expected):
            raise http.client.IncompleteRead(body.getvalue(), int(expected) - body.tell())
        return body.getvalue(), answer.headers.get("Content-Type") or "", answer.geturl()


def _without_login(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


class _Links(HTMLParser):
    """Addresses of the files on one page of a package index."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.addresses.append(address)


def address_on_mirror(mirror: str, wheel: Wheel) -> str:
    """Where the mirror keeps the same file. Raises Failed when it has none."""
    page = f"{mirror}/uv/" + ("index.html" if mirror.startswith("file:") else "")
    accept = "application/vnd.pypi.simple.v1+json, text/html;q=0.5, */*;q=0.1"
    body, content_type, final = fetch(page, accept)
    if "json" in content_type:
        addresses = [str(file["url"]) for file in json.loads(body).get("files", [])]
    else:
        links = _Links()
        links.feed(body.decode("utf-8", "replace"))
        addresses = links.addresses
    for address in addresses:
        full = urllib.parse.urldefrag(urllib.parse.urljoin(final, address)).url
        if urllib.parse.unquote(urllib.parse.urlsplit(full).path.rsplit("/", 1)[-1]) == wheel.file_name:
            return _with_login_of(mirror, full)
    raise Failed(
        f"The package index {_without_login(mirror)} does not have {wheel.file_name}.",
        f"Ask for uv {wheel.version} on that index, or install uv yourself and put it on PATH.",
    )


def _with_login_of(mirror: str, url: str) -> str:
    """A login in the mirror's address goes along to files on the same host, and nowhere else."""
    ours, theirs = urllib.parse.urlsplit(mirror), urllib.parse.urlsplit(url)
    same = (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)
    return urllib.parse.urlunsplit(theirs._replace(netloc=ours.netloc)) if same else url


def unpack_uv(archive: bytes, wheel: Wheel, folder: Path) -> Path:
    """Check the digest and put only the program into ``folder``. Raises Failed."""
    if hashlib.sha256(archive).hexdigest() != wheel.sha256:
        raise Failed(
            f"{wheel.file_name} is not the file that uv.lock pins: its SHA-256 differs.",
            "Start again. If it stays so, something between here and the package index changes files.",
        )
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        member = next((name for name in files.namelist() if name.endswith(".data/scripts/uv")), None)
        if member is None:
            raise Failed(f"{wheel.file_name} holds no program uv.", "Install uv yourself and put it on PATH.")
        program = files.read(member)
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / "uv.partial"
    partial.write_bytes(program)
    partial.chmod(0o755)
    partial.replace(folder / "uv")
    return folder / "uv"


# -- uv ----------------------------------------------------------------------------------------------------------


def version_of(program: str | Path) -> tuple[int, ...] | None:
    """The version that a ``uv`` tells, or None when it does not run."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=30, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    return _numbers(told)


def find_uv(lock: Mapping[str, Any], environment: Mapping[str, str]) -> Path:
    """A ``uv`` that is at least as new as the pinned one. Downloads the pinned one when there is none."""
    pinned = next((package["version"] for package in lock.get("package", []) if package["name"] == "uv"), "0")
    kept = ROOT / ".tools" / f"uv-{pinned}"
    if version_of(kept / "uv"):
        return kept / "uv"
    on_path = shutil.which("uv", path=environment.get("PATH"))
    if on_path and (version_of(on_path) or ()) >= _numbers(pinned):
        return Path(on_path)
    wheel = pinned_uv(lock, Machine.here())
    say(f"Downloading uv {wheel.version}, which installs the rest (about 20 MB) ...")
    mirror = mirror_of(environment)
    archive, _, _ = fetch(address_on_mirror(mirror, wheel) if mirror else wheel.url)
    program = unpack_uv(archive, wheel, kept)
    if version_of(program) is None:
        raise Failed(f"{program} does not run on this machine.", "Install uv yourself and put it on PATH.")
    return program


def environment_for_uv(environment: Mapping[str, str], root: Path = ROOT) -> dict[str, str]:
    """The caller's environment, with only those settings of uv that say where and how to fetch.

    The cache is one that can be written; certificates are the system's, as Python's own downloads use them.
    """
    result = {
        name: value
        for name, value in environment.items()
        if name != "VIRTUAL_ENV" and (not name.startswith("UV_") or KEPT_SETTINGS.search(name))
    }
    result["UV_PROJECT_ENVIRONMENT"] = str(root / ".venv")
    result["UV_PYTHON_DOWNLOADS"] = "never"
    if not {"SSL_CERT_FILE", "SSL_CERT_DIR", "UV_NATIVE_TLS"} & result.keys() and _system_has_certificates():
        result.setdefault("UV_SYSTEM_CERTS", "true")
    if "UV_CACHE_DIR" not in result:
        home = result.get("XDG_CACHE_HOME") or result.get("HOME") or ""
        usable = home and os.path.isdir(home) and os.access(home, os.W_OK)
        if not usable:
            result["UV_CACHE_DIR"] = str(root / ".tools" / "cache")
        elif os.stat(home).st_dev != os.stat(root).st_dev:
            result.setdefault("UV_LINK_MODE", "copy")  # links cannot cross file systems
    return result


def _system_has_certificates() -> bool:
    places = ssl.get_default_verify_paths()
    return bool(places.cafile) or bool(places.capath and os.listdir(places.capath))


def install(uv: Path, lock: Mapping[str, Any], environment: Mapping[str, str], *, development: bool) -> None:
    """Bring ``.venv`` to what the lock says. Raises Failed."""
    what = "the gateway needs and its tools for development" if development else "the gateway needs"
    say(f"Installing what {what} (a minute or less) ...")
    ours = environment_for_uv(environment)
    python = ROOT / ".venv" / "bin" / "python"
    chosen = [] if _works(python) else ["--python", sys.executable]
    groups = [] if development else ["--no-dev"]
    mirror = mirror_of(environment)
    if mirror is None or mirror in _indexes(lock):
        # --inexact: whoever asks for less never takes away what another command needs
        _run([uv, "sync", "--frozen", "--inexact", *groups, *chosen], ours)
        return
    # The lock names the addresses of its own index; for a mirror the same versions and digests are looked up there.
    # The mirror goes to uv by its environment, so that a login in it is never part of a command line.
    ours["UV_DEFAULT_INDEX"] = mirror
    if chosen:
        _run([uv, "venv", "--clear", *chosen, ROOT / ".venv"], ours)
    pins = ROOT / ".tools" / "requirements.txt"
    _run([uv, "export", "--frozen", "--quiet", "--no-emit-project", *groups, "--output-file", pins], ours)
    _run([uv, "pip", "install", "--python", python, "--require-hashes", "-r", pins], ours)
    _run([uv, "pip", "install", "--python", python, "--no-deps", "--editable", ROOT], ours)


def _indexes(lock: Mapping[str, Any]) -> set[str]:
    return {str(package.get("source", {}).get("registry", "")).rstrip("/") for package in lock.get("package", [])}


def _works(python: Path) -> bool:
    """Whether the environment's interpreter runs and is new enough."""
    question = "import sys; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-I", "-c", question], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _run(command: list[str | Path], environment: Mapping[str, str]) -> None:
    # Standard output stays empty: what uv tells is for people.
    ended = subprocess.run(command, cwd=ROOT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=sys.stderr)
    if ended.returncode != 0:
        raise Failed(
            f"uv {command[1]} ended with code {ended.returncode}; its own words stand above.",
            "If the network failed, start again: what was fetched is kept. Behind a proxy set HTTPS_PROXY, for a "
            "mirror UV_DEFAULT_INDEX. If .venv is damaged, remove that folder and start again.",
        )


# -- the stamp: what stands in .venv -----------------------------------------------------------------------------


def _fingerprint() -> str:
    digest = hashlib.sha256(str(ROOT).encode())
    for name in ("uv.lock", "pyproject.toml"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _read_stamp(stamp: Path) -> dict[str, Any]:
    try:
        content = json.loads(stamp.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@contextlib.contextmanager
def only_one(lock_file: Path) -> Iterator[None]:
    """Let one start at a time prepare this folder; a second waits for the first."""
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another start is preparing this folder; waiting for it ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare(*, development: bool) -> None:
    """Make ``.venv`` ready, or find that it is. Raises Failed."""
    venv = ROOT / ".venv"
    stamp = venv / "bootstrap.json"
    program = venv / "bin" / "ooapi-gateway"

    def ready() -> bool:
        told = _read_stamp(stamp)
        suits = told.get("fingerprint") == _fingerprint() and (told.get("development") or not development)
        return bool(suits) and program.exists() and _works(venv / "bin" / "python")

    if ready():
        return
    with only_one(ROOT / ".tools" / "lock"):
        if ready():
            return
        began = time.monotonic()
        told = _read_stamp(stamp)
        if told and told.get("root") != str(ROOT):
            say("This folder was moved or copied; .venv is made anew.")
            shutil.rmtree(venv)
        lock = tomllib.loads((ROOT / "uv.lock").read_text("utf-8"))
        both = development or bool(told.get("development"))
        stamp.unlink(missing_ok=True)
        install(find_uv(lock, os.environ), lock, os.environ, development=both)
        if not program.exists():
            raise Failed("uv ended well but did not install the gateway.", "Remove the folder .venv and start again.")
        content = {"fingerprint": _fingerprint(), "development": both, "root": str(ROOT)}
        partial = stamp.with_suffix(".partial")
        partial.write_text(json.dumps(content), "utf-8")
        partial.replace(stamp)
        say(f"Ready in {time.monotonic() - began:.0f} s.")


def main() -> int:
    parser = argparse.ArgumentParser(description="Prepare .venv with what uv.lock pins.")
    parser.add_argument("--no-dev", action="store_true", help="leave the tools for development out")
    arguments = parser.parse_args()
    try:
        prepare(development=not arguments.no_dev)
    except Failed as failure:
        say(f"\nPreparing the gateway failed: {failure.what}\nWhat to do: {failure.advice}")
        return 1
    except PermissionError as error:
        say(f"\nPreparing the gateway failed: {error.filename} may not be written.")
        say("What to do: clone the project into a folder of your own and start it there.")
        return 1
    except OSError as error:
        say(f"\nPreparing the gateway failed: {error}")
        say("What to do: check that the disk has room (about 1 GB), then start again.")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Start again whenever you like: what was fetched is kept.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
