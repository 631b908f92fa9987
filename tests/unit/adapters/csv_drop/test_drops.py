"""Only complete deliveries, only inside the folder."""

import hashlib
import json
import os
from typing import Any

import pytest
from pydantic import ValidationError

from adapters.contract import Checkpoint, Record, Tombstone
from adapters.errors import (
    ConfigurationInvalid,
    SourceBroke,
    SourceIncomplete,
    SourceMalformed,
    SourceRefused,
    SourceTooLarge,
    SourceUnreachable,
    StreamMissing,
)

ROWS = "code;titel\n1;a\n2;b\n"


async def test_without_a_done_file_nothing_is_read(drop: Any) -> None:
    drop.write(ROWS)
    (drop.folder / "levering.done").unlink()
    with pytest.raises(SourceIncomplete, match=r"\.done"):
        await drop.items()


@pytest.mark.parametrize("name", ["modules.csv.done", "levering.done", "drop.done"])
async def test_each_form_of_done_file(drop: Any, name: str) -> None:
    drop.write(ROWS)
    (drop.folder / "levering.done").unlink()
    (drop.folder / name).touch()
    assert len(await drop.records()) == 2


async def test_a_done_file_of_the_previous_delivery_does_not_count(drop: Any) -> None:
    path = drop.write(ROWS)
    drop.age(path, 100)
    drop.age(drop.folder / "levering.done", 4000)
    with pytest.raises(SourceIncomplete):
        await drop.items()


async def test_the_newest_complete_file_wins(drop: Any) -> None:
    drop.settings["complete"] = "stable"
    for name, age in (("modules-b.csv", 3000), ("modules-a.csv", 200), ("modules-c.csv", 2)):
        drop.age(drop.write(f"code;titel\n1;{name}\n", name), age)
    assert [row["titel"] for row in await drop.records()] == ["modules-a.csv"]


async def test_a_file_that_still_changes_is_incomplete(drop: Any) -> None:
    drop.settings.update(complete="stable", stable_seconds=60)
    path = drop.write(ROWS)
    drop.age(path, 59)
    with pytest.raises(SourceIncomplete, match="still changing"):
        await drop.items()
    drop.age(path, 61)
    assert len(await drop.records()) == 2


async def test_a_file_that_grows_while_it_is_read_breaks_the_read(drop: Any) -> None:
    path = drop.write("code;titel\n" + "".join(f"{n};titel\n" for n in range(3000)))
    async with drop.adapter() as adapter:
        items = adapter.read("modules")
        await anext(items)
        with path.open("ab") as file:
            file.write(b"x;nieuw\n")
        with pytest.raises(SourceBroke):
            _ = [item async for item in items]


async def test_a_file_that_shrinks_while_it_is_read_breaks_the_read(drop: Any) -> None:
    path = drop.write("code;titel\n" + "".join(f'{n};"titel {n}"\n' for n in range(60_000)))
    async with drop.adapter() as adapter:
        items = adapter.read("modules")
        await anext(items)
        os.truncate(path, 400_003)
        with pytest.raises(SourceBroke):
            _ = [item async for item in items]


def manifest(drop: Any, content: bytes = ROWS.encode(), **changes: Any) -> None:
    entry = {"file": "modules.csv", "rows": 2, "sha256": hashlib.sha256(content).hexdigest(), **changes}
    (drop.folder / "manifest.json").write_text(json.dumps({"files": [entry]}))


async def test_a_manifest_in_json(drop: Any) -> None:
    drop.settings["complete"] = "manifest"
    drop.write(ROWS)
    manifest(drop)
    assert len(await drop.records()) == 2


async def test_a_manifest_in_csv(drop: Any) -> None:
    drop.settings["complete"] = "manifest"
    drop.write(ROWS)
    digest = hashlib.sha256(ROWS.encode()).hexdigest().upper()
    (drop.folder / "manifest.csv").write_text(f"file;rows;sha256\nmodules.csv;2;{digest}\n")
    assert len(await drop.records()) == 2


@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"rows": 3}, {"rows": 1}, {"file": "anders.csv"}])
async def test_what_the_manifest_does_not_confirm_is_incomplete(drop: Any, changes: dict[str, Any]) -> None:
    drop.settings["complete"] = "manifest"
    drop.write(ROWS)
    manifest(drop, **changes)
    with pytest.raises(SourceIncomplete):
        await drop.items()


async def test_without_a_manifest_nothing_is_complete(drop: Any) -> None:
    drop.settings["complete"] = "manifest"
    drop.write(ROWS)
    with pytest.raises(SourceIncomplete, match="manifest"):
        await drop.items()


@pytest.mark.parametrize(
    "content", ["{", "[1]", '{"files": 3}', '[{"file": 3}]', '[{"file":"modules.csv","rows":"x"}]']
)
async def test_a_manifest_that_makes_no_sense_is_named(drop: Any, content: str) -> None:
    drop.settings["complete"] = "manifest"
    drop.write(ROWS)
    (drop.folder / "manifest.json").write_text(content)
    with pytest.raises(SourceMalformed):
        await drop.items()


