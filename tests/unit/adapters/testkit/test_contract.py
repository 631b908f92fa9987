"""The contract catches adapters that break it: each defect fails the test that is there for it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from adapters.contract import (
    AdapterConfig,
    Capability,
    CheckItem,
    Checkpoint,
    CheckReport,
    ColumnSample,
    Item,
    Record,
    SecretReference,
    SourceReference,
    StreamColumns,
    StreamSpec,
    Tombstone,
    forbidden_column,
)
from adapters.errors import ColumnForbidden, ColumnsMissing, ConfigurationInvalid, SecretMissing, SourceUnreachable
from adapters.testkit import AdapterCase, AdapterContract, adapter_context
from adapters.text import Text

BSN = "123456782"
PASSWORD = "geheim-wachtwoord"


class Store:
    """The system behind the adapter: rows with the moment of their last change, and what is gone."""

    def __init__(self) -> None:
        self.changes: list[tuple[str, str | None]] = []
        self.people: dict[str, str] = {}
        self.column = "text"
        self.up = True
        self.open = 0

    def rows(self) -> dict[str, str]:
        current: dict[str, str] = {}
        for key, text in self.changes:
            if text is None:
                current.pop(key, None)
            else:
                current[key] = text
        return current


class MemoryConfig(AdapterConfig):
    password: str = PASSWORD


class MemoryAdapter:
    """A good adapter, but for the one ``defect`` that the test names."""

    kind: ClassVar[str] = "memory"
    config_model: ClassVar[type[AdapterConfig]] = MemoryConfig

    def __init__(self, store: Store, defect: str) -> None:
        self.store, self.defect = store, defect
        self.mine = 0

    def __repr__(self) -> str:
        return f"MemoryAdapter({PASSWORD if self.defect == 'secret in repr' else ''})"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        if self.defect != "leaves open":
            self.store.open -= self.mine
            self.mine = 0

    def streams(self) -> Sequence[StreamSpec]:
        capabilities = {Capability.SNAPSHOT, Capability.DELTA, Capability.TOMBSTONES}
        if self.defect == "lost capability":
            capabilities.remove(Capability.TOMBSTONES)
        personal = {Capability.LOOKUP} | ({Capability.SNAPSHOT} if self.defect == "personal snapshot" else set())
        return (
            StreamSpec("texts", ("key",), frozenset(capabilities)),
            StreamSpec("people", ("key",), frozenset(personal), personal=True, lookup_by=("key",)),
        )

    async def check(self) -> CheckReport:
        if not self.store.up and self.defect == "check raises":
            raise SourceUnreachable(place="store")
        fine = self.store.up or self.defect == "check is always fine"
        return CheckReport((CheckItem("store", fine, Text("De opslag.", "The store.")),))

    async def read(
        self,
        stream: str,
        *,
        state: Mapping[str, Any] | None = None,
        columns: Collection[str] | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Item]:
        defect = self.defect
        if stream == "people" and defect == "reads persons":
            stream = "texts"
        if stream != "texts":
            raise ConfigurationInvalid(what=stream)
        if not self.store.up:
            raise SourceUnreachable(place="store")
        if limit == 0:
            return
        for column in columns or ():
            if forbidden_column(column, personal=False) and defect != "reads forbidden columns":
                raise ColumnForbidden(stream=stream, column=column)
        if columns and not set(columns) <= {"key", self.store.column} and defect != "hides missing columns":
            raise ColumnsMissing(place="store", columns=", ".join(sorted(columns)))
        self.store.open += 1
        self.mine += 1
        given = 0
        for item in self._items(int((state or {}).get("position", 0))):
            yield item
            given += isinstance(item, Record)
            if given == limit and defect != "ignores the limit":
                return
            if limit is not None and given > limit:
                return
        if defect != "no checkpoint":
            position = len(self.store.changes) + (3 if defect == "checkpoint too far" else 0)
            yield Checkpoint({"position": position})

    def _items(self, start: int) -> list[Item]:
        defect = self.defect
        items: list[Item] = []
        if start == 0:
            changes: list[tuple[str, str | None]] = list(self.store.rows().items())
        else:
            changes = self.store.changes[start:]
        for number, (key, text) in enumerate(changes, start=1):
            source = SourceReference("store", number)
            if text is None:
                if defect != "no tombstones":
                    items.append(Tombstone(key, source))
                continue
            if defect == "strips zeros":
                key, text = key.lstrip("0"), text.lstrip("0")
            if defect == "loses accents":
                text = text.encode("ascii", "replace").decode()
            data = {"key": key, self.store.column: text}
            if defect == "gives all columns":
                data["more"] = "x"
            items.append(Record(key, data, source))
        return items * 2 if defect == "doubles keys" else items

    async def lookup(self, stream: str, key: Mapping[str, str], *, columns: Collection[str]) -> AsyncIterator[Record]:
        if stream != "people" or (set(key) != {"key"} and self.defect != "takes any key"):
            raise ConfigurationInvalid(what=stream)
        if any(forbidden_column(column, personal=True) for column in columns) and self.defect != "gives the bsn":
            raise ColumnForbidden(stream=stream, column="bsn")
        for number, text in self.store.people.items():
            if number == key.get("key") or self.defect == "finds everybody":
                data = {"name": text}
                if self.defect == "gives unasked columns":
                    data["bsn"] = BSN
                yield Record(number, data, SourceReference("people"))

    async def discover(self, *, sample: int = 200) -> Sequence[StreamColumns]:
        examples = tuple(self.store.people.values()) if self.defect == "shows persons" else ()
        count = min(sample, len(self.store.rows()))
        return (
            StreamColumns("texts", count, (ColumnSample("key", 1.0), ColumnSample("text", 1.0))),
            StreamColumns("people", len(self.store.people), (ColumnSample("name", 1.0, examples),)),
        )


class MemoryCase(AdapterCase):
    stream, text_column = "texts", "text"
    capabilities = frozenset({Capability.SNAPSHOT, Capability.DELTA, Capability.TOMBSTONES})
    personal_stream, personal_text_column = "people", "name"
    secrets = (PASSWORD,)

    def __init__(self, defect: str = "") -> None:
        self.store, self.defect = Store(), defect

    def adapter(self) -> MemoryAdapter:
        return MemoryAdapter(self.store, self.defect)

    async def put(self, rows: Mapping[str, str]) -> None:
        self.store.changes += rows.items()

    async def remove(self, key: str) -> None:
        self.store.changes.append((key, None))

    async def put_personal(self, rows: Mapping[str, str]) -> None:
        self.store.people.update(rows)

    def personal_lookup(self, key: str) -> dict[str, str]:
        return {"key": key}

    async def break_place(self) -> None:
        self.store.up = False

    async def drop_column(self) -> None:
        self.store.column = "other"

    def open_resources(self) -> int:
        return self.store.open


DEFECTS = {
    "lost capability": "test_streams_are_declared",
    "personal snapshot": "test_streams_are_declared",
    "check raises": "test_a_broken_place_is_reported_and_not_raised",
    "check is always fine": "test_a_broken_place_is_reported_and_not_raised",
    "doubles keys": "test_keys_are_unique_and_not_empty",
    "strips zeros": "test_texts_come_back_as_they_were",
    "loses accents": "test_texts_come_back_as_they_were",
    "ignores the limit": "test_the_limit_is_respected_and_gives_no_checkpoint",
    "no checkpoint": "test_a_complete_read_ends_with_a_checkpoint",
    "gives all columns": "test_only_the_wanted_columns_are_read",
    "hides missing columns": "test_a_missing_column_is_named",
    "reads forbidden columns": "test_a_forbidden_column_is_refused",
    "checkpoint too far": "test_a_delta_resumes_without_loss",
    "no tombstones": "test_a_delta_tells_what_is_gone",
    "reads persons": "test_a_personal_stream_is_never_read_whole",
    "finds everybody": "test_a_lookup_finds_one_person_with_only_the_mapped_columns",
    "gives unasked columns": "test_a_lookup_finds_one_person_with_only_the_mapped_columns",
    "gives the bsn": "test_a_lookup_refuses_forbidden_columns",
    "takes any key": "test_a_lookup_only_takes_the_declared_keys",
    "shows persons": "test_discover_shows_no_example_of_a_personal_stream",
    "leaves open": "test_leaving_a_read_half_way_closes_everything",
}


@pytest.mark.parametrize(("defect", "test"), DEFECTS.items(), ids=DEFECTS)
async def test_a_defect_fails_its_test(defect: str, test: str) -> None:
    failures = (AssertionError, pytest.fail.Exception, ColumnsMissing, SourceUnreachable)
    with pytest.raises(failures):
        await getattr(AdapterContract(), test)(MemoryCase(defect))


async def test_a_secret_in_a_repr_fails_its_test(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AssertionError):
        await AdapterContract().test_no_secret_shows_up_anywhere(MemoryCase("secret in repr"), caplog)


class TestMemoryAdapter(AdapterContract):
    """Without a defect everything passes."""

    @pytest.fixture
    def case(self) -> AdapterCase:
        case = MemoryCase()
        case.bulk = 1000
        return case


async def test_the_clock_of_the_context_moves_by_sleeping_only(tmp_path: Path) -> None:
    context = adapter_context(tmp_path)
    before = context.now(), context.monotonic()
    await context.sleep(90)
    assert (context.now() - before[0]).total_seconds() == context.monotonic() - before[1] == 90


def test_the_context_knows_only_the_secrets_it_was_given(tmp_path: Path) -> None:
    context = adapter_context(tmp_path, secrets={"env:A": "x"})
    assert context.secret(SecretReference("env:A")) == "x"
    with pytest.raises(SecretMissing):
        context.secret(SecretReference("env:B"))
