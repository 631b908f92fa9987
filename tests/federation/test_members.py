"""Applying a configuration to a real database: generations, equal documents, two at once, refusals."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.errors import ConfigurationRefused
from gateway.members import service as members
from gateway.storage import Database
from gateway.storage.generation import read_generation


async def in_force(gateway: Any) -> tuple[int, str, int]:
    """Generation and Dutch name of the configuration in force, and the generation of the catalogue."""
    async with gateway.deps.database.transaction() as session:
        configuration = await members.current(session)
        assert configuration is not None
        return configuration.generation, configuration.federation.name.nl, await read_generation(session)


def rename(school: Any, name: str) -> None:
    federation = school.folder / "federation.toml"
    text = federation.read_text()
    start = text.index('nl = "') + len('nl = "')
    federation.write_text(text[:start] + name + text[text.index('"', start) :])


async def test_none_is_in_force_before_the_first(database: Database) -> None:
    async with database.transaction() as session:
        assert await members.current(session) is None


async def test_an_equal_configuration_is_not_stored_again(gateway: Any) -> None:
    before = await in_force(gateway)
    document = members.check(gateway.folder, gateway.deps.settings, gateway.clock)
    async with gateway.deps.database.transaction() as session:
        generation, new = await members.apply(session, document, by="test", clock=gateway.clock)
    assert (generation, new) == (before[0], False)
    assert await in_force(gateway) == before


async def test_a_changed_configuration_raises_both_generations(gateway: Any, school: Any) -> None:
    before = await in_force(gateway)
    rename(school, "Proeftuin")
    generation = await gateway.apply()
    assert await in_force(gateway) == (generation, "Proeftuin", before[2] + 1)
    assert generation == before[0] + 1


async def test_going_back_to_an_earlier_one_is_a_new_generation(gateway: Any, school: Any) -> None:
    first = await in_force(gateway)
    rename(school, "Proeftuin")
    await gateway.apply()
    rename(school, "Proef")
    generation = await gateway.apply()
    assert generation == first[0] + 2
    assert (await in_force(gateway))[1] == "Proef"
    stored = await gateway.rows("SELECT applied_by, applied_at FROM configurations ORDER BY generation")
    assert [row.applied_by for row in stored] == ["test", "test", "test"]


async def test_a_change_of_a_mapping_counts_as_a_change(gateway: Any, school: Any) -> None:
    before = await in_force(gateway)
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text() + "# met een opmerking\n")
    assert await gateway.apply() == before[0] + 1


async def test_two_at_once_come_one_after_the_other(gateway: Any, school: Any) -> None:
    before = await in_force(gateway)
    documents = []
    for name in ("Een", "Twee"):
        rename(school, name)
        documents.append(members.check(gateway.folder, gateway.deps.settings, gateway.clock))

    async def apply(number: int) -> tuple[int, bool]:
        async with gateway.deps.database.transaction() as session:
            return await members.apply(session, documents[number % 2], by=str(number), clock=gateway.clock)

    answers = await asyncio.gather(*(apply(number) for number in range(8)))

    new = sorted(generation for generation, stored in answers if stored)
    assert new == list(range(before[0] + 1, before[0] + 1 + len(new)))  # no gap, nobody overwritten
    assert len(new) >= 2
    newest = max(answers)[0]
    (last,) = {number % 2 for number, (generation, _) in enumerate(answers) if generation == newest}
    assert await in_force(gateway) == (newest, ("Een", "Twee")[last], before[2] + len(new))


async def test_two_equal_ones_at_once_are_stored_once(gateway: Any, school: Any) -> None:
    rename(school, "Samen")
    document = members.check(gateway.folder, gateway.deps.settings, gateway.clock)

    async def apply() -> tuple[int, bool]:
        async with gateway.deps.database.transaction() as session:
            return await members.apply(session, document, by="test", clock=gateway.clock)

    answers = await asyncio.gather(*(apply() for _ in range(5)))
    assert len({generation for generation, _ in answers}) == 1
    assert sum(stored for _, stored in answers) == 1


async def test_a_wrong_folder_leaves_the_one_in_force(gateway: Any, school: Any) -> None:
    before = await in_force(gateway)
    rename(school, "Proeftuin")
    (school.folder / "members" / "roc-a.toml").write_text("id = ")
    with pytest.raises(ConfigurationRefused):
        await gateway.apply()
    assert await in_force(gateway) == before


async def test_an_apply_that_is_rolled_back_leaves_nothing(gateway: Any, school: Any) -> None:
    before = await in_force(gateway)
    rename(school, "Proeftuin")
    document = members.check(gateway.folder, gateway.deps.settings, gateway.clock)

    async def cut_off() -> None:
        async with gateway.deps.database.transaction() as session:
            await members.apply(session, document, by="test", clock=gateway.clock)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        await cut_off()
    assert await in_force(gateway) == before


async def test_what_is_stored_is_what_was_read(gateway: Any) -> None:
    document = members.check(gateway.folder, gateway.deps.settings, gateway.clock)
    async with gateway.deps.database.transaction() as session:
        configuration = await members.current(session)
    assert configuration is not None
    assert configuration.model_dump(exclude={"generation"}) == document.model_dump()