async def test_a_missing_folder_and_a_missing_file_differ(drop: Any) -> None:
    with pytest.raises(StreamMissing, match="modules"):
        await drop.items()
    drop.settings["folder"] = "elders"
    with pytest.raises(SourceUnreachable, match="elders"):
        await drop.items()


async def test_a_file_over_the_limit_is_not_opened(drop: Any) -> None:
    drop.context["max_bytes"] = 10
    drop.write(ROWS)
    with pytest.raises(SourceTooLarge) as caught:
        await drop.items()
    assert caught.value.values["place"] == "modules.csv"


@pytest.mark.parametrize("pattern", ["../x.csv", "/etc/passwd", "a/../../x", "**/*.csv", "..\\x", "C:x.csv", ""])
def test_patterns_that_leave_the_folder_are_refused(drop: Any, pattern: str) -> None:
    drop.stream["file"] = pattern
    with pytest.raises(ValidationError):
        drop.adapter()


async def test_links_that_leave_the_folder_are_refused(drop: Any) -> None:
    outside = drop.base / "secret.csv"
    outside.write_text(ROWS)
    (drop.folder / "modules.csv").symlink_to(outside)
    drop.done()
    with pytest.raises(ConfigurationInvalid, match="leads out"):
        await drop.items()
    async with drop.adapter() as adapter:
        assert not (await adapter.check()).ok


async def test_lock_files_of_excel_and_hidden_files_are_no_deliveries(drop: Any) -> None:
    drop.stream["file"] = "*.csv"
    drop.write(ROWS)
    drop.write("x", "~$modules.csv")
    drop.write("x", ".modules.csv")
    assert len(await drop.records()) == 2


@pytest.mark.parametrize("name", ["modules.csv.done", "modules.csv.filepart", "modules.csv.tmp", "modules-2.csv.part"])
async def test_marks_and_uploads_under_way_are_no_deliveries(drop: Any, name: str) -> None:
    drop.settings["complete"] = "stable"
    drop.age(drop.write(ROWS), 1000)
    drop.age(drop.write("x", name), 100)
    assert len(await drop.records()) == 2


async def test_a_file_that_may_not_be_read_is_refused(drop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drop.write(ROWS)

    def refuse(*args: Any, **options: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(SourceRefused):
        await drop.items()
    async with drop.adapter() as adapter:
        assert not (await adapter.check()).ok


# -- delta --------------------------------------------------------------------------------------------------------


@pytest.fixture
def delta(drop: Any) -> Any:
    drop.settings.update(mode="delta", complete="stable")
    drop.stream["tombstone"] = {"column": "weg", "values": ["J"]}
    drop.age(drop.write("code;weg\n1;\n2;\n", "modules-1.csv"), 3000)
    drop.age(drop.write("code;weg\n2;j\n3;\n", "modules-2.csv"), 2000)
    return drop


async def test_delta_files_are_read_in_order_with_a_checkpoint_after_each(delta: Any) -> None:
    items = await delta.items()
    kinds = [type(item).__name__ for item in items]
    assert kinds == ["Record", "Record", "Checkpoint", "Tombstone", "Record", "Checkpoint", "Checkpoint"]
    assert [item.key for item in items if isinstance(item, Tombstone)] == ["2"]


async def test_only_new_delta_files_are_read(delta: Any) -> None:
    state = (await delta.items())[-1].state
    delta.age(delta.write("code;weg\n4;\n", "modules-3.csv"), 1000)
    items = await delta.items(state=state)
    assert [item.key for item in items if isinstance(item, Record)] == ["4"]
    assert set(items[-1].state["files"]) == {"modules-1.csv", "modules-2.csv", "modules-3.csv"}


async def test_a_rewritten_delta_file_is_read_again(delta: Any) -> None:
    state = (await delta.items())[-1].state
    delta.age(delta.write("code;weg\n9;\n", "modules-1.csv"), 500)
    assert [item.key for item in await delta.items(state=state) if isinstance(item, Record)] == ["9"]


async def test_an_incomplete_delta_file_holds_up_later_ones(delta: Any) -> None:
    delta.settings["complete"] = "done-file"
    (delta.folder / "levering.done").unlink()
    (delta.folder / "modules-1.csv.done").touch()
    delta.age(delta.write("code;weg\n4;\n", "modules-3.csv"), 100)
    (delta.folder / "levering.done").unlink()
    (delta.folder / "modules-3.csv.done").touch()
    assert [item.key for item in await delta.items() if isinstance(item, Record)] == ["1", "2"]


async def test_tidied_delta_files_are_no_loss_and_no_error(delta: Any) -> None:
    state = (await delta.items())[-1].state
    for path in delta.folder.glob("modules-*"):
        path.unlink()
    assert await delta.items(state=state) == [Checkpoint({"files": {}})]
    with pytest.raises(StreamMissing):
        await delta.items()


async def test_an_empty_delta_is_no_change(delta: Any) -> None:
    state = (await delta.items())[-1].state
    delta.age(delta.write("code;weg\n", "modules-3.csv"), 1000)
    items = await delta.items(state=state)
    assert {type(item) for item in items} == {Checkpoint}
