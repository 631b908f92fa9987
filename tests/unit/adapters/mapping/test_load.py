"""A mapping file is checked as a whole: every fault, with its line, in both languages."""

from __future__ import annotations

import pytest

from adapters.errors import ConfigurationInvalid
from adapters.mapping import MappingInvalid, load_mapping
from adapters.mapping.definition import Constant

HEAD = 'stream = "s"\nresource = "Course"\n'


def faults_of(toml: str) -> list[tuple[int, str, str]]:
    with pytest.raises(MappingInvalid) as raised:
        load_mapping(toml, name="modules.toml")
    assert all(fault.file == "modules.toml" and fault.text.nl and fault.text.en for fault in raised.value.faults)
    return [(fault.line, fault.key, fault.text.en) for fault in raised.value.faults]


def one_fault(toml: str) -> tuple[int, str, str]:
    faults = faults_of(toml)
    assert len(faults) == 1, faults
    return faults[0]


def test_a_good_file_is_read() -> None:
    mapping = load_mapping(
        HEAD + 'key = "code"\nwhere = "status == \'A\'"\n[fields]\nname = "language(titel, \\"Titel EN\\")"\n'
        "educationSpecification = \"reference('EducationSpecification', crebo)\"\n"
        '[fields.studyLoad]\nstudyLoadUnit = "\'sbu\'"\nvalue = "decimal(belasting)"\n'
        '[[fields.addresses]]\naddressType = "\'teaching\'"\ncity = "plaats"\n'
        "[links]\nofferings = \"references('CourseOffering', aanbod, ',')\"\n"
        '[tables.niveau]\n"3" = "x"\n[defaults]\ndescription = "…"\n[constants]\nteachingLanguage = "nld"\n'
        '[[not_bsn]]\ncolumn = "leerbedrijf"\nreason = "code of SBB"\n',
        name="modules.toml",
    )
    assert (mapping.name, mapping.stream, mapping.resource, mapping.copy) == ("modules.toml", "s", "Course", False)
    assert set(mapping.columns or ()) == {
        "code",
        "status",
        "titel",
        "Titel EN",
        "crebo",
        "belasting",
        "plaats",
        "aanbod",
    }
    assert mapping.defaults == {"description": [{"language": "nl-NL", "value": "…"}]}
    assert mapping.fields["teachingLanguage"] == Constant("nld")
    assert mapping.tables == {"niveau": {"3": "x"}}
    assert mapping.not_bsn == {"leerbedrijf": "code of SBB"}


def test_a_copied_resource_needs_all_columns_and_no_fields() -> None:
    assert load_mapping(HEAD + "copy = true\n", name="x").columns is None
    assert load_mapping(HEAD + '[fields.ext]\nall = "@"\n', name="x").columns is None


def test_all_faults_of_a_file_come_at_once() -> None:
    faults = faults_of(
        'stream = "s"\n'
        'resource = "Course"\n'
        "colour = 1\n"
        'where = "status =="\n'
        "[fields]\n"
        'nam = "titel"\n'
        'name = "languag(titel)"\n'
        "level = \"lookup('niveua', niveau)\"\n"
        'duration = "duration(duur)"\n'
        'link = "bsn"\n'
        "[tables.niveau]\n"
        '"3" = "x"\n'
        "[defaults]\n"
        'level = "three"\n'
        "[[not_bsn]]\n"
        'column = "x"\n'
    )
    assert [(line, key) for line, key, _ in faults] == [
        (3, "colour"),
        (4, "where"),
        (6, "fields.nam"),
        (7, "fields.name"),
        (8, "fields.level"),
        (9, "fields.duration"),
        (10, "fields.link"),
        (14, "defaults.level"),
        (15, "not_bsn.0"),
    ]
    texts = [text for _, _, text in faults]
    assert "Did you mean 'name'?" in texts[2]
    assert "Did you mean 'language'?" in texts[3]
    assert "Did you mean 'niveau'?" in texts[4]
    assert texts[5] == "duration() is given 1 arguments, expected 2."
    assert "bsn" in texts[6]
    assert "secondary vocational education 3" in texts[7]


def test_the_error_is_a_configuration_error_that_lists_its_faults() -> None:
    with pytest.raises(ConfigurationInvalid) as raised:
        load_mapping(HEAD + '[fields]\nnaam = "x"\nx = "y"\n', name="m.toml")
    assert raised.value.text.nl == "De mapping m.toml heeft 2 fouten."
    assert raised.value.diagnostic.startswith("m.toml:4: ")


