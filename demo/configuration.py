"""The configuration of the demonstration federation, as a folder that ``ooapi-gateway apply`` reads.

The files stand in ``demo/config``; addresses, paths and the reference to the one secret are filled in.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from sqlalchemy.engine import make_url

MEMBERS = ("wilgenstroom", "zandermeer", "klaverkust")

_OOAPI_PATH = "/ooapi/v5"
_TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path


def write(
    directory: Path,
    *,
    public_url: str,
    school_a_folder: Path,
    school_b_url: str,
    school_c_url: str,
    school_c_secret_file: Path,
) -> list[Path]:
    """Write federation.toml, members/*.toml and their mappings into ``directory``; returns the paths.

    ``public_url``: of the gateway. ``school_b_url``: an SQLAlchemy URL without password (a SQLite file, or PostgreSQL
    over a socket). ``school_c_url``: scheme, host and port of the OOAPI endpoint. Raises OSError, and ValueError for
    a URL that holds a password.
    """
    if make_url(school_b_url).password:
        raise ValueError("the database URL of a school may hold no password: configuration files are no secret")
    values = {
        "public_url": public_url.rstrip("/"),
        "school_a_folder": school_a_folder.absolute().as_posix(),
        "school_b_address": f'database = "{school_b_url}"',
        "school_c_url": school_c_url.rstrip("/") + _OOAPI_PATH,
        "school_c_token_url": school_c_url.rstrip("/") + _TOKEN_PATH,
        "school_c_secret": f"file:{school_c_secret_file.absolute().as_posix()}",
    }
    return _copy(files("demo") / "config", directory, values)


def _copy(source: Traversable, target: Path, values: dict[str, str]) -> list[Path]:
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for entry in sorted(source.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            written += _copy(entry, target / entry.name, values)
        elif entry.name.endswith(".toml"):
            path = target / entry.name
            path.write_text(_filled(entry.read_text(encoding="utf-8"), values), encoding="utf-8")
            written.append(path)
    return written


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"@@{name}@@", value)
    return text
