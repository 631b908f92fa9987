"""The configuration folder of the demonstration: complete, filled in, and without secrets."""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import adapter_kinds, forbidden_column
from adapters.mapping import ResourceMapping, load_mapping
from demo import configuration
from demo.data.generate import federation
from demo.prepare import Workspace, write_configuration


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    workspace = Workspace(tmp_path)
    write_configuration(workspace, public_url="http://127.0.0.1:8000/", school_c_url="http://127.0.0.1:9003")
    return workspace


def _members(workspace: Workspace) -> dict[str, dict[str, Any]]:
    files = sorted((workspace.config / "members").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text()) for path in files}


def _mappings(workspace: Workspace, member: str) -> list[ResourceMapping]:
    files = sorted((workspace.config / "members" / member).glob("*.toml"))
    return [load_mapping(path.read_text(), name=path.name) for path in files]


def test_nothing_is_left_to_fill_in(workspace: Workspace) -> None:
    for path in workspace.config.rglob("*.toml"):
        assert "@@" not in path.read_text(), path


def test_every_file_that_is_written_is_returned(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    written = write_configuration(workspace, public_url="http://a", school_c_url="http://b")
    assert sorted(written) == sorted(path for path in workspace.config.rglob("*") if path.is_file())


def test_each_member_says_of_itself_what_the_school_is(workspace: Workspace) -> None:
    schools = {school.id: school for school in federation(random.Random(1))}
    members = _members(workspace)
    assert members.keys() == schools.keys() == set(configuration.MEMBERS)
    for identifier, member in members.items():
        school = schools[identifier]
        assert (member["id"], member["schac_home"]) == (identifier, school.home)
        assert (member["brin"], member["oin"], member["public"]) == (school.brin, school.oin, True)


def test_the_settings_of_every_source_are_accepted_and_every_mapping_has_a_stream(workspace: Workspace) -> None:
    for identifier, member in _members(workspace).items():
        (source,) = member["sources"]
        settings = adapter_kinds()[source["kind"]].config_model(**source["settings"])
        streams = set(settings.streams)  # type: ignore[attr-defined]
        mappings = _mappings(workspace, identifier)
        assert {mapping.name for mapping in mappings} == set(source["mappings"])
        assert {mapping.stream for mapping in mappings} == streams
        assert len(mappings) == 16


def test_school_a_is_read_every_quarter_of_an_hour(workspace: Workspace) -> None:
    assert _members(workspace)["wilgenstroom"]["schedule"] == {"every_minutes": 15}


def test_no_mapping_names_a_column_that_may_not_be_read(workspace: Workspace) -> None:
    for identifier in ("wilgenstroom", "zandermeer"):
        for mapping in _mappings(workspace, identifier):
            personal = mapping.resource.endswith("Association") or mapping.name == "persons.toml"
            assert mapping.columns is not None
            assert not [name for name in mapping.columns if forbidden_column(name, personal=personal)], mapping.name
            assert not {"geboortedatum", "birth_date"} & mapping.columns


def test_secrets_are_references(workspace: Workspace) -> None:
    text = (workspace.config / "members" / "klaverkust.toml").read_text()
    assert re.findall(r"client_secret = \"(\w+):", text) == ["file"]


def test_a_database_address_with_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="password"):
        configuration.write(
            tmp_path,
            public_url="http://a",
            school_a_folder=tmp_path,
            school_b_url="postgresql://user:hunter2@localhost/school",
            school_c_url="http://b",
            school_c_secret_file=tmp_path / "secret",
        )
