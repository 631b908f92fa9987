"""When a sync waits for a person: too much would be deleted or changed at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from adapters.text import Text
from gateway.members.schemas import Limits, Rollover


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing would do to the resources of one origin. ``published``: how many there are now."""

    origin: str
    resource: str
    published: int
    added: int
    changed: int
    deleted: int
    staged: int

    @property
    def nothing(self) -> bool:
        return not (self.added or self.changed or self.deleted)


@dataclass(frozen=True, slots=True)
class Hold:
    """One reason to wait for a person."""

    origin: str
    resource: str
    text: Text

    def as_dict(self) -> dict[str, str]:
        return {"origin": self.origin, "resource": self.resource, **self.text.as_dict()}


def holds(differences: Iterable[Difference], limits: Limits, rollover: Rollover, today: date) -> list[Hold]:
    """The reasons to hold a sync; none means that it may be published.

    A share counts only when it touches at least ``limits.least`` resources, except that a stream never becomes
    empty unseen. Within the rollover window the wider of both limits holds.
    """
    delete_share, change_share = limits.delete_share, limits.change_share
    if rollover.covers(today):
        delete_share = max(delete_share, rollover.delete_share)
        change_share = max(change_share, rollover.change_share)
    found = []
    for difference in differences:
        reason = _reason(difference, limits.least, delete_share, change_share)
        if reason is not None:
            found.append(Hold(difference.origin, difference.resource, reason))
    return found


def _reason(difference: Difference, least: int, delete_share: float, change_share: float) -> Text | None:
    total, resource = difference.published, difference.resource
    if total == 0:
        return None
    if difference.deleted == total and difference.staged == 0:
        return Text(f"Alle {total} van {resource} zouden verdwijnen.", f"All {total} of {resource} would disappear.")
    if difference.deleted >= least and difference.deleted / total > delete_share:
        return Text(
            f"{difference.deleted} van {total} van {resource} zouden verdwijnen (grens {delete_share:.0%}).",
            f"{difference.deleted} of {total} of {resource} would disappear (limit {delete_share:.0%}).",
        )
    if difference.changed >= least and difference.changed / total > change_share:
        return Text(
            f"{difference.changed} van {total} van {resource} zouden veranderen (grens {change_share:.0%}).",
            f"{difference.changed} of {total} of {resource} would change (limit {change_share:.0%}).",
        )
    return None
