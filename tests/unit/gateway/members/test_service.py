"""Secrets, faults as lines, mappings and adapters of a source: what needs no database."""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.contract import SecretReference
from adapters.errors import SecretMissing
from gateway.clock import FakeClock
from gateway.errors import NotFound
from gateway.members.schemas import Configuration
from gateway.members.service import (
    Fault,
    adapter_for,
    as_text,
    fault_lines,
    mappings_for,
    member_of,
    read_secret,
)
from gateway.settings import Settings

Folder = Any  # of conftest.py


def configuration(folder: Folder) -> Configuration:
    return Configuration(generation=1, **folder.check().model_dump())


# -- secrets ------------------------------------------------------------------------------------------------------


def test_a_secret_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROC_A_WACHTWOORD", "Zwaluw-8812")
    assert read_secret(SecretReference("env:ROC_A_WACHTWOORD")) == "Zwaluw-8812"


def test_a_secret_from_a_file_without_the_end_of_the_line(tmp_path: Path) -> None:
    (tmp_path / "wachtwoord").write_text("Zwaluw-8812\n")
    assert read_secret(SecretReference(f"file:{tmp_path / 'wachtwoord'}")) == "Zwaluw-8812"


def test_an_empty_secret_is_a_missing_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEEG", "")
    (tmp_path / "leeg").write_text(" \n")
    for reference in ("env:LEEG", f"file:{tmp_path / 'leeg'}"):
        with pytest.raises(SecretMissing) as missing:
            read_secret(SecretReference(reference))
        assert reference in missing.value.text.nl


@pytest.mark.parametrize("reference", ["env:BESTAAT_NIET_8812", "file:/nergens/te/vinden", "file:/", "file:/a\0b"])
def test_a_missing_secret_names_its_reference_and_what_to_do(reference: str) -> None:
    with pytest.raises(SecretMissing) as missing:
        read_secret(SecretReference(reference))
    assert missing.value.text.en == f"The secret {reference} is not there."
    assert missing.value.hint.en.startswith("Provide the environment variable or the file")


def test_a_secret_that_is_no_text_never_shows_in_the_error(tmp_path: Path) -> None:
    file = tmp_path / "sleutel"
    file.write_bytes(b"Zwaluw-8812\xff\xfe")
    with pytest.raises(SecretMissing) as missing:
        read_secret(SecretReference(f"file:{file}"))
    told = "".join(traceback.format_exception(missing.value)) + repr(missing.value) + missing.value.diagnostic
    assert "Zwaluw" not in told


# -- members, mappings, adapters ----------------------------------------------------------------------------------


def test_an_unknown_member_is_not_found(folder: Folder) -> None:
    with pytest.raises(NotFound) as unknown:
        member_of(configuration(folder), "roc-z")
    assert "roc-z" in unknown.value.explanation.en


def test_the_mappings_of_a_source_in_the_order_of_the_file(folder: Folder) -> None:
    folder.write("members/roc-a/b.toml", (folder.root / "members/roc-a/courses.toml").read_text())
    folder.change("members/roc-a.toml", '["courses.toml"]', '["b.toml", "courses.toml"]')
    made = configuration(folder)
    member = made.members[0]
    assert [mapping.name for mapping in mappings_for(made, member, member.sources[0])] == ["b.toml", "courses.toml"]


async def test_an_adapter_works_below_the_folder_of_the_configuration(folder: Folder) -> None:
    drop = folder.root / "drop" / "roc-a"
    drop.mkdir(parents=True)
    (drop / "modules.csv").write_text("code;titel\nM1;Rekenen\n")
    (drop / "drop.done").touch()
    made = configuration(folder)
    member = made.members[0]
    clock = FakeClock(datetime(2026, 11, 23, 12, tzinfo=UTC))
    async with adapter_for(made, member, member.sources[0], Settings(), clock) as adapter:
        records = [item async for item in adapter.read("modules", limit=1)]
    assert [getattr(record, "key", None) for record in records] == ["M1"]


def test_faults_as_json_lines_and_as_texts() -> None:
    from adapters.text import Text

    fault = Fault("members/roc-a.toml", 3, Text("brin: ontbreekt.", "brin: is missing."))
    assert fault_lines([fault]) == [
        {"file": "members/roc-a.toml", "line": 3, "nl": "brin: ontbreekt.", "en": "brin: is missing."}
    ]
    assert as_text(fault).nl == "members/roc-a.toml:3: brin: ontbreekt."
    assert str(fault) == as_text(fault).en == "members/roc-a.toml:3: brin: is missing."
