"""Reading a folder of configuration: every kind of fault is named with its file and line, all at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.errors import ConfigurationRefused

# ``Folder`` of conftest.py; tests import nothing of each other.
Folder = Any

FEDERATION, MEMBER, MAPPING = "federation.toml", "members/roc-a.toml", "members/roc-a/courses.toml"


def test_a_right_folder_becomes_one_document(folder: Folder) -> None:
    document = folder.check()

    assert document.federation.id == "proef"
    assert [member.id for member in document.members] == ["roc-a"]
    assert document.mappings == {"roc-a": {"courses.toml": (folder.root / MAPPING).read_text()}}
    assert Path(document.base) == folder.root
    assert document.member("roc-a") is document.members[0]
    assert document.member("roc-b") is None


def test_a_folder_that_is_not_there(folder: Folder, tmp_path: Path) -> None:
    folder.root = tmp_path / "nowhere"
    assert [(fault.file, fault.line, fault.text.en) for fault in folder.faults()] == [
        ("federation.toml", 1, "This file is missing."),
        ("members", 1, "There is no member at all."),
    ]


def test_without_federation_toml(folder: Folder) -> None:
    folder.remove(FEDERATION)
    assert folder.fault() == (FEDERATION, 1, "This file is missing.")


def test_without_members(folder: Folder) -> None:
    folder.remove(MEMBER)
    assert folder.fault() == ("members", 1, "There is no member at all.")


# -- files that cannot be read ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("addition", "line", "text"),
    [
        ("naam = roc\n", 5, "Not valid TOML: Invalid value (at line 5, column 8)"),
        ("[rollover", 5, "Not valid TOML: Expected ']' at the end of a table declaration (at end of document)"),
        ('id = "twice"\n', 5, "Not valid TOML: Cannot overwrite a value (at line 5, column 13)"),
        ("\0", 5, "Not valid TOML: Invalid statement (at line 5, column 1)"),
        ("x = " + "[" * 50_000, 1, "Lists or tables are nested too deeply."),
    ],
)
def test_text_that_is_no_toml(folder: Folder, addition: str, line: int, text: str) -> None:
    folder.write(FEDERATION, (folder.root / FEDERATION).read_text() + addition)
    assert folder.fault() == (FEDERATION, line, text)


def test_a_number_of_thousands_of_digits_is_a_fault(folder: Folder) -> None:
    folder.write(FEDERATION, (folder.root / FEDERATION).read_text() + "x = " + "1" * 5000)
    file, line, text = folder.fault()
    assert (file, line) == (FEDERATION, 5)
    assert text.startswith("Not valid TOML: Exceeds the limit")


@pytest.mark.parametrize("file", [FEDERATION, MEMBER, MAPPING])
def test_a_file_in_another_encoding(folder: Folder, file: str) -> None:
    folder.write(file, "# Café\n".encode("cp1252") + (folder.root / file).read_bytes())
    assert folder.fault() == (file, 1, "The file is not UTF-8.")


@pytest.mark.parametrize("file", [FEDERATION, MEMBER, MAPPING])
def test_a_file_of_more_than_a_megabyte(folder: Folder, file: str) -> None:
    right = (folder.root / file).read_bytes()
    folder.write(file, right + b"#" * ((1 << 20) - len(right)))
    folder.check()
    folder.write(file, right + b"#" * ((1 << 20) - len(right) + 1))
    assert folder.fault() == (file, 1, "The file is larger than 1 MB.")


def test_a_folder_where_a_file_belongs(folder: Folder) -> None:
    folder.remove(MEMBER)
    (folder.root / MEMBER).mkdir()
    assert folder.fault() == (MEMBER, 1, "Cannot be read: Is a directory")


@pytest.mark.skipif(os.geteuid() == 0, reason="needs an ordinary user: root reads everything")
def test_a_file_without_the_right_to_read(folder: Folder) -> None:
    (folder.root / MAPPING).chmod(0)
    assert folder.fault() == (MAPPING, 1, "Cannot be read: Permission denied")


# -- keys and values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "text"),
    [
        (FEDERATION, 'id = "proef"\n', "", 1, "id: is missing."),
        (FEDERATION, '"Trial"', "3", 2, "name.en: must be a text."),
        (FEDERATION, ', en = "Trial"', "", 2, "name.en: is missing."),
        (FEDERATION, '"Trial"', '""', 2, "name.en: must have at least 1 character."),
        (
            FEDERATION,
            '"http://127.0.0.1:8000"',
            '"ftp://x"',
            3,
            "public_url: must be an address that starts with https:// or http://.",
        ),
        (FEDERATION, '"beheer@gateway.example"', '"beheer"', 4, "contact_email: does not have the right form: a mail"),
        (FEDERATION, "contact_email", "contact_mail", 4, "contact_mail: is not a known key here."),
        (MEMBER, "99AA", "5LX", 3, "brin: does not have the right form: a BRIN such as 25LX (Excel may have lost a"),
        (MEMBER, "99AA", "٩٩AA", 3, "brin: does not have the right form: a BRIN"),
        (MEMBER, '"00000000000000000001"', "1", 4, "oin: must be a text."),
        (MEMBER, "00000000000000000001", "0001", 4, "oin: does not have the right form: an OIN of 20 digits."),
        (MEMBER, "roc-a.example", "ROC A", 2, "schac_home: does not have the right form: a domain"),
        (MEMBER, "public = true", 'public = "misschien"', 5, "public: must be true or false."),
        (MEMBER, "public = true", 'colour = "green"', 5, "colour: does not have the right form: a colour such as"),
        (MEMBER, "public = true", "openbaar = true", 5, "openbaar: is not a known key here."),
        (MEMBER, 'name = "sis"', 'name = "S I S"', 10, "sources.0.name: does not have the right form: a slug"),
        (MEMBER, 'mappings = ["courses.toml"]', "mappings = []", 12, "sources.0.mappings: must have at least 1."),
        (MEMBER, 'mappings = ["courses.toml"]', 'mappings = "x"', 12, "sources.0.mappings: must be a list."),
    ],
)  # fmt: skip
def test_a_wrong_key_or_value(folder: Folder, file: str, old: str, new: str, line: int, text: str) -> None:
    folder.change(file, old, new)
    found = folder.faults()
    assert any((fault.file, fault.line) == (file, line) and fault.text.en.startswith(text) for fault in found), (
        "\n".join(map(str, found))
    )


@pytest.mark.parametrize(
    ("table", "line", "text"),
    [
        ('start = "13-45"', 6, "rollover.start: is not a day of the year."),
        ('start = "02-30"', 6, "rollover.start: is not a day of the year."),
        ('end = "september"', 6, "rollover.end: does not have the right form: month and day, such as 07-15."),
        ("delete_share = 2", 6, "rollover.delete_share: must be 1.0 or less."),
        ("delete_share = -0.1", 6, "rollover.delete_share: must be 0.0 or more."),
        ("delete_share = nan", 6, "rollover.delete_share: must be a number."),
        ('change_share = "veel"', 6, "rollover.change_share: must be a number."),
    ],
)
def test_a_wrong_rollover(folder: Folder, table: str, line: int, text: str) -> None:
    folder.write(FEDERATION, (folder.root / FEDERATION).read_text() + "[rollover]\n" + table + "\n")
    assert folder.fault() == (FEDERATION, line, text)


@pytest.mark.parametrize(
    ("table", "text"),
    [
        ("[limits]\nleast = 0\n", "limits.least: must be 1 or more."),
        ("[limits]\nmax_bytes = 12\n", "limits.max_bytes: must be 1024 or more."),
        ("[limits]\nleast = 2.5\n", "limits.least: must be a whole number."),
        ("[schedule]\nevery_minutes = 0\n", "schedule.every_minutes: must be 1 or more."),
        ("[schedule]\nevery_minutes = 100000\n", "schedule.every_minutes: must be 10080 or less."),
        ("[limits]\nleest = 3\n", "limits.leest: is not a known key here."),
    ],
)
def test_wrong_limits_and_schedules(folder: Folder, table: str, text: str) -> None:
    folder.change(MEMBER, "[[sources]]\n", table + "[[sources]]\n")
    assert folder.fault() == (MEMBER, 10, text)


def test_the_id_must_be_the_name_of_the_file(folder: Folder) -> None:
    folder.change(MEMBER, 'id = "roc-a"', 'id = "roc-b"')
    faults = folder.faults()
    assert (faults[0].file, faults[0].line) == (MEMBER, 1)
    assert faults[0].text.en == "id 'roc-b' must equal the name of the file."


@pytest.mark.parametrize("attribute", ["schac_home", "brin", "oin"])
def test_two_members_with_the_same_number_or_domain(folder: Folder, attribute: str) -> None:
    other = (folder.root / MEMBER).read_text().split("[[sources]]")[0]
    values = {"schac_home": "roc-b.example", "brin": "99AB", "oin": "2".zfill(20)}
    present = {"schac_home": "roc-a.example", "brin": "99AA", "oin": "1".zfill(20)}
    other = other.replace('"roc-a"', '"roc-b"', 1)
    for name, value in values.items():
        if name != attribute:
            other = other.replace(present[name], value)
    folder.write("members/roc-b.toml", other)

    found = folder.faults()

    line = ["schac_home", "brin", "oin"].index(attribute) + 2
    assert [(fault.file, fault.line) for fault in found] == [(MEMBER, line), ("members/roc-b.toml", line)]
    assert all(
        fault.text.en == f"{attribute} '{present[attribute]}' stands at more than one member." for fault in found
    )


def test_a_doubled_number_is_named_at_the_file_whatever_its_id(folder: Folder) -> None:
    folder.write("members/copy.toml", (folder.root / MEMBER).read_text().split("[[sources]]")[0])
    doubled = {fault.file for fault in folder.faults() if "more than one" in fault.text.en}
    assert doubled == {"members/copy.toml", MEMBER}


# -- sources ------------------------------------------------------------------------------------------------------


def test_a_kind_that_is_not_installed(folder: Folder) -> None:
    folder.change(MEMBER, '"csv_drop"', '"excel"')
    file, line, text = folder.fault()
    assert (file, line) == (MEMBER, 11)
    assert text.startswith("There is no kind 'excel'. Choose from: ")
    assert "csv_drop" in text


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ('folder = "drop/roc-a"', 'folder = "d"\nfoldr = "x"', 16, "sources.0.settings.foldr: is not a known key"),
        (
            'file = "modules.csv"\n',
            "",
            14,
            "sources.0.settings: stream modules: file is missing",
        ),
        (
            'file = "modules.csv"',
            'file = "../modules.csv"',
            18,
            "sources.0.settings.streams.modules.file: '../modules.csv' is not a plain name",
        ),
        ('key = ["code"]', 'key = ["bsn"]', 17, "sources.0.settings.streams.modules: column 'bsn' may not be read"),
        ('key = ["code"]', "key = []", 19, "sources.0.settings.streams.modules.key: must have at least 1."),
        ('folder = "drop/roc-a"', 'folder = "d"\nencoding = "klingon"', 16, "sources.0.settings.encoding: unknown enc"),
        ('folder = "drop/roc-a"', 'folder = "d"\nmode = "half"', 16, "sources.0.settings.mode: must be one of these: "),
    ],
)  # fmt: skip
def test_a_wrong_setting_of_an_adapter(folder: Folder, old: str, new: str, line: int, text: str) -> None:
    folder.change(MEMBER, old, new)
    file, found, message = folder.fault()
    assert (file, found) == (MEMBER, line)
    assert message.startswith(text)


def test_two_sources_with_one_name(folder: Folder) -> None:
    text = (folder.root / MEMBER).read_text()
    folder.write(MEMBER, text + "\n[[sources]]" + text.split("[[sources]]")[1])
    found = folder.faults()
    assert [(fault.line, fault.text.en) for fault in found] == [
        (10, "Two sources are called 'sis'."),
        (28, "Two sources are called 'sis'."),
    ]


SECRETS = {
    "sql": (
        '[sources.settings]\nurl = "postgresql://lezer:Zwaluw-8812@db.example/sis"\n'
        '[sources.settings.streams.modules]\nview = "v"\nkey = ["code"]\n',
        15,
    ),
    "ooapi": (
        '[sources.settings]\nbase_url = "https://roc.example"\n[sources.settings.auth]\nkind = "basic"\n'
        'username = "lezer"\npassword = "Zwaluw-8812"\n[sources.settings.streams.courses]\n',
        19,
    ),
}


@pytest.mark.parametrize("kind", sorted(SECRETS))
def test_a_secret_in_the_file_is_refused_and_not_repeated(folder: Folder, kind: str) -> None:
    rest, line = SECRETS[kind]
    start = (folder.root / MEMBER).read_text().split("[sources.settings]")[0].replace("csv_drop", kind)
    folder.write(MEMBER, start + rest)

    found = folder.faults()

    assert [(fault.file, fault.line) for fault in found] == [(MEMBER, line)]
    assert "a reference such as env:NAME or file:/path" in found[0].text.en
    assert "een verwijzing zoals env:NAAM of file:/pad" in found[0].text.nl
    assert not any("Zwaluw" in text for text in (str(found[0]), repr(found[0]), found[0].text.nl))


def test_a_password_in_a_database_address_is_not_repeated(folder: Folder) -> None:
    rest = SECRETS["sql"][0].replace("url =", "database =")
    start = (folder.root / MEMBER).read_text().split("[sources.settings]")[0].replace("csv_drop", "sql")
    folder.write(MEMBER, start + rest)
    found = folder.faults()
    assert [fault.line for fault in found] == [14]
    assert "Zwaluw" not in repr(found)


# -- mapping files ------------------------------------------------------------------------------------------------


def test_a_mapping_file_that_is_not_there(folder: Folder) -> None:
    folder.remove(MAPPING)
    assert folder.fault() == (MAPPING, 1, "This file is missing.")


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd", "../roc-b/courses.toml/../../../..", "../../../../../../etc/shadow"]
)
def test_a_mapping_file_outside_the_folder(folder: Folder, name: str) -> None:
    folder.change(MEMBER, "courses.toml", name)
    assert folder.fault() == (f"members/roc-a/{name}", 1, "The file stands outside the folder.")


def test_a_link_that_leads_out_of_the_folder(folder: Folder, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "mapping.toml"
    elsewhere.write_text((folder.root / MAPPING).read_text())
    folder.remove(MAPPING)
    (folder.root / MAPPING).symlink_to(elsewhere)
    assert folder.fault() == (MAPPING, 1, "The file stands outside the folder.")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a\\u0000.toml", "This is no name of a file."),
        (".", "Cannot be read: Is a directory"),
        ("a" * 3000, "Cannot be read: File name too long"),
    ],
)
def test_a_name_that_no_file_can_have(folder: Folder, name: str, text: str) -> None:
    folder.change(MEMBER, "courses.toml", name)
    assert folder.fault()[1:] == (1, text)


@pytest.mark.parametrize(
    ("old", "new", "line", "text"),
    [
        ('"modules"', '"vakken"', 1, "The source has no stream 'vakken'. It has: deelnames, modules."),
        ('"Course"', '"Cours"', 2, "The standard knows no 'Cours'. Did you mean 'Course'?"),
        ('"language(titel)"', '"text(bsn)"', 5, "Column 'bsn' may not be read (BSN, nationality, address or gender)."),
    ],
)
def test_a_mapping_that_does_not_fit(folder: Folder, old: str, new: str, line: int, text: str) -> None:
    folder.change(MAPPING, old, new)
    assert folder.fault() == (MAPPING, line, text)


def test_a_mapping_that_is_no_toml(folder: Folder) -> None:
    folder.write(MAPPING, 'stream = "modules"\nresource =\n')
    file, line, text = folder.fault()
    assert (file, line) == (MAPPING, 2)
    assert "Invalid value" in text


PERSONAL = """\
stream = "{stream}"
resource = "CourseOfferingAssociation"

