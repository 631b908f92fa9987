"""Bodies joined out of serialised resources."""

from __future__ import annotations

import json
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from gateway.catalogue.serve.bodies import expanded, page, referred_ids, with_timeline

A, B, C = (str(UUID(int=number)) for number in (1, 2, 3))


@given(st.integers(0, 2000), st.sampled_from([10, 20, 50, 100, 250]), st.integers(1, 300))
def test_the_envelope_agrees_with_itself(total: int, size: int, number: int) -> None:
    count = max(0, min(size, total - (number - 1) * size))
    body = json.loads(page([b"{}"] * count, size=size, number=number, total=total))
    assert list(body) == ["pageSize", "pageNumber", "hasPreviousPage", "hasNextPage", "totalPages", "items"]
    assert (body["pageSize"], body["pageNumber"], len(body["items"])) == (size, number, count)
    assert body["hasPreviousPage"] is (number > 1)
    assert body["hasNextPage"] is (number * size < total)
    assert (body["totalPages"] - 1) * size < total <= body["totalPages"] * size or total == body["totalPages"] == 0


def test_the_timeline_is_the_last_property() -> None:
    assert with_timeline(b'{"a":1}', b"[2]") == b'{"a":1,"timelineOverrides":[2]}'
    assert with_timeline(b"{}", None) == b'{"timelineOverrides":[]}'


def test_only_what_was_asked_is_expanded_and_only_one_level_deep() -> None:
    body = json.dumps({"id": A, "parent": B, "children": [B, C], "organization": B}).encode()
    known = {B: json.dumps({"id": B, "parent": C}).encode()}
    assert json.loads(expanded(body, ("parent", "children"), known.get)) == {
        "id": A,
        "parent": {"id": B, "parent": C},
        "children": [{"id": B, "parent": C}, C],
        "organization": B,
    }


def test_a_property_that_is_absent_or_expanded_already_stays_as_it_is() -> None:
    body = json.dumps({"room": {"id": B}}).encode()
    assert json.loads(expanded(body, ("room", "parent"), {B: b"{}"}.get)) == {"room": {"id": B}}


def test_referred_ids_are_those_of_the_wanted_properties() -> None:
    value = {"parent": A, "children": [B, {"id": C}], "other": C}
    assert list(referred_ids(value, ("parent", "children", "absent"))) == [UUID(A), UUID(B)]
