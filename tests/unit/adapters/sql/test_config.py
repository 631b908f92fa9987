"""Settings of the kind sql."""

from typing import Any

import pytest
from pydantic import ValidationError

from adapters.contract import Capability, StreamSpec
from adapters.sql import SqlAdapter, SqlConfig
from adapters.testkit import adapter_context

VIEW = {"view": "ooapi_course", "key": ["code"]}


@pytest.mark.parametrize(
    "settings",
    [
        {"streams": {"a": VIEW}},
        {"url": "env:A", "database": "sqlite:///x", "streams": {"a": VIEW}},
        {"url": "postgresql://u:geheim@h/d", "streams": {"a": VIEW}},
        {"database": "postgresql://u:geheim@h/d", "streams": {"a": VIEW}},
        {"database": "postgresql:///d?password=geheim", "streams": {"a": VIEW}},
        {"database": "nonsense", "streams": {"a": VIEW}},
        {"url": "env:A", "streams": {}},
        {"url": "env:A", "streams": {"a": {"key": ["code"]}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "select": "SELECT 1"}}},
        {"url": "env:A", "streams": {"a": {"select": "DELETE FROM x", "key": ["code"]}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "key": []}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "key": ["BSN"]}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "lookup_by": ["burgerservicenummer"]}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "personal": True}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "personal": True, "lookup_by": ["postcode"]}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "overlap_seconds": -1}}},
        {"url": "env:A", "streams": {"a": {**VIEW, "colour": "red"}}},
        {"url": "env:A", "fetch_size": 0, "streams": {"a": VIEW}},
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_a_password(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        SqlConfig.model_validate(settings)
    assert "geheim" not in str(caught.value)


def test_capabilities_follow_from_the_settings(tmp_path: Any) -> None:
    gone = {"column": "deleted", "values": ["1"]}
    streams = {
        "plain": VIEW,
        "marked": {**VIEW, "tombstone": gone},
        "delta": {**VIEW, "cursor": "changed"},
        "all": {**VIEW, "cursor": "changed", "tombstone": gone, "lookup_by": ["code"]},
        "persons": {"view": "p", "key": ["nr"], "personal": True, "lookup_by": ["nr"], "cursor": "changed"},
    }
    adapter = SqlAdapter(SqlConfig.model_validate({"url": "env:A", "streams": streams}), adapter_context(tmp_path))
    specs: dict[str, StreamSpec] = {spec.name: spec for spec in adapter.streams()}
    snapshot, delta, tombstones, lookup = Capability
    assert specs["plain"].capabilities == {Capability.SNAPSHOT}
    assert specs["marked"].capabilities == {Capability.SNAPSHOT}
    assert specs["delta"].capabilities == {Capability.SNAPSHOT, Capability.DELTA}
    assert specs["all"].capabilities == {snapshot, delta, tombstones, lookup}
    assert specs["persons"].capabilities == {Capability.LOOKUP}
