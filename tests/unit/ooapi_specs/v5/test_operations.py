"""The table of operations hangs together, and the OpenAPI document is made of it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from ooapi_specs.v5 import ASSOCIATIONS, OFFERINGS, OPERATIONS, RESOURCES, Operation, ParameterKind, resource_of
from ooapi_specs.v5.document import openapi_document
from ooapi_specs.v5.enumerations import EXTENSIBLE, CodeType
from ooapi_specs.v5.testkit import minimal

SERVER = "https://gateway.example/ooapi/v5"


def operation(path: str, method: str = "get") -> Operation:
    (found,) = (each for each in OPERATIONS if (each.path, each.method) == (path, method))
    return found


# -- the table ----------------------------------------------------------------------------------------------------


def test_the_standard_has_52_operations_on_50_paths() -> None:
    assert len(OPERATIONS) == 52
    assert len({each.path for each in OPERATIONS}) == 50
    assert len({each.operation_id for each in OPERATIONS}) == 52


@pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.operation_id)
def test_an_operation_hangs_together(each: Operation) -> None:
    in_path = re.findall(r"{(\w+)}", each.path)
    assert in_path == ([each.path_parameter.name] if each.path_parameter else [])
    assert set(each.item) <= set(RESOURCES)
    if each.path_parameter:
        assert {RESOURCES[name].id_property for name in each.path_parameter.resources} == set(in_path)
    names = [parameter.name for parameter in each.parameters]
    assert len(names) == len(set(names))
    assert each.is_collection == ({"pageSize", "pageNumber", "consumer"} <= set(names))
    assert each.is_collection == bool(each.sort_keys)
    assert each.is_collection == (each.default_sort is not None)
    if each.is_collection:
        assert each.default_sort in each.sort_keys
    references = {found.property for name in each.item for found in RESOURCES[name].references}
    assert set(each.expand) <= references


@pytest.mark.parametrize("each", OPERATIONS, ids=lambda each: each.operation_id)
def test_a_filter_names_a_property_of_what_is_listed(each: Operation) -> None:
    properties = {found for name in each.item for found in RESOURCES[name].properties}
    for parameter in each.parameters:
        # The standard lets one filter programme offerings by modeOfStudy, which only their programme has.
        if parameter.property is not None and (each.path, parameter.name) != (
            "/programs/{programId}/offerings",
            "modeOfStudy",
        ):
            assert parameter.property.partition(".")[0] in properties | {"result"}
        if parameter.kind is ParameterKind.ENUM:
            assert parameter.values


def test_persons_associations_and_writes_are_no_catalogue() -> None:
    outside = {(each.method, each.path) for each in OPERATIONS if not each.catalogue}
    assert outside == {
        ("get", "/persons"),
        ("post", "/persons"),
        ("get", "/persons/me"),
        ("get", "/persons/{personId}"),
        ("get", "/persons/{personId}/associations"),
        ("get", "/persons/{personId}/groups"),
        ("get", "/offerings/{offeringId}/associations"),
        ("get", "/associations/{associationId}"),
        ("patch", "/associations/{associationId}"),
        ("post", "/associations/external/me"),
        ("get", "/groups/{groupId}/persons"),
    }


def test_what_the_standard_spells_differently_is_spelt_so() -> None:
    assert "surName" in operation("/persons").sort_keys
    assert "primarycode" in operation("/organizations/{organizationId}/education-specifications").sort_keys
    assert "primaryCode" in operation("/education-specifications").sort_keys
    assert CodeType.EMAIL_ADDRESS == "emailAdress"
    (kind,) = (p for p in operation("/offerings/{offeringId}/associations").parameters if p.name == "associationType")
    assert kind.values == ("programOffering", "courseOffering", "componentOffering")
    assert 404 not in operation("/courses").errors
    assert 404 in operation("/courses/{courseId}/offerings").errors


# -- the resources ------------------------------------------------------------------------------------------------


def test_references_of_an_offering() -> None:
    found = {
        (each.property, each.resources, each.many, each.subject) for each in RESOURCES["CourseOffering"].references
    }
    assert found == {
        ("academicSession", ("AcademicSession",), False, False),
        ("course", ("Course",), False, True),
        ("programOffering", ("ProgramOffering",), False, False),
        ("organization", ("Organization",), False, False),
    }


def test_references_name_resources_and_lists_are_known() -> None:
    for definition in RESOURCES.values():
        for reference in definition.references:
            assert set(reference.resources) <= set(RESOURCES)
            assert reference.property in definition.properties
        assert {reference.property for reference in definition.references if reference.many} <= {
            "children", "programs", "coordinators", "newsFeeds",
        }  # fmt: skip


def test_where_a_search_looks() -> None:
    assert RESOURCES["Course"].language_properties == ("name", "description")
    assert RESOURCES["Course"].text_properties == ("abbreviation",)
    assert RESOURCES["Group"].text_properties == ()
    assert "mail" in RESOURCES["Person"].text_properties


@pytest.mark.parametrize("resource", RESOURCES)
def test_an_object_of_a_collection_says_what_it_is(resource: str) -> None:
    definition = RESOURCES[resource]
    assert resource_of(definition.collection, minimal(resource)) == resource


@pytest.mark.parametrize("value", [{}, {"offeringType": None}, {"offeringType": "exam"}, {"offeringType": ["course"]}])
def test_an_offering_without_a_type_is_nothing(value: dict[str, Any]) -> None:
    assert resource_of("offerings", value) is None


def test_a_collection_that_the_standard_does_not_have_is_an_error() -> None:
    with pytest.raises(KeyError):
        resource_of("modules", {})


# -- the document -------------------------------------------------------------------------------------------------


def _walk(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _walk(inner)


def _target(document: dict[str, Any], reference: str) -> Any:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document(server_url=SERVER)


def test_every_reference_in_the_document_leads_somewhere(document: dict[str, Any]) -> None:
    references = [node["$ref"] for node in _walk(document) if isinstance(node.get("$ref"), str)]
    assert len(references) > 500
    for reference in references:
        assert _target(document, reference)


def test_every_schema_of_the_document_is_used(document: dict[str, Any]) -> None:
    used = {node["$ref"].rpartition("/")[2] for node in _walk(document) if isinstance(node.get("$ref"), str)}
    assert set(document["components"]["schemas"]) <= used
    assert set(document["components"]["responses"]) <= used


def test_the_document_is_in_the_form_of_openapi_3_0(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.0.3"
    assert document["servers"] == [{"url": SERVER}]
    json.dumps(document, allow_nan=False)
    for schema in document["components"]["schemas"].values():
        for node in _walk(schema):
            assert not {"$defs", "const", "prefixItems", "exclusiveMinimum", "examples"} & node.keys()
            assert node.get("type") != "null"
            assert not isinstance(node.get("type"), list)
            if "$ref" in node and isinstance(node["$ref"], str):
                assert set(node) == {"$ref"}


def test_no_text_of_the_document_points_into_our_code(document: dict[str, Any]) -> None:
    for node in _walk(document):
        if isinstance(node.get("description"), str):
            assert "ooapi.md" not in node["description"]
            assert "§" not in node["description"]


def test_open_vocabularies_stay_open_in_the_document(document: dict[str, Any]) -> None:
    code_type = document["components"]["schemas"]["IdentifierEntry"]["properties"]["codeType"]
    assert "enum" not in code_type
    assert code_type["x-ooapi-extensible-enum"] == [member.value for member in CodeType]
    assert len(EXTENSIBLE) == 3
    assert document["components"]["schemas"]["IdentifierEntry"]["additionalProperties"] is False


def test_mixed_offerings_are_any_of_because_their_schemas_overlap(document: dict[str, Any]) -> None:
    schema = document["paths"]["/offerings/{offeringId}"]["get"]["responses"]["200"]["content"]["application/json"]
    assert {each["$ref"].rpartition("/")[2] for each in schema["schema"]["anyOf"]} == set(OFFERINGS)
    overlapping = [node for node in _walk(document) if sum("$ref" in each for each in node.get("oneOf", ())) > 1]
    assert overlapping == []


def test_errors_are_problems(document: dict[str, Any]) -> None:
    for each in OPERATIONS:
        responses = document["paths"][each.path][each.method]["responses"]
        assert set(responses) == {str(code) for code in (each.success, *each.errors)}
        for code in each.errors:
            content = _target(document, responses[str(code)]["$ref"])["content"]
            assert list(content) == ["application/problem+json"]


def test_a_document_of_fewer_operations_holds_only_what_they_need() -> None:
    chosen = [each for each in OPERATIONS if each.catalogue]
    document = openapi_document(server_url=SERVER, operations=chosen, title="A", contact_email="a@b.example")
    assert document["info"]["title"] == "A"
    assert document["info"]["contact"] == {"email": "a@b.example"}
    assert "securitySchemes" not in document["components"]
    assert not {"AssociationWrite", "CourseOfferingAssociation"} & document["components"]["schemas"].keys()
    assert sum(len(item) for item in document["paths"].values()) == len(chosen) == 41


def test_writes_say_how_to_log_in() -> None:
    document = openapi_document(
        server_url=SERVER,
        operations=[operation("/associations/external/me", "post")],
        openid_configuration_url="https://login.example/.well-known/openid-configuration",
    )
    assert document["components"]["securitySchemes"]["openId"]["openIdConnectUrl"].startswith("https://login.example")
    written = document["paths"]["/associations/external/me"]["post"]
    assert written["security"] == [{"openId": ["associations:external:me.write"]}]
    assert written["requestBody"]["required"] is True
    state = document["components"]["schemas"]["AssociationWrite"]["properties"]["state"]
    assert state["readOnly"] is True


def test_associations_are_the_offerings_with_an_ending() -> None:
    assert ASSOCIATIONS == ("ProgramOfferingAssociation", "CourseOfferingAssociation", "ComponentOfferingAssociation")
