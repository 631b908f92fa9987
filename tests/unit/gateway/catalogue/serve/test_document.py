"""The OpenAPI document says what is served."""

from __future__ import annotations

from gateway.catalogue.serve.document import openapi
from gateway.catalogue.serve.parameters import known_parameters
from gateway.members.schemas import Configuration, Federation, Names
from ooapi_specs.v5 import OPERATIONS

CONFIGURATION = Configuration(
    federation=Federation(
        id="proef",
        name=Names(nl="Proef", en="Trial"),
        public_url="https://gateway.example",
        contact_email="a@b.example",
    ),
    members=(),
    mappings={},
    base="/",
    generation=1,
)
DOCUMENT = openapi(CONFIGURATION, "https://gateway.example/ooapi/v5", merged=True)


def test_only_what_is_served_is_described_as_served() -> None:
    served = {path for path, item in DOCUMENT["paths"].items() if item.get("get", {}).get("x-served")}
    assert served == {operation.path for operation in OPERATIONS if operation.catalogue}
    for path in ("/persons", "/associations/{associationId}", "/groups/{groupId}/persons"):
        assert not DOCUMENT["paths"][path]["get"]["x-served"]
        assert "401" in DOCUMENT["paths"][path]["get"]["responses"]


def test_the_parameters_of_the_document_are_those_that_work() -> None:
    for operation in OPERATIONS:
        if operation.catalogue:
            described = DOCUMENT["paths"][operation.path]["get"].get("parameters", [])
            names = {parameter["name"] for parameter in described if parameter.get("in") == "query"}
            assert names == set(known_parameters(operation)) - ({"consumer"} if operation.identifier else set())


def test_future_offerings_by_default_is_said_where_it_matters() -> None:
    parameters = DOCUMENT["paths"]["/courses/{courseId}/offerings"]["get"]["parameters"]
    since = next(parameter for parameter in parameters if parameter.get("name") == "since")
    assert "only future offerings" in since["description"]


def test_a_sub_collection_declares_that_its_parent_may_be_missing() -> None:
    for path, item in DOCUMENT["paths"].items():
        if "{" in path and item.get("get", {}).get("x-served"):
            assert "404" in item["get"]["responses"], path


def test_every_reference_leads_somewhere() -> None:
    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [found for inner in value.values() for found in references(inner)]
        return [found for inner in value for found in references(inner)] if isinstance(value, list) else []

    for reference in set(references(DOCUMENT)):
        target = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
        assert target


def test_a_member_face_names_its_own_address_and_does_not_change_the_merged_one() -> None:
    url = "https://gateway.example/members/roc-a/ooapi/v5"
    member = openapi(CONFIGURATION, url, merged=False)
    assert member["servers"] == [{"url": url}]
    assert "X-Route" not in member["info"]["description"]
    assert "X-Route" in DOCUMENT["info"]["description"]
    assert DOCUMENT["servers"] == [{"url": "https://gateway.example/ooapi/v5"}]
