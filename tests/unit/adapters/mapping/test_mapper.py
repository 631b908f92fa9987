"""Rows good and bad: what comes out, what is left out, what refuses a row, and that it is always said."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Record, SourceReference
from adapters.findings import FINDINGS, Severity
from adapters.mapping import NO_ID, Mapped, Mapper, Reference
from adapters.mapping.row import MASKED
from ooapi_specs.identity import derive_id

Mapped1 = Callable[..., Mapped]

OFFERING = """
stream = "aanbod"
resource = "CourseOffering"
where = "status != 'Vervallen'"
[fields]
primaryCode = "code('offeringCode', code)"
name = "language(titel, titel_en)"
teachingLanguage = "lookup('taal', taal)"
startDate = "date(begin)"
endDate = "date(eind)"
maxNumberStudents = "integer(max)"
course = "reference('Course', module)"
resultValueType = "cijfer"
[links]
groups = "references('Group', groepen, ',')"
[tables.taal]
NL = "nld"
"""
PERSON = """
stream = "deelnemers"
resource = "Person"
[fields]
givenName = "voornaam"
surname = "achternaam"
mail = "mail"
dateOfBirth = "date(geboren)"
affiliations = "split(rol, ',')"
"""


def codes(result: Mapped) -> list[tuple[str, str | None]]:
    return [(finding.code, finding.target) for finding in result.findings]


def errors(result: Mapped) -> list[str]:
    return [finding.code for finding in result.findings if finding.severity is Severity.ERROR]


def test_a_row_becomes_a_resource(mapped: Mapped1) -> None:
    result = mapped(
        OFFERING, key="A1", code="A1", titel="Zorg", titel_en="Care", taal="NL", begin="31-08-2026", eind="13-11-2026",
        max="24", module="M1", groepen="G1,G2", status="Open",
    )  # fmt: skip
    course = derive_id("roc-a", "Course", "M1")
    assert result.body is not None
    assert json.loads(result.body) == {
        "offeringId": str(derive_id("roc-a", "CourseOffering", "A1")),
        "primaryCode": {"codeType": "offeringCode", "code": "A1"},
        "offeringType": "course",
        "name": [{"language": "nl-NL", "value": "Zorg"}, {"language": "en-GB", "value": "Care"}],
        "description": [{"language": "nl-NL", "value": "Zorg"}, {"language": "en-GB", "value": "Care"}],
        "teachingLanguage": "nld",
        "maxNumberStudents": 24,
        "resultExpected": False,
        "startDate": "2026-08-31",
        "endDate": "2026-11-13",
        "course": str(course),
    }
    assert json.loads(result.body) == result.value
    assert (result.resource, result.key, result.id) == ("CourseOffering", "A1", UUID(result.value["offeringId"]))
    assert result.references == (Reference("course", "Course", "M1", course, False),)
    assert result.links == tuple(("groups", "Group", key, derive_id("roc-a", "Group", key)) for key in ("G1", "G2"))
    assert result.timeline is None
    assert result.source == SourceReference("modules.csv", 2)
    assert codes(result) == [("REQ002", "description"), ("REQ002", "resultExpected")]


def test_a_finding_names_the_row_the_property_and_the_columns(mapped: Mapped1) -> None:
    result = mapped(OFFERING, key="A1", titel="Zorg", begin="31-02-2026")
    finding = next(found for found in result.findings if found.code == "MAP001")
    assert (finding.stream, finding.resource, finding.key, finding.target, finding.columns) == (
        "aanbod", "CourseOffering", "A1", "startDate", ("begin",),
    )  # fmt: skip
    assert str(finding.source) == "modules.csv:2"
    assert finding.message.nl == "'31-02-2026' is geen datum."


def test_where_skips_a_row(mapper: Callable[..., Mapper], record: Callable[..., Record]) -> None:
    assert mapper(OFFERING).map(record(titel="Zorg", status="Vervallen")) is None


@pytest.mark.parametrize("condition", ["status", "''", "`[]`", "`{}`", "`null`", "`false`", "kolom_die_er_niet_is"])
def test_what_jmespath_calls_false_skips(mapper: Any, record: Any, course: str, condition: str) -> None:
    assert mapper(f'where = "{condition}"\n' + course).map(record(titel="x", status="")) is None


def test_a_condition_that_fails_refuses_the_row(mapped: Mapped1, course: str) -> None:
    result = mapped('where = "aantal > `1` && length(aantal) > `1`"\n' + course, titel="x", aantal=3)
    assert (result.body, result.id, codes(result)) == (None, NO_ID, [("MAP009", "where")])


@pytest.mark.parametrize("key", ["", "   ", "\u00a0"])
def test_a_blank_key_refuses_the_row(mapped: Mapped1, course: str, key: str) -> None:
    assert codes(mapped(course, key=key, titel="x")) == [("ROW002", "key")]
    assert codes(mapped('key = "code"\n' + course, titel="x", code=key)) == [("ROW002", "key")]


@pytest.mark.parametrize("key", [[], {"a": 1}, True, "a\0b", "\ud800"])
def test_a_key_that_cannot_be_one_refuses_the_row(mapped: Mapped1, course: str, key: Any) -> None:
    result = mapped('key = "code"\n' + course, titel="x", code=key)
    assert (result.body, errors(result)) == (None, ["MAP009"])


def test_a_key_by_expression_gives_the_id(mapped: Mapped1, course: str) -> None:
    result = mapped('key = "concat(crebo, leerweg)"\n' + course, titel="x", crebo="25190", leerweg="BOL")
    assert (result.key, result.id) == ("25190BOL", derive_id("roc-a", "Course", "25190BOL"))


def test_a_uuid_of_the_source_stays(mapped: Mapped1, course: str) -> None:
    own = "0a6b6e0c-5a3f-4f2e-9d5c-111111111111"
    result = mapped(course, key=own, titel="x")
    assert str(result.id) == own
    assert "otherCodes" not in result.value


def test_an_id_that_belongs_to_another_is_replaced_and_kept_as_code(mapper: Any, record: Any, course: str) -> None:
    own = "0a6b6e0c-5a3f-4f2e-9d5c-111111111111"
    made = mapper(course, identify=lambda resource, key: derive_id("roc-a", resource, key))
    result = made.map(record(own, titel="x"))
    assert result.id == derive_id("roc-a", "Course", own)
    assert result.value["otherCodes"] == [{"codeType": "systemId", "code": own}]


# -- missing --------------------------------------------------------------------------------------------------------


def test_defaults_are_used_and_said(mapped: Mapped1, course: str) -> None:
    result = mapped(course, titel="Zorg")
    assert result.body is not None
    assert [(finding.target, finding.values["value"]) for finding in result.findings] == [
        ("primaryCode", "M1"),
        ("abbreviation", "M1"),
        ("description", "Zorg"),
        ("teachingLanguage", "nld"),
        ("level", "undefined"),
    ]
    assert {finding.code for finding in result.findings} == {"REQ002"}


def test_a_default_of_the_mapping_goes_before_ours_and_also_fills_optional_properties(
    mapped: Mapped1, course: str
) -> None:
    result = mapped(course + '[defaults]\ndescription = "Volgt nog"\nduration = "P10W"', titel="Zorg")
    assert result.value["description"] == [{"language": "nl-NL", "value": "Volgt nog"}]
    assert result.value["duration"] == "P10W"
    assert ("REQ002", "duration") in codes(result)


def test_a_constant_is_no_default(mapped: Mapped1, course: str) -> None:
    result = mapped(course + '[constants]\nlevel = "secondary vocational education 4"', titel="Zorg")
    assert result.value["level"] == "secondary vocational education 4"
    assert ("REQ002", "level") not in codes(result)


def test_a_required_value_without_default_refuses_the_row(mapped: Mapped1, course: str) -> None:
    result = mapped(course, titel="  ")
    assert result.body is None
    assert result.model is None
    assert ("REQ001", "name") in codes(result)


def test_a_person_without_mail_is_refused(mapped: Mapped1) -> None:
    result = mapped(PERSON, key="100", voornaam="Noor", achternaam="Jansen", rol="student")
    assert (result.body, errors(result)) == (None, ["REQ001"])
    assert ("REQ001", "mail") in codes(result)


def test_a_date_that_cannot_be_read_is_not_replaced_by_an_open_period(mapped: Mapped1) -> None:
    result = mapped(OFFERING, titel="Zorg", begin="31-02-2026")
    assert result.body is None
    assert [code for code, target in codes(result) if target == "startDate"] == ["MAP001", "REQ001"]
    assert ("REQ002", "endDate") in codes(result)


# -- not allowed ------------------------------------------------------------------------------------------------------


def test_an_invalid_optional_value_is_left_out(mapped: Mapped1) -> None:
    result = mapped(OFFERING, titel="Zorg", cijfer="1-5", max="-3")
    assert result.body is not None
    assert "resultValueType" not in result.value
    assert "maxNumberStudents" not in json.loads(result.body)
    assert {code for code in codes(result) if code[0] == "VAL001"} == {
        ("VAL001", "resultValueType"), ("VAL001", "maxNumberStudents"),
    }  # fmt: skip
    finding = next(found for found in result.findings if found.target == "resultValueType")
    assert finding.columns == ("cijfer",)
    assert finding.message.nl.startswith("resultValueType: '1-5' mag niet volgens de standaard (een van: ")
    assert "one of: " in finding.message.en


def test_an_invalid_required_value_refuses_the_row(mapped: Mapped1, course: str) -> None:
    result = mapped(course + 'level = "niveau"', titel="Zorg", niveau="hoog")
    assert (result.body, errors(result)) == (None, ["VAL002"])


def test_a_value_in_other_capitals_is_put_right_and_said(mapped: Mapped1, course: str) -> None:
    result = mapped(course + 'level = "niveau"', titel="Zorg", niveau="Bachelor")
    assert result.value["level"] == "bachelor"
    assert ("VAL003", "level") in codes(result)


@pytest.mark.parametrize(("toml", "code"), [("Course", "VAL002"), ("ComponentOffering", "VAL001")])
def test_a_text_that_is_too_long_is_never_cut(mapped: Mapped1, toml: str, code: str) -> None:
    fields = (
        'name = "language(titel)"\nabbreviation = "kort"\nstartDateTime = "datetime(t)"\nendDateTime = "datetime(t)"'
    )
    if toml == "Course":
        fields = 'name = "language(titel)"\nabbreviation = "kort"'
    result = mapped(f'stream = "s"\nresource = "{toml}"\n[fields]\n{fields}', titel="x", kort="k" * 257, t="2026-08-31")
    assert (code, "abbreviation") in codes(result)
    assert (result.body is None) == (code == "VAL002")


def test_a_required_part_of_an_object_that_is_missing_is_named(mapped: Mapped1) -> None:
    toml = 'stream = "s"\nresource = "Building"\n[fields]\nname = "language(naam)"\n[fields.address]\ncity = "plaats"'
    result = mapped(toml, naam="Hal", plaats="Ede")
    assert ("REQ001", "address.addressType") in codes(result)
    assert result.body is None


# -- shapes -----------------------------------------------------------------------------------------------------------


def test_an_object_without_anything_of_the_row_is_left_out(mapped: Mapped1, course: str) -> None:
    toml = course + '[fields.studyLoad]\nstudyLoadUnit = "\'sbu\'"\nvalue = "decimal(sbu)"'
    assert mapped(toml, titel="x", sbu="1.600").value["studyLoad"] == {"studyLoadUnit": "sbu", "value": 1600}
    assert "studyLoad" not in mapped(toml, titel="x", sbu="").value
    assert "studyLoad" not in mapped(toml, titel="x", sbu="veel").value


def test_elements_of_a_list_without_anything_of_the_row_are_left_out(mapped: Mapped1, course: str) -> None:
    toml = course + "".join(
        f'[[fields.addresses]]\naddressType = "\'teaching\'"\ncity = "plaats{number}"\n' for number in (1, 2)
    )
    assert mapped(toml, titel="x", plaats2="Ede").value["addresses"] == [{"addressType": "teaching", "city": "Ede"}]
    assert "addresses" not in mapped(toml, titel="x").value


def test_nulls_and_blanks_inside_made_objects_are_left_out(mapped: Mapped1, course: str) -> None:
    result = mapped(course + '[fields.ext]\na = "{p: q, r: s, t: [q, s, `null`]}"', titel="x", q="", s="v")
    assert result.value["ext"] == {"a": {"r": "v", "t": ["v"]}}


def test_values_of_two_rows_share_nothing(mapper: Any, record: Any, course: str) -> None:
    made = mapper(course + '[fields.ext]\na = "`{\\"b\\": [1]}`"\n[defaults]\nresources = ["x"]')
    first, second = made.map(record("1", titel="x")), made.map(record("2", titel="x"))
    first.value["ext"]["a"]["b"].append(2)
    first.value["resources"].append("y")
    first.value["name"][0]["value"] = "changed"
    third = made.map(record("1", titel="x"))
    for other in (second, third):
        assert other.value["ext"] == {"a": {"b": [1]}}
        assert other.value["resources"] == ["x"]
        assert other.value["name"] == [{"language": "nl-NL", "value": "x"}]


@pytest.mark.parametrize(
    "text",
    [
        "<b>Zorg</b> & <script>alert(1)</script>", "שלום עולם \u202etfel", "المهنة", "emoji 👩‍⚕️", "a\tb\nc", "=1+1",
        "x" * 100_000, "\\u0000 is only text", "'; DROP TABLE x; --",
    ],
)  # fmt: skip
def test_texts_pass_unharmed(mapped: Mapped1, course: str, text: str) -> None:
    result = mapped(course + 'assessment = "language(toets)"', titel="x", toets=text)
    assert result.body is not None
    assert json.loads(result.body)["assessment"] == [{"language": "nl-NL", "value": text.strip()}]


def test_a_nul_character_refuses_the_row(mapped: Mapped1, course: str) -> None:
    result = mapped(course, titel="Zo\0rg")
    assert (result.body, errors(result)) == (None, ["MAP009"])


def test_half_a_surrogate_pair_refuses_the_row(mapped: Mapped1, course: str) -> None:
    assert mapped(course, titel="Zo\ud800rg").body is None


@pytest.mark.parametrize("depth", [65, 400, 5000])
def test_nesting_without_end_is_a_finding(mapped: Mapped1, course: str, depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = [deep]
    result = mapped(course + '[fields.ext]\na = "diep"', titel="x", diep=deep)
    assert (result.body, errors(result)) == (None, ["MAP009"])


@pytest.mark.parametrize(
    ("expression", "value", "what"),
    [
        ("sum(a)", "x", "sum(): string, expected array-number"),
        ("a < b", 3, "'<' not supported between instances of 'int' and 'str'"),
        ("ceil(a)", float("inf"), "OverflowError"),
        ("date(a)", ["31-08-2026"], "date(): list, expected string"),
    ],
)
def test_an_expression_that_fails_is_a_finding_without_the_value(
    mapped: Mapped1, course: str, expression: str, value: Any, what: str
) -> None:
    result = mapped(course + f'[fields.ext]\nx = "{expression}"', titel="x", a=value, b="y")
    finding = next(found for found in result.findings if found.code == "MAP009")
    assert (finding.target, finding.values["what"]) == ("ext", what)
    assert result.body is None


def test_the_other_properties_of_a_row_are_judged_all_the_same(mapped: Mapped1) -> None:
    result = mapped(OFFERING, titel=["x"], begin="31-02-2026", max="veel", taal="XX")
    assert [code for code, _ in codes(result)][:4] == ["MAP009", "MAP003", "MAP001", "MAP002"]


# -- persons ----------------------------------------------------------------------------------------------------------


def test_findings_about_a_person_show_no_values(mapped: Mapped1) -> None:
    result = mapped(
        PERSON,
        key="100200",
        voornaam="Noor",
        achternaam="J" * 300,
        mail="noor at roc",
        geboren="31-02-2008",
        rol="student",
    )
    assert {code for code, _ in codes(result)} == {"MAP001", "REQ002", "VAL002"}
    said = repr(result.findings) + "".join(finding.message.nl + finding.message.en for finding in result.findings)
    for secret in ("Noor", "JJJ", "noor at roc", "31-02-2008", "100200"):
        assert secret not in said
    assert MASKED in said


def test_a_person_gets_a_display_name(mapped: Mapped1) -> None:
    result = mapped(
        PERSON + 'surnamePrefix = "tussen"', key="100", voornaam="Noor", tussen="de", achternaam="Wit",
        mail="n@roc-a.example", rol="student",
    )  # fmt: skip
    assert result.body is not None
    assert (result.value["displayName"], result.value["activeEnrollment"]) == ("Wit, Noor de", True)


# -- any input ------------------------------------------------------------------------------------------------------

cells = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    data=st.dictionaries(
        st.sampled_from(["code", "titel", "titel_en", "taal", "begin", "eind", "max", "module", "cijfer", "groepen"]),
        cells,
    ),
    key=st.text(max_size=10),
)
def test_whatever_a_row_holds_it_is_a_resource_or_refused_with_a_reason(data: dict[str, Any], key: str) -> None:
    result = MAPPER.map(Record(key, data, SourceReference("x")))
    assert result is not None
    assert (result.body is None) == bool(errors(result))
    if result.body is not None:
        assert json.loads(result.body) == result.value


def _mapper() -> Mapper:
    from datetime import date

    from adapters.mapping import load_mapping

    return Mapper(
        load_mapping(OFFERING, name="x"),
        identify=lambda resource, key: derive_id("roc-a", resource, key),
        today=date(2026, 9, 1),
    )


MAPPER = _mapper()


def test_every_code_of_the_mapping_is_in_the_table() -> None:
    for code in ("MAP001", "MAP002", "MAP003", "MAP004", "MAP005", "MAP006", "MAP009", "VAL001", "VAL002", "VAL003",
                 "REQ001", "REQ002", "PRIV001", "ROW002"):  # fmt: skip
        kind = FINDINGS[code]
        assert kind.message.nl
        assert kind.hint.en


def test_a_text_by_language_goes_when_its_text_goes(mapped: Mapped1, course: str) -> None:
    toml = course + "assessment = \"[{language: 'nl-NL', value: toets}]\""
    assert "assessment" not in mapped(toml, titel="x", toets=" ").value
    assert "assessment" not in mapped(toml, titel="x", toets=3).value
    assert mapped(toml, titel="x", toets="Examen").value["assessment"] == [{"language": "nl-NL", "value": "Examen"}]