[fields]
state = "text(status)"
role = "text({column})"
"""


def test_associations_only_come_from_a_personal_stream(folder: Folder) -> None:
    folder.write(MAPPING, PERSONAL.format(stream="modules", column="rol"))
    assert folder.fault() == (
        MAPPING, 1, "CourseOfferingAssociation is about persons: set personal = true at stream 'modules'."
    )  # fmt: skip
    folder.write(MAPPING, PERSONAL.format(stream="deelnames", column="rol"))
    assert folder.check().member("roc-a") is not None


@pytest.mark.parametrize("column", ["bsn", "BSN_nr", "nationaliteit", "geslacht", "postcode", "straatnaam", "iban"])
def test_a_personal_stream_never_gives_these_columns(folder: Folder, column: str) -> None:
    folder.write(MAPPING, PERSONAL.format(stream="deelnames", column=column))
    file, _, text = folder.fault()
    assert file == MAPPING
    assert text == f"Column '{column}' may not be read (BSN, nationality, address or gender)."


def test_the_template_brings_its_own_mappings(folder: Folder) -> None:
    start = (folder.root / MEMBER).read_text().split("[sources.settings]")[0]
    start = start.replace('"courses.toml"', '"builtin:template"')
    folder.write(MEMBER, start + '[sources.settings]\nworkbook = "catalogus.xlsx"\ntemplate = true\n')
    names = folder.check().mappings["roc-a"]
    assert names
    assert all(name.startswith("template/") for name in names)


# -- all of it ----------------------------------------------------------------------------------------------------


def test_all_faults_of_all_files_at_once(folder: Folder) -> None:
    folder.change(FEDERATION, "contact_email", "contact_mail")
    folder.change(MAPPING, '"Course"', '"Cours"')
    folder.write("members/roc-b.toml", "id = ")
    folder.write("members/roc-c.toml", 'id = "roc-c"\n')

    found = folder.faults()

    assert {fault.file for fault in found} == {FEDERATION, MAPPING, "members/roc-b.toml", "members/roc-c.toml"}
    assert sum(fault.file == "members/roc-c.toml" for fault in found) == 5  # schac_home, brin, oin, name, short_name
    assert sum(fault.file == FEDERATION for fault in found) == 2  # the wrong key, and the one that is missing


def test_a_refusal_counts_and_names_its_faults(folder: Folder) -> None:
    folder.change(FEDERATION, "contact_email", "contact_mail")
    with pytest.raises(ConfigurationRefused) as refused:
        folder.check()
    assert refused.value.explanation.nl == "De configuratie heeft 2 fouten. De vorige blijft gelden."
    assert "federation.toml:4: contact_mail: is not a known key here." in str(refused.value)


def test_faults_are_in_two_languages(folder: Folder) -> None:
    folder.change(MEMBER, "99AA", "5LX")
    folder.change(MEMBER, "public = true", "openbaar = true")
    assert {fault.text.nl for fault in folder.faults()} == {
        "openbaar: is hier geen bekende sleutel.",
        "brin: heeft niet de goede vorm: een BRIN zoals 25LX (Excel kan een nul weggelaten hebben).",
    }


values = st.recursive(
    st.sampled_from(["1", "true", '""', '"x"', "1.5", "nan", "2026-11-23", "[]", "{}", '"\\u0000"', "-1", "[[]]"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: f"[{', '.join(parts)}]"),
        inner.map(lambda one: f"{{ a = {one} }}"),
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from([FEDERATION, MEMBER, MAPPING]), line=st.integers(0, 30), value=values)
def test_whatever_a_value_is_faults_are_named_and_nothing_else_happens(
    folder: Folder, file: str, line: int, value: str
) -> None:
    right = (folder.root / file).read_text()
    lines = right.splitlines()
    number = line % len(lines)
    name, equals, _ = lines[number].partition("=")
    lines[number] = f"{name}= {value}" if equals else lines[number] + value
    folder.write(file, "\n".join(lines))
    try:
        folder.check()
    except ConfigurationRefused as refused:
        for fault in refused.faults:
            named = str(fault).split(":")
            assert (folder.root / named[0]).exists() or named[0].startswith("members/"), fault
            assert 1 <= int(named[1]) <= 40
    finally:
        folder.write(file, right)
