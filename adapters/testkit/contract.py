"""The contract of adapters as tests. Subclass :class:`AdapterContract` and provide the fixture ``case``."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import tracemalloc
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, TypeVar

import pytest

from adapters.contract import (
    Adapter,
    Capability,
    Checkpoint,
    Fault,
    Item,
    Record,
    StreamSpec,
    Tombstone,
    forbidden_column,
)
from adapters.errors import AdapterError, ColumnForbidden, ColumnsMissing, ConfigurationInvalid
from adapters.testkit.case import AdapterCase

Yielded = TypeVar("Yielded")

# Texts that systems and files like to damage: a lost zero, a date made of a fraction, accents, quoting, separators.
# All can be written in cp1252, so that a case may use that.
HARD_TEXTS = (
    "007",
    "1-10",
    "6,0",
    "25190",
    "Één café – Zorg & Welzijn",
    'Techniek; "hout" en metaal, deel 1',
    "Çà et là: naïef €",
    "=1+1",
)


class AdapterContract:
    """The tests every kind passes, once for each variant of its source.

    A subclass provides one fixture, ``case``, which yields an :class:`AdapterCase` with an empty source.
    """

    # -- what is declared -----------------------------------------------------------------------------------------

    async def test_streams_are_declared(self, case: AdapterCase) -> None:
        adapter = case.adapter()
        specs = {spec.name: spec for spec in adapter.streams()}
        assert len(specs) == len(adapter.streams())
        assert specs[case.stream].capabilities == case.capabilities
        assert not specs[case.stream].personal
        for spec in specs.values():
            assert spec.key
            assert bool(spec.lookup_by) == (Capability.LOOKUP in spec.capabilities)
            assert not (Capability.TOMBSTONES in spec.capabilities and Capability.DELTA not in spec.capabilities)
            if spec.personal:
                assert not spec.capabilities & {Capability.SNAPSHOT, Capability.DELTA, Capability.TOMBSTONES}
                assert not any(forbidden_column(column, personal=True) for column in spec.lookup_by)
        if case.personal_stream is not None:
            assert specs[case.personal_stream].personal
            assert Capability.LOOKUP in specs[case.personal_stream].capabilities

    async def test_settings_have_a_schema_and_refuse_unknown_keys(self, case: AdapterCase) -> None:
        model = type(case.adapter()).config_model
        assert model.model_json_schema()["additionalProperties"] is False
        assert model.model_config["extra"] == "forbid"

    # -- checking -------------------------------------------------------------------------------------------------

    async def test_a_check_of_a_good_source_is_fine(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            report = await adapter.check()
        assert report.ok, [item for item in report.items if not item.ok]
        assert report.items
        assert all(item.text.nl and item.text.en for item in report.items)

    async def test_a_broken_place_is_reported_and_not_raised(self, case: AdapterCase) -> None:
        await _fill(case)
        await case.break_place()
        async with case.adapter() as adapter:
            report = await adapter.check()
            assert not report.ok
            with pytest.raises(AdapterError):
                await _read(adapter, case)

    async def test_broken_credentials_are_reported_and_not_raised(self, case: AdapterCase) -> None:
        if not case.has_credentials:
            pytest.skip("this kind has no credentials")
        await _fill(case)
        await case.break_credentials()
        async with case.adapter() as adapter:
            report = await adapter.check()
            assert not report.ok
            with pytest.raises(AdapterError):
                await _read(adapter, case)

    async def test_discover_shows_the_columns(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            found = {columns.stream: columns for columns in await adapter.discover(sample=2)}
        sample = found[case.stream]
        assert 0 < sample.rows_sampled <= 2
        names = {column.name: column for column in sample.columns}
        assert names[case.text_column].filled > 0
        assert all(0 <= column.filled <= 1 for column in sample.columns)

    # -- reading --------------------------------------------------------------------------------------------------

    async def test_keys_are_unique_and_not_empty(self, case: AdapterCase) -> None:
        await _fill(case, 25)
        async with case.adapter() as adapter:
            keys = [record.key for record in _records(await _read(adapter, case))]
        assert sorted(keys) == [case.key(number) for number in range(1, 26)]
        assert len(set(keys)) == len(keys)

    async def test_every_record_says_where_it_stands(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            records = _records(await _read(adapter, case))
        assert all(record.source.place for record in records)
        assert len({str(record.source) for record in records}) in (1, len(records))  # a row of its own, or no rows

    async def test_reading_twice_gives_the_same(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            first = await _read(adapter, case)
            second = await _read(adapter, case)
        assert first == second
        assert _records(first)

    async def test_texts_come_back_as_they_were(self, case: AdapterCase) -> None:
        texts = {case.key(number): text for number, text in enumerate(HARD_TEXTS, start=1)}
        await case.put(texts)
        async with case.adapter() as adapter:
            items = await _read(adapter, case)
        assert not [item for item in items if isinstance(item, Fault)]
        assert {record.key: case.text(record) for record in _records(items)} == texts

    async def test_the_limit_is_respected_and_gives_no_checkpoint(self, case: AdapterCase) -> None:
        await _fill(case, 25)
        async with case.adapter() as adapter:
            items = await _read(adapter, case, limit=3)
            nothing = await _read(adapter, case, limit=0)
        assert len(_records(items)) == 3
        assert not [item for item in items if isinstance(item, Checkpoint)]
        assert nothing == []

    async def test_a_complete_read_ends_with_a_checkpoint(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            items = await _read(adapter, case)
        last = items[-1]
        assert isinstance(last, Checkpoint)
        assert json.loads(json.dumps(last.state)) == last.state

    async def test_only_the_wanted_columns_are_read(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            records = _records(await _read(adapter, case, columns={case.text_column}))
            key = _spec(adapter, case.stream).key
        assert all(set(record.data) <= {case.text_column, *key} for record in records)
        assert all(case.text(record) for record in records)

    async def test_a_missing_column_is_named(self, case: AdapterCase) -> None:
        await _fill(case)
        if not case.tabular:
            async with case.adapter() as adapter:
                records = _records(await _read(adapter, case, columns={"no-such-property"}))
            assert records
            assert not any(record.data.get("no-such-property") for record in records)
            return
        await case.drop_column()
        async with case.adapter() as adapter:
            with pytest.raises(ColumnsMissing) as caught:
                await _read(adapter, case, columns={case.text_column})
        assert case.text_column in caught.value.text.nl
        assert case.text_column in caught.value.text.en

    async def test_a_forbidden_column_is_refused(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            with pytest.raises(ColumnForbidden):
                await _read(adapter, case, columns={case.text_column, "burgerservicenummer"})

    async def test_an_unknown_stream_is_refused(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            with pytest.raises(ConfigurationInvalid):
                await _collect(adapter.read("no-such-stream"))

    # -- changes --------------------------------------------------------------------------------------------------

    async def test_a_snapshot_no_longer_holds_what_was_removed(self, case: AdapterCase) -> None:
        _needs(case, Capability.SNAPSHOT)
        await _fill(case, 5)
        await case.remove(case.key(2))
        async with case.adapter() as adapter:
            state = _apply({}, await _read(adapter, case), case)
        assert sorted(state) == [case.key(number) for number in (1, 3, 4, 5)]

    async def test_a_delta_resumes_without_loss(self, case: AdapterCase) -> None:
        if Capability.DELTA not in case.capabilities:
            await self._a_delta_is_refused(case)
            return
        await _fill(case, 5)
        async with case.adapter() as adapter:
            first = await _read(adapter, case)
        seen = _apply({}, first, case)
        await case.put({case.key(2): "changed", case.key(6): "new"})
        async with case.adapter() as adapter:
            second = await _read(adapter, case, state=_last_state(first))
        seen = _apply(seen, second, case)
        assert sorted(seen) == [case.key(number) for number in range(1, 7)]
        assert (seen[case.key(2)], seen[case.key(6)]) == ("changed", "new")
        async with case.adapter() as adapter:
            third = await _read(adapter, case, state=_last_state(second))
        assert isinstance(third[-1], Checkpoint)
        assert _apply(dict(seen), third, case) == seen

    async def _a_delta_is_refused(self, case: AdapterCase) -> None:
        await _fill(case)
        async with case.adapter() as adapter:
            with pytest.raises(ConfigurationInvalid):
                await _read(adapter, case, state={"cursor": "2026-01-01"})

    async def test_every_checkpoint_of_a_delta_can_be_resumed_from(self, case: AdapterCase) -> None:
        _needs(case, Capability.DELTA)
        await _fill(case, 5)
        await case.put({case.key(6): "later"})
        async with case.adapter() as adapter:
            everything = await _read(adapter, case)
            expected = _apply({}, everything, case)
            for position, item in enumerate(everything):
                if isinstance(item, Checkpoint):
                    before = _apply({}, everything[:position], case)
                    rest = await _read(adapter, case, state=item.state)
                    assert _apply(before, rest, case) == expected

    async def test_a_delta_tells_what_is_gone(self, case: AdapterCase) -> None:
        await _fill(case, 3)
        async with case.adapter() as adapter:
            first = await _read(adapter, case)
        if Capability.TOMBSTONES not in case.capabilities:
            assert not [item for item in first if isinstance(item, Tombstone)]
            return
        await case.remove(case.key(2))
        async with case.adapter() as adapter:
            second = await _read(adapter, case, state=_last_state(first))
        assert case.key(2) in [item.key for item in second if isinstance(item, Tombstone)]
        assert sorted(_apply(_apply({}, first, case), second, case)) == [case.key(1), case.key(3)]

    # -- personal data --------------------------------------------------------------------------------------------

    async def test_a_personal_stream_is_never_read_whole(self, case: AdapterCase) -> None:
        stream = _personal(case)
        await _fill_personal(case)
        async with case.adapter() as adapter:
            with pytest.raises(ConfigurationInvalid):
                await _collect(adapter.read(stream))
            with pytest.raises(ConfigurationInvalid):
                await _collect(adapter.read(stream, limit=1))

    async def test_a_lookup_finds_one_person_with_only_the_mapped_columns(self, case: AdapterCase) -> None:
        stream = _personal(case)
        await _fill_personal(case)
        wanted = {case.personal_text_column}
        async with case.adapter() as adapter:
            found = await _collect(adapter.lookup(stream, case.personal_lookup(case.key(2)), columns=wanted))
            allowed = wanted | set(_spec(adapter, stream).key)
        assert [case.text(record) for record in found] == ["person 2"]
        assert set(found[0].data) <= allowed
        assert "123456782" not in repr(found)  # the BSN of the forbidden column

    async def test_a_lookup_may_find_nothing(self, case: AdapterCase) -> None:
        stream = _personal(case)
        await _fill_personal(case)
        async with case.adapter() as adapter:
            key = case.personal_lookup(case.key(999))
            assert await _collect(adapter.lookup(stream, key, columns={case.personal_text_column})) == []

    async def test_a_lookup_refuses_forbidden_columns(self, case: AdapterCase) -> None:
        stream = _personal(case)
        await _fill_personal(case)
        async with case.adapter() as adapter:
            columns = {case.personal_text_column, case.forbidden_column}
            with pytest.raises(ColumnForbidden):
                await _collect(adapter.lookup(stream, case.personal_lookup(case.key(2)), columns=columns))

    async def test_a_lookup_only_takes_the_declared_keys(self, case: AdapterCase) -> None:
        stream = _personal(case)
        await _fill_personal(case)
        async with case.adapter() as adapter:
            wrong: list[dict[str, str]] = [{}, {"no-such-column": "1"}, {case.forbidden_column: "123456782"}]
            for key in wrong:
                with pytest.raises(ConfigurationInvalid):
                    await _collect(adapter.lookup(stream, key, columns={case.personal_text_column}))

    async def test_a_lookup_is_refused_where_it_is_not_declared(self, case: AdapterCase) -> None:
        if Capability.LOOKUP in case.capabilities:
            pytest.skip("this stream declares lookup")
        await _fill(case)
        async with case.adapter() as adapter:
            key = {_spec(adapter, case.stream).key[0]: case.key(1)}
            with pytest.raises(ConfigurationInvalid):
                await _collect(adapter.lookup(case.stream, key, columns={case.text_column}))

    async def test_discover_shows_no_example_of_a_personal_stream(self, case: AdapterCase) -> None:
        stream = _personal(case)
        await _fill(case)
        await _fill_personal(case)
        async with case.adapter() as adapter:
            found = {columns.stream: columns for columns in await adapter.discover()}
        assert not any(column.examples for column in found[stream].columns)
        assert "person 2" not in repr(found)

    # -- care -----------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("moment", ["at once", "between records"])
    async def test_cancelling_a_read_closes_everything(self, case: AdapterCase, moment: str) -> None:
        await _fill(case, 5000)
        async with case.adapter() as adapter:
            started = asyncio.Event()

            async def consume() -> None:
                async with aclosing(_generator(adapter.read(case.stream))) as items:
                    async for _ in items:
                        started.set()
                        await asyncio.sleep(0)

            task = asyncio.create_task(consume())
            if moment == "at once":
                await asyncio.sleep(0)
            else:
                await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        assert case.open_resources() == 0

    async def test_leaving_a_read_half_way_closes_everything(self, case: AdapterCase) -> None:
        await _fill(case, 5000)
        async with case.adapter() as adapter:
            iterator = adapter.read(case.stream)
            assert isinstance(await anext(iterator), Record)
        assert case.open_resources() == 0

    async def test_no_secret_shows_up_anywhere(self, case: AdapterCase, caplog: pytest.LogCaptureFixture) -> None:
        if not case.secrets:
            pytest.skip("this kind has no secrets")
        caplog.set_level(logging.DEBUG)
        await _fill(case)
        shown: list[object] = []
        for breaking in (None, case.break_credentials, case.break_place):
            if breaking is not None and (breaking != case.break_credentials or case.has_credentials):
                await breaking()
            async with case.adapter() as adapter:
                shown += [adapter, vars(adapter) if hasattr(adapter, "__dict__") else "", await adapter.check()]
                try:
                    await _read(adapter, case)
                except AdapterError as error:
                    shown += [error, error.text, error.hint, error.values, error.diagnostic]
        told = caplog.text + " ".join(repr(thing) + str(thing) for thing in shown)
        for secret in case.secrets:
            assert secret not in told

    async def test_memory_does_not_grow_with_the_number_of_rows(self, case: AdapterCase) -> None:
        await _fill(case, case.bulk // 10)
        small = await _peak_of_reading(case, expected=case.bulk // 10)
        await _fill(case, case.bulk)
        large = await _peak_of_reading(case, expected=case.bulk)
        assert large - small < case.bulk_growth, f"{small} -> {large} bytes"


# -- helpers ------------------------------------------------------------------------------------------------------


def _needs(case: AdapterCase, capability: Capability) -> None:
    if capability not in case.capabilities:
        pytest.skip(f"{case.stream} does not declare {capability}")


def _personal(case: AdapterCase) -> str:
    if case.personal_stream is None:
        pytest.skip("this variant has no personal stream")
    return case.personal_stream


def _spec(adapter: Adapter, stream: str) -> StreamSpec:
    return next(spec for spec in adapter.streams() if spec.name == stream)


async def _fill(case: AdapterCase, count: int = 4) -> None:
    await case.put({case.key(number): f"text {number}" for number in range(1, count + 1)})


async def _fill_personal(case: AdapterCase) -> None:
    await case.put_personal({case.key(number): f"person {number}" for number in range(1, 4)})


async def _collect(iterator: AsyncIterator[Yielded]) -> list[Yielded]:
    return [item async for item in iterator]


async def _read(adapter: Adapter, case: AdapterCase, **options: Any) -> list[Item]:
    return await _collect(adapter.read(case.stream, **options))


def _records(items: list[Item]) -> list[Record]:
    return [item for item in items if isinstance(item, Record)]


def _apply(state: dict[str, str | None], items: list[Item], case: AdapterCase) -> dict[str, str | None]:
    """Replay items on what was known, as a caller does: a later record wins, a tombstone removes."""
    state = dict(state)
    for item in items:
        if isinstance(item, Record):
            state[item.key] = case.text(item)
        elif isinstance(item, Tombstone):
            state.pop(item.key, None)
    return state


def _last_state(items: list[Item]) -> Mapping[str, Any]:
    """The last checkpoint as a store gives it back: through JSON."""
    last = items[-1]
    assert isinstance(last, Checkpoint)
    state = json.loads(json.dumps(last.state))
    assert isinstance(state, dict)
    return state


async def _generator(iterator: AsyncIterator[Item]) -> Any:
    """The iterator as a generator that closes what it walks, also when the iterator itself cannot be closed."""
    try:
        async for item in iterator:
            yield item
    finally:
        close = getattr(iterator, "aclose", None)
        if close is not None:
            await close()


async def _peak_of_reading(case: AdapterCase, *, expected: int) -> int:
    """Peak of Python's memory, in bytes, while the stream is read and every record is thrown away."""
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        count = 0
        async with case.adapter() as adapter:
            async for item in adapter.read(case.stream):
                count += isinstance(item, Record)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    assert count >= expected
    return peak
