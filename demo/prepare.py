"""Everything that has to be there before the demonstration starts: the systems of the schools and the configuration."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from demo import configuration
from demo.data.generate import federation
from demo.data.model import School
from demo.schools import csv_school, ooapi_document, sql_school

SEED = 2026


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the parts of the demonstration stand below one folder."""

    root: Path

    @property
    def config(self) -> Path:
        return self.root / "config"

    @property
    def school_a_folder(self) -> Path:
        return self.root / "schools" / "wilgenstroom"

    @property
    def school_b_url(self) -> str:
        return f"sqlite:///{(self.root / 'schools' / 'zandermeer.db').absolute().as_posix()}"

    @property
    def school_c_document(self) -> Path:
        return self.root / "schools" / "klaverkust.json"

    @property
    def school_c_secret_file(self) -> Path:
        return self.root / "schools" / "klaverkust.secret"


def write_schools(workspace: Workspace, rng: random.Random, *, scale: int = 1, secret: str) -> tuple[School, ...]:
    """Write the systems of the three schools. ``secret``: of the client of school C. Raises OSError."""
    schools = federation(rng, scale)
    school_a, school_b, school_c = schools
    (workspace.root / "schools").mkdir(parents=True, exist_ok=True)
    csv_school.write(workspace.school_a_folder, school_a)
    sql_school.write(workspace.school_b_url, school_b)
    ooapi_document.write(workspace.school_c_document, school_c)
    workspace.school_c_secret_file.touch(mode=0o600)
    workspace.school_c_secret_file.write_text(secret + "\n", encoding="utf-8")
    return schools


def write_configuration(workspace: Workspace, *, public_url: str, school_c_url: str) -> list[Path]:
    """Write the folder that ``ooapi-gateway apply`` reads, once it is known on which ports everything runs."""
    return configuration.write(
        workspace.config,
        public_url=public_url,
        school_a_folder=workspace.school_a_folder,
        school_b_url=workspace.school_b_url,
        school_c_url=school_c_url,
        school_c_secret_file=workspace.school_c_secret_file,
    )
