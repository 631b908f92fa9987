"""preview --explain: every property with its expression, value, columns and findings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from adapters.mapping import Mapper, explain

TOML = """
stream = "modules"
resource = "Course"
key = "code"
where = "status == 'A'"
[fields]
name = "language(titel)"
duration = "duration(weken, 'W')"
[fields.studyLoad]
studyLoadUnit = "'sbu'"
value = "decimal(sbu)"
[links]
offerings = "references('CourseOffering', aanbod, ',')"
"""


def test_every_expression_and_everything_filled_in(mapper: Callable[..., Mapper], record: Any) -> None:
    explained = explain(mapper(TOML), record(code="C1", status="A", titel="Zorg", weken="tien", sbu="6,5", aanbod="O1"))
    found = {each.property: each for each in explained}
    assert list(found) == [
        "where", "key", "name", "duration", "studyLoad.studyLoadUnit", "studyLoad.value", "links.offerings",
        "courseId", "primaryCode", "abbreviation", "description", "teachingLanguage", "level",
    ]  # fmt: skip
    assert (found["where"].value, found["key"].value) == (True, "C1")
    assert (found["studyLoad.value"].expression, found["studyLoad.value"].value) == ("decimal(sbu)", 6.5)
    assert found["duration"].columns == ("weken",)
    assert [finding.code for finding in found["duration"].findings] == ["MAP002"]
    assert [finding.code for finding in found["level"].findings] == ["REQ002"]
    assert (found["level"].expression, found["level"].value) == ("", "undefined")


def test_a_row_that_is_skipped_is_explained_too(mapper: Callable[..., Mapper], record: Any) -> None:
    explained = explain(mapper(TOML), record(code="C1", status="B", titel="Zorg"))
    assert (explained[0].property, explained[0].value) == ("where", False)


def test_findings_of_the_standard_stand_with_their_property(
    mapper: Callable[..., Mapper], record: Any, course: str
) -> None:
    explained = explain(mapper(course + 'link = "adres"'), record(adres="geen link"))
    found = {each.property: each for each in explained}
    assert len(found) == len(explained)
    assert [finding.code for finding in found["link"].findings] == ["VAL001"]
    assert found["link"].value == "geen link"
    assert [finding.code for finding in found["name"].findings] == ["REQ001"]
    assert [finding.code for finding in found["description"].findings] == ["REQ001"]