@pytest.mark.parametrize(
    ("toml", "line", "key", "words"),
    [
        ("stream = ", 1, "", "not valid TOML"),
        ('stream = "s"\nresource = "Course\n', 2, "", "not valid TOML"),
        ('resource = "Course"\n[fields]\nname="a"\n', 1, "stream", "missing"),
        ('stream = "s"\n[fields]\nname="a"\n', 1, "resource", "missing"),
        ('stream = "s"\nresource = "course"\n[fields]\nname="a"\n', 2, "resource", "Did you mean 'Course'?"),
        ('stream = 1\nresource = "Course"\n[fields]\nname="a"\n', 1, "stream", "must be a text"),
        (HEAD, 1, "fields", "missing"),
        (HEAD + 'copy = "yes"\n[fields]\n', 3, "copy", "true or false"),
        (HEAD + "fields = 3\n", 3, "fields", "a table"),
        (HEAD + "[fields]\nname = 3\n", 4, "fields.name", "an expression"),
        (HEAD + "[fields]\nfirstStartDate = 2026-08-31\n", 4, "fields.firstStartDate", "an expression"),
        (HEAD + "[fields]\nstudyLoad = {}\n", 4, "fields.studyLoad", "a table with properties"),
        (HEAD + '[fields.studyLoad]\nvalue = "decimal("\n', 4, "fields.studyLoad.value", "expression is wrong"),
        (HEAD + '[fields]\naddresses = [{ city = "a.b.." }]\n', 4, "fields.addresses.0.city", "expression is wrong"),
        (HEAD + '[fields]\nname = ""\n', 4, "fields.name", "expression is wrong"),
        (HEAD + "[fields]\nname = \"a ? b\"\n", 4, "fields.name", "character 3"),
        (HEAD + f'[fields]\nname = "{"a." * 2500}a"\n', 4, "fields.name", "longer than 4000"),
        (HEAD + f'[fields]\nname = "{"(" * 1900}a{")" * 1900}"\n', 4, "fields.name", "nested too deeply"),
        (HEAD + '[fields]\ncourseId = "a"\n', 4, "fields.courseId", "follows from the key"),
        ('stream="s"\nresource="CourseOffering"\n[fields]\nofferingType="a"\n', 4, "fields.offeringType", "always"),
        (HEAD + "[fields]\nname = \"reference('course', a)\"\n", 4, "fields.name", "Did you mean 'Course'?"),
        (HEAD + "[fields]\nname = \"reference(a, b)\"\n", 4, "fields.name", "name of a resource first"),
        (HEAD + "[fields]\nname = \"lookup(a, b)\"\n", 4, "fields.name", "name of a table first"),
        (HEAD + "[fields]\nprimaryCode = \"code('crebo', a)\"\n", 4, "fields.primaryCode", "codeType"),
        (HEAD + "[fields]\nlink = \"date(a, 'dd-mm-yyyy')\"\n", 4, "fields.link", "'%d-%m-%Y'"),
        (HEAD + "[fields]\nlink = \"duration(a, 'months')\"\n", 4, "fields.link", "'Y', 'M', 'W' or 'D'"),
        (HEAD + '[fields]\nlink = "sum(a, b)"\n', 4, "fields.link", "sum() is given 2 arguments, expected 1."),
        (HEAD + '[fields]\nlink = "merge()"\n', 4, "fields.link", "expected 1+."),
        (HEAD + '[fields]\nlink = "a.Burgerservicenummer"\n', 4, "fields.link", "may not be read"),
        (HEAD + "[fields]\nlevel = \"`\\\"hoog\\\"`\"\n", 4, "fields.level", "not allowed for level"),
        (HEAD + "[fields]\nlevel = \"'hoog'\"\n", 4, "fields.level", "not allowed for level"),
        (HEAD + '[fields]\nname="a"\n[links]\nofferings = 3\n', 6, "links.offerings", "an expression"),
        (HEAD + '[fields]\nname="a"\n[tables]\nx = 3\n', 6, "tables.x", "a table"),
        (HEAD + '[fields]\nname="a"\n[tables.x]\n"3" = 2026-08-31\n', 6, "tables.x.3", "a text, number or list"),
        (HEAD + '[fields]\nname="a"\n[defaults]\nlevel = 3\n', 6, "defaults.level", "not allowed"),
        (HEAD + '[fields]\nname="a"\n[defaults]\nlevl = 3\n', 6, "defaults.levl", "Did you mean 'level'?"),
        (HEAD + '[fields]\nlevel="a"\n[constants]\nlevel = "bachelor"\n', 6, "constants.level", "[constants]"),
        (HEAD + 'not_bsn = "x"\n[fields]\nname="a"\n', 3, "not_bsn", "[[not_bsn]]"),
        (HEAD + 'not_bsn = ["x"]\n[fields]\nname="a"\n', 3, "not_bsn.0", "[[not_bsn]]"),
        (HEAD + '[fields]\nname="a"\n[[not_bsn]]\ncolumn="x"\nreason=""\n', 7, "not_bsn.0.reason", "a text"),
        (HEAD + '[fields]\nname="a"\n[[not_bsn]]\ncolumn="x"\nreason="y"\nx=1\n', 8, "not_bsn.0.x", "does not belong"),
    ],
)  # fmt: skip
def test_one_fault_and_its_line(toml: str, line: int, key: str, words: str) -> None:
    found_line, found_key, text = one_fault(toml)
    assert (found_line, found_key) == (line, key)
    assert words in text


def test_personal_streams_may_read_less() -> None:
    head = 'stream = "s"\nresource = "Person"\n[fields]\n'
    assert [
        key for _, key, _ in faults_of(head + 'mail = "email_adres"\ncityOfBirth = "woonplaats"\noffice = "geslacht"\n')
    ] == [
        "fields.cityOfBirth",
        "fields.office",
    ]
    assert load_mapping(HEAD + '[fields]\nname = "postcode"\n', name="x").columns == frozenset({"postcode"})


def test_a_default_that_toml_knows_as_a_date_is_a_text() -> None:
    mapping = load_mapping(HEAD + '[fields]\nname="a"\n[defaults]\nfirstStartDate = 2026-08-31\n', name="x")
    assert mapping.defaults == {"firstStartDate": "2026-08-31"}


def test_tables_nested_without_end_are_one_fault() -> None:
    deep = ".".join("a" * 3000)
    assert one_fault(HEAD + f'[fields]\nname = "x"\next.{deep} = "y"\n')[2].endswith("nested too deeply.")


@pytest.mark.parametrize("toml", ["", "x", "\0", "[fields", "[[fields]]\n", "fields = []\n", "= 1"])
def test_what_is_no_mapping_at_all_is_refused(toml: str) -> None:
    assert faults_of(toml)
