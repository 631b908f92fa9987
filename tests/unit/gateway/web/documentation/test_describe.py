"""From the OpenAPI document to what a page shows."""

from __future__ import annotations

from gateway.catalogue.serve.document import openapi
from gateway.members.schemas import Configuration, Federation, Names
from gateway.web.documentation import texts
from gateway.web.documentation.describe import operations, schemas

CONFIGURATION = Configuration(
    federation=Federation(
        id="proef", name=Names(nl="P", en="T"), public_url="https://gateway.example", contact_email="a@b.example"
    ),
    members=(),
    mappings={},
    base="/",
    generation=1,
)
DOCUMENT = openapi(CONFIGURATION, "https://gateway.example/ooapi/v5", merged=True)
OPERATIONS = {operation.id: operation for operation in operations(DOCUMENT)}
SCHEMAS = schemas(DOCUMENT)


def test_every_operation_has_its_dutch_summary_and_nothing_is_left_over() -> None:
    assert texts.SUMMARIES.keys() == OPERATIONS.keys()
    assert texts.TAGS.keys() >= {operation.tag for operation in OPERATIONS.values()}
    assert texts.REPLIES.keys() >= {reply.status for operation in OPERATIONS.values() for reply in operation.replies}


def test_parameters_without_allowed_values_have_a_dutch_sentence_of_their_own() -> None:
    for operation in OPERATIONS.values():
        for parameter in operation.parameters:
            if parameter.place != "path" and not parameter.kind.allowed and parameter.name != "fieldsOfStudy":
                assert parameter.name in texts.PARAMETERS, (operation.id, parameter.name)


def test_a_collection_shows_its_filters_with_their_values() -> None:
    courses = OPERATIONS["getCourses"]
    assert (courses.method, courses.path, courses.served) == ("GET", "/courses", True)
    parameters = {parameter.name: parameter for parameter in courses.parameters}
    assert parameters["pageSize"].kind.allowed == ("10", "20", "50", "100", "250")
    assert parameters["pageSize"].default == "10"
    assert "secondary vocational education 4" in parameters["level"].kind.allowed
    assert parameters["modeOfDelivery"].kind.many
    assert "-name" in parameters["sort"].kind.allowed
    assert courses.replies[0].page
    assert courses.replies[0].names == ("Course",)
    assert courses.example == "/courses?pageSize=20&q=zorg"


def test_an_offering_is_one_of_three() -> None:
    offering = OPERATIONS["getOfferingsOfferingId"]
    assert set(offering.replies[0].names) == {"ProgramOffering", "CourseOffering", "ComponentOffering"}
    assert not offering.replies[0].page
    assert offering.example == "/offerings/ID"


def test_every_name_that_is_shown_has_a_page() -> None:
    shown = {name for operation in OPERATIONS.values() for reply in operation.replies for name in reply.names}
    for schema in SCHEMAS.values():
        shown.update(schema.bases)
        shown.update(name for item in schema.properties for name in item.kind.names)
        assert set(schema.used_by) <= OPERATIONS.keys()
    assert shown <= SCHEMAS.keys()


def test_an_object_shows_its_properties_with_form_and_values() -> None:
    course = {item.name: item for item in SCHEMAS["Course"].properties}
    assert course["courseId"].required
    assert course["courseId"].kind.form == "uuid"
    assert not course["validFrom"].required
    assert course["name"].kind.names == ("LanguageTypedString",)
    assert course["name"].kind.many
    assert "Organization" in course["organization"].kind.names
    assert course["level"].kind.names or course["level"].kind.allowed
    assert "getCourses" in SCHEMAS["Course"].used_by


def test_an_enumeration_shows_its_values() -> None:
    assert SCHEMAS["ModeOfDelivery"].kind.allowed == (
        "distance-learning", "on campus", "online", "hybrid", "situated",
    )  # fmt: skip
