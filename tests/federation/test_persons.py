"""One student looked up in a school's own files: what comes out, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.catalogue.sync.service import configuration_in_force
from gateway.errors import ConfigurationRefused
from gateway.members.persons import look_up_student

PERSONS = """
stream = "deelnemers"
resource = "Person"
[fields]
primaryCode = "code('studentNumber', nummer)"
givenName = "text(voornaam)"
surname = "text(achternaam)"
displayName = "concat(achternaam, ', ', voornaam)"
activeEnrollment = "boolean(actief)"
affiliations = "split('student', ',')"
mail = "text(mail)"
"""
STREAM = """
[sources.settings.streams.deelnemers]
file = "deelnemers.csv"
key = ["nummer"]
personal = true
lookup_by = ["nummer"]
"""
HEADER = ("nummer", "voornaam", "achternaam", "actief", "mail", "bsn", "geslacht", "straat")
ROWS = [
    ("2026001", "Sem", "Proef", "J", "sem@roc-a.example", "123456782", "M", "Nergensstraat 1"),
    ("2026002", "Noor", "Proef", "N", "noor@roc-a.example", "", "V", "Nergensstraat 2"),
]


@pytest.fixture
async def with_students(gateway: Any, school: Any) -> Any:
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace('"offerings.toml"', '"offerings.toml", "persons.toml"') + STREAM)
    (school.folder / "members" / "roc-a" / "persons.toml").write_text(PERSONS)
    school.write("deelnemers", HEADER, ROWS)
    await gateway.apply()
    return gateway


async def look_up(gateway: Any, number: str) -> list[Any]:
    configuration = await configuration_in_force(gateway.deps.database)
    member = configuration.members[0]
    return await look_up_student(
        configuration, member, number, settings=gateway.deps.settings, clock=gateway.deps.clock
    )


async def test_a_student_comes_out_with_the_mapped_properties_only(with_students: Any) -> None:
    (person,) = await look_up(with_students, "2026001")

    assert person.value["displayName"] == "Proef, Sem"
    assert person.value["activeEnrollment"] is True
    for forbidden in (b"123456782", b"Nergensstraat"):
        assert forbidden not in person.body


async def test_an_unknown_number_finds_nobody(with_students: Any) -> None:
    assert await look_up(with_students, "2026999") == []


async def test_a_sync_stores_nothing_of_a_personal_stream(with_students: Any) -> None:
    result = await with_students.sync()

    assert result.state == "published"
    assert await with_students.published("Person") == []
    staged = [stream["stream"] for stream in result.counts["streams"]]
    assert "deelnemers" not in staged


async def test_a_mapping_of_a_forbidden_column_is_refused(with_students: Any, school: Any) -> None:
    mapping = school.folder / "members" / "roc-a" / "persons.toml"
    mapping.write_text(PERSONS + 'gender = "text(geslacht)"\n')

    with pytest.raises(ConfigurationRefused) as refused:
        await with_students.apply()

    assert "geslacht" in str(refused.value)
