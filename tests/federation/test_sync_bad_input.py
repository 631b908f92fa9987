"""Files as schools really deliver them: wrong, doubled, cut off. What of it is published, what is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest

from gateway.errors import ConfigurationRefused

HEADER = ("code", "titel", "omschrijving", "niveau", "sbu", "organisatie")


# -- tables that are not what they should be ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("header", "code"),
    [
        (("code", "naam", "omschrijving", "niveau", "sbu", "organisatie"), "source-columns-missing"),
        (("titel", "titel", "omschrijving", "niveau", "sbu", "organisatie"), "source-malformed"),
        (("code", "titel", "titel", "niveau", "sbu", "organisatie"), "source-malformed"),
        (("Titel", "code", "omschrijving", "niveau", "sbu", "organisatie"), "source-columns-missing"),
        (("", "", "", "", "", ""), "source-malformed"),
    ],
    ids=["missing", "key doubled away", "doubled", "other case", "no names"],
)
async def test_wrong_columns_stop_the_stream_and_leave_what_is_published(
    gateway: Any, school: Any, header: Sequence[str], code: str
) -> None:
    await gateway.sync()
    school.write("modules", header, school.some_courses(20, "Anders"))

    result = await gateway.sync()

    assert gateway.failed(result) == [("modules", code)]
    assert (await gateway.body("Course", "M3"))["name"][0]["value"] == "Module 3"
    assert len(await gateway.published("CourseOffering")) == 20


async def test_columns_in_another_order_with_extra_ones_are_the_same_table(gateway: Any, school: Any) -> None:
    await gateway.sync()
    rows = [[*reversed(row), "los"] for row in school.some_courses(20)]
    school.write("modules", (*reversed(HEADER), "opmerking"), rows)

    assert (await gateway.sync()).state == "unchanged"


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig", "cp500"])
async def test_another_encoding_is_read_right_or_refused_never_garbled(
    gateway: Any, school: Any, encoding: str
) -> None:
    rows = school.some_courses(20, "Patiënt voorlichten: één café")
    text = "\r\n".join(";".join(row) for row in [HEADER, *rows]) + "\r\n"
    (school.drop / "modules.csv").write_bytes(text.encode(encoding))
    school.deliver()

    result = await gateway.sync()

    if encoding == "utf-8-sig":
        assert (await gateway.body("Course", "M3"))["name"][0]["value"] == "Patiënt voorlichten: één café 3"
    else:
        assert [stream for stream, _ in gateway.failed(result)] == ["modules"]
        assert await gateway.published("Course") == []
        assert await gateway.published("CourseOffering") == []  # their courses are nowhere


async def test_rows_with_too_few_or_many_cells_and_a_lost_line_break_are_said(gateway: Any, school: Any) -> None:
    lines = [";".join(HEADER), *(";".join(row) for row in school.some_courses(20))]
    lines[3] = "M2;Module 2"  # cut off
    lines[4] = lines[4] + ";te;veel"
    lines[5:7] = [lines[5] + lines[6]]
    (school.drop / "modules.csv").write_text("\r\n".join(lines) + "\r\n")
    school.deliver()

    result = await gateway.sync()

    assert gateway.codes(result)["ROW001"] == 3
    assert gateway.codes(result)["REF001"] == 4  # the offerings of the four courses
    assert len(await gateway.published("Course")) == 16
    assert result.counts["refused"] == 7


async def test_values_that_a_spreadsheet_damaged_are_said_and_never_guessed(gateway: Any, school: Any) -> None:
    school.organizations([("O1", "5LX", "ROC A", ""), ("O2", "99AA", "Locatie", "O1")])
    rows = [list(row) for row in school.some_courses(20)]
    rows[1][4], rows[2][4], rows[3][4], rows[4][4], rows[5][4] = "6,0", "1.600", "2,4E+02", "#DEEL/0!", "#N/B"
    school.courses(rows)
    offerings = [[f"A{n}", f"Aanbod {n}", f"M{n}", "01-02-2027", "12-04-2027"] for n in range(20)]
    offerings[0][3], offerings[1][3], offerings[2][3] = "31-02-2026", "29-02-2027", "46054"
    offerings[3][4] = "00-00-0000"
    school.offerings(offerings)

    result = await gateway.sync()

    assert gateway.codes(result)["MAP005"] == 1
    assert (await gateway.body("Organization", "O1"))["primaryCode"] != {"codeType": "brin", "code": "05LX"}
    assert "5LX" not in str(await gateway.body("Organization", "O1"))
    assert (await gateway.body("Course", "M1"))["studyLoad"]["value"] == 6
    assert (await gateway.body("Course", "M2"))["studyLoad"]["value"] == 1600
    assert gateway.codes(result)["MAP001"] == 3
    published = await gateway.published("CourseOffering")
    assert {"A0", "A1"}.isdisjoint(published)
    assert (await gateway.body("CourseOffering", "A2"))["startDate"] == "2026-02-01"
    assert "A3" not in published


async def test_a_crebo_that_lost_its_zero_never_reaches_a_body(gateway: Any, school: Any) -> None:
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text().replace("code('identifier', code)", "code('crohoCreboCode', code)"))
    await gateway.apply()
    rows = [
        ("2548", "Kort", "", "3", "1", "O1"),
        ("25480", "Goed", "", "3", "1", "O1"),
        ("25480.0", "Los", "", "3", "1", "O1"),
    ]
    school.courses(rows)
    school.offerings([("A1", "Aanbod", "25480", "01-02-2027", "12-04-2027")])

    result = await gateway.sync()

    assert gateway.codes(result)["MAP005"] >= 1
    facets = await gateway.rows("SELECT source_key, facets FROM catalogue_resources WHERE resource = 'Course'")
    found = {row.source_key: row.facets.get("crohoCreboCode", []) for row in facets}
    assert found["25480"] == ["25480"]
    assert all(len(code) == 5 for codes_ in found.values() for code in codes_)


async def test_the_first_of_doubled_keys_counts_also_when_they_stand_far_apart(gateway: Any, school: Any) -> None:
    rows = school.some_courses(2500)
    school.courses([*rows, *[(key, "Dubbel", *rest) for key, _, *rest in rows[:50]]])

    result = await gateway.sync()

    assert gateway.codes(result)["ROW003"] == 50
    assert (await gateway.body("Course", "M0"))["name"][0]["value"] == "Module 0"
    assert len(await gateway.published("Course")) == 2500


async def test_blanks_and_case_around_keys_never_make_two_of_one(gateway: Any, school: Any) -> None:
    school.courses(
        [("M1", "Een", "", "3", "1", "O1"), (" M1 ", "Twee", "", "3", "1", "O1"), ("m1", "Drie", "", "3", "1", "O1")]
    )
    school.offerings([("A1", "Aanbod", " M1", "01-02-2027", "12-04-2027")])

    result = await gateway.sync()

    assert gateway.codes(result)["ROW003"] == 1
    assert await gateway.published("Course") == ["M1", "m1"]  # keys of systems differ by case
    assert await gateway.published("CourseOffering") == ["A1"]


# -- references ----------------------------------------------------------------------------------------------------
async def test_everything_refers_to_nothing(gateway: Any, school: Any) -> None:
    school.organizations([("O1", "99AA", "ROC", "O404")])
    school.courses([(*row[:5], f"O{number}404") for number, row in enumerate(school.some_courses(600))])
    school.offerings([(f"A{n}", f"Aanbod {n}", f"X{n}", "01-02-2027", "12-04-2027") for n in range(1200)])

    result = await gateway.sync()

    assert gateway.codes(result)["REF001"] == 1200
    assert gateway.codes(result)["REF002"] == 601
    assert await gateway.published("CourseOffering") == []
    bodies = await gateway.rows("SELECT convert_from(body, 'UTF8') AS body FROM catalogue_bodies")
    assert not any('"organization"' in row.body or '"parent"' in row.body for row in bodies)


async def test_circles_of_every_length_are_broken_and_the_rest_of_the_tree_stays(gateway: Any, school: Any) -> None:
    alone = [("E0", "", "Alleen", "E0")]
    long = [(f"L{n}", "", f"Lang {n}", f"L{(n + 1) % 1500}") for n in range(1500)]
    deep = [(f"D{n}", "", f"Diep {n}", f"D{n - 1}" if n else "O1") for n in range(1500)]
    hanging = [("H0", "", "Hangt aan de kring", "L7")]
    school.organizations([("O1", "99AA", "ROC", ""), *alone, *long, *deep, *hanging])

    result = await gateway.sync()

    assert gateway.codes(result)["REF003"] == 1501
    rows = await gateway.rows("SELECT source_key, refs FROM catalogue_resources WHERE resource = 'Organization'")
    with_parent = {row.source_key for row in rows if "parent" in row.refs}
    assert with_parent == {f"D{n}" for n in range(1500)} | {"H0"}


async def test_a_course_may_not_be_gone_while_its_offering_is_kept_by_a_failed_stream(
    gateway: Any, school: Any
) -> None:
    await gateway.sync()
    school.courses(school.some_courses(19))
    (school.drop / "aanbod.csv").unlink()

    await gateway.sync()

    present = {row.id for row in await gateway.rows("SELECT id FROM catalogue_resources")}
    offerings = await gateway.rows("SELECT refs FROM catalogue_resources WHERE resource = 'CourseOffering'")
    assert [row.refs for row in offerings if UUID(row.refs["course"][0]) not in present] == []


# -- configuration ---------------------------------------------------------------------------------------------------
async def test_a_renamed_stream_that_a_mapping_still_names_is_refused_at_once(gateway: Any, school: Any) -> None:
    await gateway.sync()
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace("streams.modules]", "streams.vakken]"))

    with pytest.raises(ConfigurationRefused):
        await gateway.apply()

    assert (await gateway.sync()).state == "unchanged"


async def test_a_stream_renamed_everywhere_keeps_its_ids_and_resources(gateway: Any, school: Any) -> None:
    await gateway.sync()
    before = await gateway.rows("SELECT resource, source_key, id FROM catalogue_resources ORDER BY 1, 2")
    file = school.folder / "members" / "roc-a.toml"
    file.write_text(file.read_text().replace("streams.modules]", "streams.vakken]"))
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    mapping.write_text(mapping.read_text().replace('stream = "modules"', 'stream = "vakken"'))
    await gateway.apply()

    result = await gateway.sync()

    assert result.state == "published"
    assert result.counts["deleted"] == 0
    assert await gateway.rows("SELECT resource, source_key, id FROM catalogue_resources ORDER BY 1, 2") == before


async def test_a_stream_that_failed_at_first_works_the_next_time(gateway: Any, school: Any) -> None:
    good = (school.drop / "modules.csv").read_bytes()
    (school.drop / "modules.csv").write_bytes(good[: len(good) // 2].rsplit(b"\n", 1)[0] + b'\n"M99;open')

    first = await gateway.sync()
    (school.drop / "modules.csv").write_bytes(good)
    school.deliver()
    second = await gateway.sync()

    assert gateway.failed(first) == [("modules", "source-malformed")]
    assert second.failures == ()
    assert len(await gateway.published("Course")) == 20
    assert len(await gateway.published("CourseOffering")) == 20


async def test_the_level_of_a_course_comes_from_its_specification_in_whatever_order_streams_are_named(
    gateway: Any, school: Any
) -> None:
    file = school.folder / "members" / "roc-a.toml"
    text = file.read_text().replace('"courses.toml"', '"specificaties.toml", "courses.toml"')
    stream = '[sources.settings.streams.specificaties]\nfile = "specificaties.csv"\nkey = ["crebo"]\n'
    file.write_text(text + stream)
    (school.folder / "members" / "roc-a" / "specificaties.toml").write_text(
        'stream = "specificaties"\nresource = "EducationSpecification"\n[fields]\n'
        'primaryCode = "code(\'crohoCreboCode\', crebo)"\nname = "language(naam)"\n'
        'educationSpecificationType = "\'program\'"\nlevel = "text(niveau)"\n'
    )
    mapping = school.folder / "members" / "roc-a" / "courses.toml"
    reference = "educationSpecification = \"reference('EducationSpecification', sbu)\""
    mapping.write_text(mapping.read_text().replace("level = \"lookup('niveau', niveau)\"", reference))
    school.courses([(f"M{n}", f"Module {n}", "", "", "25480", "O1") for n in range(20)])
    school.write(
        "specificaties", ("crebo", "naam", "niveau"), [("25480", "Verpleegkunde", "secondary vocational education 4")]
    )
    await gateway.apply()

    await gateway.sync()
    first = await gateway.body("Course", "M3")
    (school.drop / "specificaties.csv").unlink()
    await gateway.sync()

    assert first["level"] == "secondary vocational education 4"
    assert await gateway.body("Course", "M3") == first
