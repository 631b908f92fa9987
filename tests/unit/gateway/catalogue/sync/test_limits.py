"""When a sync waits for a person: the rules on every possible difference."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.catalogue.sync.limits import Difference, holds
from gateway.members.schemas import Limits, Rollover

OUTSIDE = date(2026, 11, 23)
WITHIN = date(2026, 8, 20)
SHARES = st.floats(0, 1, allow_nan=False)


@st.composite
def differences(draw: st.DrawFn) -> Difference:
    published = draw(st.integers(0, 200))
    deleted = draw(st.integers(0, published))
    changed = draw(st.integers(0, published - deleted))
    added = draw(st.integers(0, 200))
    staged = draw(st.integers(changed, published - deleted)) + added
    return Difference("sis/modules/courses.toml", "Course", published, added, changed, deleted, staged)


@st.composite
def limits(draw: st.DrawFn) -> Limits:
    return Limits(delete_share=draw(SHARES), change_share=draw(SHARES), least=draw(st.integers(1, 50)), max_bytes=None)


@given(differences(), limits(), st.sampled_from([OUTSIDE, WITHIN]))
def test_what_would_empty_a_stream_always_waits(difference: Difference, limit: Limits, today: date) -> None:
    emptied = Difference("o", "Course", difference.published, 0, 0, difference.published, 0)

    assert bool(holds([emptied], limit, Rollover(), today)) == (difference.published > 0)


@given(differences(), limits(), st.sampled_from([OUTSIDE, WITHIN]))
def test_a_first_delivery_and_additions_alone_never_wait(difference: Difference, limit: Limits, today: date) -> None:
    first = Difference("o", "Course", 0, difference.staged, 0, 0, difference.staged)
    more = Difference("o", "Course", difference.published, 50, 0, 0, difference.published + 50)

    assert holds([first, more], limit, Rollover(), today) == []


@given(differences(), limits())
def test_more_of_the_same_never_releases_what_waits(difference: Difference, limit: Limits) -> None:
    if difference.deleted < difference.published and holds([difference], limit, Rollover(), OUTSIDE):
        worse = Difference(
            difference.origin,
            difference.resource,
            difference.published,
            difference.added,
            max(0, difference.changed - 1),
            difference.deleted + 1,
            max(0, difference.staged - 1),
        )
        by_deletions = difference.deleted >= limit.least and (
            difference.deleted / difference.published > limit.delete_share
        )
        if by_deletions:
            assert holds([worse], limit, Rollover(), OUTSIDE)


@given(differences(), limits(), st.sampled_from([OUTSIDE, WITHIN]))
def test_what_is_published_unseen_is_within_the_limits(difference: Difference, limit: Limits, today: date) -> None:
    rollover = Rollover()
    if holds([difference], limit, rollover, today) or not difference.published:
        return
    wide = today == WITHIN
    deletes = max(limit.delete_share, rollover.delete_share) if wide else limit.delete_share
    changes = max(limit.change_share, rollover.change_share) if wide else limit.change_share
    assert difference.deleted < limit.least or difference.deleted / difference.published <= deletes
    assert difference.changed < limit.least or difference.changed / difference.published <= changes


@given(st.lists(differences(), max_size=6), limits())
def test_each_reason_belongs_to_one_difference_and_the_rollover_only_takes_reasons_away(
    several: list[Difference], limit: Limits
) -> None:
    alone = [hold for difference in several for hold in holds([difference], limit, Rollover(), OUTSIDE)]

    together = holds(several, limit, Rollover(), OUTSIDE)

    assert together == alone
    assert len(holds(several, limit, Rollover(), WITHIN)) <= len(together)


@pytest.mark.parametrize(
    ("deleted", "waits"), [(0, False), (4, False), (5, False), (10, False), (11, True), (99, True), (100, True)]
)
def test_the_usual_limits_at_their_edges(deleted: int, waits: bool) -> None:
    difference = Difference("o", "Course", 100, 0, 0, deleted, 100 - deleted)

    assert bool(holds([difference], Limits(max_bytes=None), Rollover(), OUTSIDE)) == waits


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_a_rollover_over_new_year_covers_the_complement_of_its_reverse(day: date) -> None:
    over = Rollover(start="12-15", end="01-15")
    between = Rollover(start="01-16", end="12-14")

    assert over.covers(day) != between.covers(day)
