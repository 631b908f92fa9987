"""Random edits and syncs against a simple model: published is what the last published drop's good rows say."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.catalogue.sync import service

BSN = "123456782"  # passes the eleven-test, belongs to nobody
WORDS = ("module", "vak", "les", "é", "x", BSN, "0", "<b>", "", "=1+1", "n.v.t.")

Row = tuple[str, ...]


@dataclass
class Model:
    """The rows of the drop, and what should be published: key -> name."""

    courses: list[Row] = field(default_factory=list)
    offerings: list[Row] = field(default_factory=list)
    published_courses: dict[str, str] = field(default_factory=dict)
    published_offerings: dict[str, str] = field(default_factory=dict)

    def good_courses(self) -> dict[str, str]:
        good: dict[str, str] = {}
        for key, title, about, *_ in self.courses:
            empty = title.strip() in ("", "n.v.t.")
            if BSN not in title + about and not empty:
                good.setdefault(key, title)
        return good

    def good_offerings(self, courses: dict[str, str]) -> dict[str, str]:
        staged: dict[str, tuple[str, str]] = {}
        for key, title, course, begin, _ in self.offerings:
            bad = BSN in title or title in ("", "n.v.t.") or begin.startswith("31-02")
            if not bad:
                staged.setdefault(key, (title, course))
        return {key: title for key, (title, course) in staged.items() if course in courses}

    def edit(self, chance: random.Random) -> None:
        """Some rows come, go, change, double or break."""
        for _ in range(chance.randint(1, 12)):
            number = chance.randrange(40)
            title = f"{chance.choice(WORDS)}{chance.choice(('', f' {number}'))}".strip()
            course = (f"M{number}", title, chance.choice(("", "", BSN)), "3", "6,0", chance.choice(("O1", "O9")))
            begin = chance.choice(("01-02-2027", "2027-02-01", "31-02-2027"))
            offering = (f"A{number}", title, f"M{chance.randrange(40)}", begin, "12-04-2027")
            for rows, row in ((self.courses, course), (self.offerings, offering)):
                what = chance.random()
                if what < 0.45 or not rows:
                    rows.insert(chance.randint(0, len(rows)), row)
                elif what < 0.75:
                    rows[chance.randrange(len(rows))] = row
                elif len(rows) > 3:
                    rows.pop(chance.randrange(len(rows)))


async def published(gateway: Any, resource: str) -> dict[str, str]:
    rows = await gateway.rows(
        "SELECT source_key, convert_from(body, 'UTF8')::jsonb -> 'name' -> 0 ->> 'value' AS name"
        " FROM catalogue_resources JOIN catalogue_bodies USING (id) WHERE resource = :resource",
        resource=resource,
    )
    return {row.source_key: row.name for row in rows}


async def replayed(gateway: Any) -> set[str]:
    present: set[str] = set()
    for row in await gateway.rows("SELECT kind, subject FROM changes ORDER BY id"):
        assert (row.subject in present) == (row.kind != "created"), row
        if row.kind == "deleted":
            present.remove(row.subject)
        else:
            present.add(row.subject)
    return present


@pytest.mark.parametrize("seed", range(5))
async def test_edits_and_syncs_always_leave_what_the_last_published_drop_says(
    gateway: Any, school: Any, seed: int
) -> None:
    chance = random.Random(seed)
    model = Model([(f"M{n}", f"Module {n}", "", "3", "6,0", "O1") for n in range(20)], [])
    seen = set()
    for _ in range(10):
        model.edit(chance)
        school.courses(model.courses)
        school.offerings(model.offerings)
        broken = chance.random() < 0.2 and bool(model.published_courses)
        if broken:
            (school.drop / "modules.csv").write_text("code;titel\r\nM1;x\r\n")

        result = await gateway.sync(dry_run=chance.random() < 0.1)
        seen.add(result.state)
        if result.state == "held":
            decide = chance.choice([service.approve, service.reject, None])
            if decide is not None:
                result = await decide(gateway.deps, result.run, by="iemand", reason="gekozen")

        if result.state in ("published", "unchanged"):
            if not broken:
                model.published_courses = model.good_courses()
            if model.offerings:
                model.published_offerings = model.good_offerings(model.published_courses)
        assert await published(gateway, "Course") == model.published_courses
        assert await published(gateway, "CourseOffering") == model.published_offerings
        subjects = await gateway.rows("SELECT resource || '/' || id AS subject FROM catalogue_resources")
        assert await replayed(gateway) == {row.subject for row in subjects}
        staged = await gateway.rows("SELECT DISTINCT run FROM staged_resources")
        waiting = await gateway.rows("SELECT id FROM sync_runs WHERE state = 'held'")
        assert [row.run for row in staged] == [row.id for row in waiting]
    assert "published" in seen
