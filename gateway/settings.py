"""One typed table of settings. Each is an environment variable; ``ooapi-gateway settings`` prints this table.

A file ``gateway.env`` in the data folder may hold the same variables as ``NAME=value`` lines, so that every command
that works on that folder has the same settings; the environment wins. ``docs/reference/settings.md`` is generated
from the table, and a test compares the two.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

PREFIX = "GATEWAY_"
SETTINGS_FILE = "gateway.env"


class Settings(BaseModel):
    """Settings of one process. Units stand in the help; a wrong value names its variable."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    database_url: str | None = Field(
        None,
        description="PostgreSQL 15 or newer, as postgresql://user@host/name. Without it the embedded server is used.",
        json_schema_extra={"env": "DATABASE_URL"},
    )
    data_dir: Path = Field(
        Path(".data"), description="Folder for the embedded PostgreSQL and for files that the gateway keeps."
    )
    config_dir: Path = Field(
        Path("config"),
        description="Folder with federation.toml and members/, as `ooapi-gateway apply` reads it.",
    )
    host: str = Field("127.0.0.1", description="Address on which `serve` listens.")
    port: int = Field(8000, ge=0, le=65535, description="Port on which `serve` listens; 0 takes a free one.")
    metrics_port: int | None = Field(
        None, ge=0, le=65535, description="Port for /health and /metrics; without it they are not served."
    )
    database_pool: int = Field(10, ge=1, le=200, description="Most database connections of one process.")
    database_deadline: float = Field(
        10.0,
        gt=0,
        description="Seconds that one query of a request may take.",
        json_schema_extra={"unit": "s"},
    )
    page_cache_bytes: int = Field(
        64 << 20,
        ge=0,
        description="Memory for answers kept ready, per process.",
        json_schema_extra={"unit": "bytes"},
    )
    header_limit: int = Field(
        16 << 10,
        ge=1024,
        description="Largest total of request headers.",
        json_schema_extra={"unit": "bytes"},
    )
    operate_pages: bool = Field(
        False,
        description="Whether the operator's pages (reports) are open to everyone who reaches the port. "
        "Only for the demonstration and for a closed network.",
    )
    worker_concurrency: int = Field(4, ge=1, le=100, description="Jobs that one worker runs at a time.")
    worker_stalled_after: float = Field(
        30.0,
        gt=0,
        description="Seconds without a heartbeat after which another worker takes a job over.",
        json_schema_extra={"unit": "s"},
    )
    worker_heartbeat: float = Field(
        10.0, gt=0, description="Seconds between two heartbeats of a worker.", json_schema_extra={"unit": "s"}
    )
    max_source_bytes: int = Field(
        1 << 30,
        ge=1024,
        description="Largest file of a drop or answer of an endpoint; a member may have a lower limit.",
        json_schema_extra={"unit": "bytes"},
    )
    allow_private_addresses: bool = Field(
        False,
        description="Whether sources may stand on loopback and private addresses. Only for the demonstration, tests "
        "and a gateway inside one school's network.",
    )
    log_format: str = Field("json", pattern="^(json|text)$", description="Form of the log: json or text.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Lowest level that is logged.")

    @classmethod
    def environment_name(cls, name: str) -> str:
        extra = cls.model_fields[name].json_schema_extra
        named = extra.get("env") if isinstance(extra, dict) else None
        return str(named) if named else PREFIX + name.upper()

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
        """Read all settings. Raises SystemExit with one line per wrong variable."""
        environment = os.environ if environment is None else environment
        folder = Path(
            overrides.get("data_dir") or environment.get("GATEWAY_DATA_DIR") or cls.model_fields["data_dir"].default
        )
        environment = {**_settings_file(folder / SETTINGS_FILE), **environment}
        values: dict[str, Any] = {}
        for name in cls.model_fields:
            text = environment.get(cls.environment_name(name))
            if text not in (None, ""):
                values[name] = text
        values.update({name: value for name, value in overrides.items() if value is not None})
        known = {cls.environment_name(name) for name in cls.model_fields} | {PREFIX + "FAILPOINTS"}
        unknown = sorted(name for name in environment if name.startswith(PREFIX) and name not in known)
        if unknown:
            raise SystemExit(f"unknown settings: {', '.join(unknown)}")
        try:
            return cls(**values)
        except ValidationError as error:
            lines = [f"{cls.environment_name(str(e['loc'][0]))}: {e['msg']}" for e in error.errors()]
            raise SystemExit("\n".join(lines)) from None

    @classmethod
    def table(cls) -> list[dict[str, str]]:
        """Rows of the reference: variable, type, default, unit, help."""
        rows = []
        for name, field in cls.model_fields.items():
            extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)] or [field.annotation]
            rows.append(
                {
                    "variable": cls.environment_name(name),
                    "type": getattr(kinds[0], "__name__", str(kinds[0])).lower(),
                    "default": "" if field.default is None else str(field.default),
                    "unit": str(extra.get("unit", "")),
                    "help": field.description or "",
                }
            )
        return rows


def _settings_file(path: Path) -> dict[str, str]:
    """The variables of a settings file; none when there is no such file. Raises SystemExit for a wrong line."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SystemExit(f"{path} cannot be read: {error}") from None
    values = {}
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        name, equals, value = stripped.partition("=")
        if not equals or not name.strip().isidentifier():
            raise SystemExit(f"{path}:{number}: expected NAME=value")
        values[name.strip()] = value.strip()
    return values
