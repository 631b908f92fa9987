"""The OpenAPI 3.0.3 document of a service that speaks OOAPI v5, made of our models and the table of operations.

The standard publishes no null and closes few objects; its mixed lists are written ``anyOf`` here and not ``oneOf``,
because a valid course offering passes for a programme offering too (ooapi.md §4.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ooapi_specs.v5.association import (
    ComponentOfferingAssociationFull,
    ComponentOfferingAssociationWithOffering,
    CourseOfferingAssociationFull,
    CourseOfferingAssociationWithOffering,
    ProgramOfferingAssociationFull,
    ProgramOfferingAssociationWithOffering,
)
from ooapi_specs.v5.descriptions import PROPERTY_DESCRIPTIONS
from ooapi_specs.v5.operation import JSON, Operation
from ooapi_specs.v5.pagination import Pagination
from ooapi_specs.v5.parameters import Parameter, ParameterKind
from ooapi_specs.v5.paths import OPERATIONS
from ooapi_specs.v5.problem import PROBLEM_MEDIA_TYPE, Problem
from ooapi_specs.v5.types import JSON_VALUE

OPENAPI_VERSION = "3.0.3"
STANDARD_VERSION = "5.0.0"

_SCHEMAS = "#/components/schemas/"
_ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("BadRequest", "The request cannot be understood, or a parameter has a value that is not allowed."),
    401: ("Unauthorized", "Who is calling is not known, and must be."),
    403: ("Forbidden", "The caller may not do this."),
    404: ("NotFound", "There is no such thing, or the caller may not see it."),
    405: ("MethodNotAllowed", "This path does not know this method."),
    429: ("TooManyRequests", "The caller asks too much at a time."),
    500: ("InternalServerError", "Something went wrong that the caller can do nothing about."),
}
# Forms of an association that the standard has no name for; the document shows them where they occur.
_UNNAMED: tuple[type[BaseModel], ...] = (
    ProgramOfferingAssociationFull,
    CourseOfferingAssociationFull,
    ComponentOfferingAssociationFull,
    ProgramOfferingAssociationWithOffering,
    CourseOfferingAssociationWithOffering,
    ComponentOfferingAssociationWithOffering,
)
InPlace = Mapping[type[BaseModel], dict[str, Any]]
_STATUS_TEXTS = {200: "OK", 201: "Created"}
_JSON_TYPES: Mapping[ParameterKind, dict[str, Any]] = {
    ParameterKind.ENUM: {"type": "string"},
    ParameterKind.TEXT: {"type": "string"},
    ParameterKind.BOOLEAN: {"type": "boolean"},
    ParameterKind.INTEGER: {"type": "integer", "format": "int32"},
    ParameterKind.DATE: {"type": "string", "format": "date"},
    ParameterKind.UUID: {"type": "string", "format": "uuid"},
}


def openapi_document(
    *,
    server_url: str,
    operations: Iterable[Operation] = OPERATIONS,
    title: str = "Open Education API",
    version: str = STANDARD_VERSION,
    description: str = "Education that schools offer to each other's students, after the Open Education API v5.",
    contact_email: str | None = None,
    openid_configuration_url: str | None = None,
) -> dict[str, Any]:
    """Return the document as JSON values.

    ``server_url``: where the paths start, such as ``https://…/ooapi/v5``. ``operations``: those that the service
    really answers; only the schemas and errors that they need are in it. ``openid_configuration_url``: for the
    operations with scopes; by default under ``server_url``.
    """
    chosen = tuple(operations)
    information: dict[str, Any] = {"title": title, "version": version, "description": description}
    if contact_email is not None:
        information["contact"] = {"email": contact_email}
    schemas = _schemas(chosen)
    in_place = {
        model: _extension(model, schemas.pop(model.__name__)) for model in _UNNAMED if model.__name__ in schemas
    }
    paths: dict[str, dict[str, Any]] = {}
    for operation in chosen:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, in_place)
    components: dict[str, Any] = {"schemas": schemas, "responses": _error_responses(chosen)}
    schemes = _security_schemes(
        chosen, openid_configuration_url or f"{server_url.rstrip('/')}/.well-known/openid-configuration"
    )
    if schemes:
        components["securitySchemes"] = schemes
    return {
        "openapi": OPENAPI_VERSION,
        "info": information,
        "servers": [{"url": server_url}],
        "tags": [{"name": tag} for tag in dict.fromkeys(map(_tag, chosen))],
        "paths": paths,
        "components": components,
    }


# -- operations ---------------------------------------------------------------------------------------------------


def _tag(operation: Operation) -> str:
    return operation.path.split("/")[1] or "service"


def _operation(operation: Operation, in_place: InPlace) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.operation_id,
        "summary": operation.summary,
        "tags": [_tag(operation)],
    }
    parameters = list(_parameters(operation))
    if parameters:
        described["parameters"] = parameters
    if operation.request is not None:
        described["requestBody"] = {
            "required": True,
            "content": {operation.request.media_type: {"schema": _any_of(operation.request.models, in_place)}},
        }
    answer = _any_of(operation.models, in_place)
    described["responses"] = {
        str(operation.success): {
            "description": _STATUS_TEXTS[operation.success],
            "content": {JSON: {"schema": _page_of(answer) if operation.is_collection else answer}},
        },
        **{str(code): {"$ref": f"#/components/responses/{_ERRORS[code][0]}"} for code in operation.errors},
    }
    if operation.bearer:
        described["security"] = [{"bearerAuth": []}]
    if operation.scopes:
        described["security"] = [{"openId": list(operation.scopes)}]
    return described


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.path_parameter is not None:
        yield {
            "name": operation.path_parameter.name,
            "in": "path",
            "description": "The id.",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
    for parameter in operation.parameters:
        yield {
            "name": parameter.name,
            "in": "query",
            "description": parameter.description,
            "required": False,
            "schema": _parameter_schema(parameter),
        }
    if operation.sort_keys:
        keys = [*operation.sort_keys, *(f"-{key}" for key in operation.sort_keys)]
        yield _comma_separated(
            "sort",
            "Properties to sort by, ascending; a minus sign in front makes it descending.",
            keys,
            default=[operation.default_sort],
        )
    if operation.expand:
        yield _comma_separated(
            "expand", "References to answer with the whole object instead of its id.", list(operation.expand)
        )


def _comma_separated(name: str, description: str, values: list[str], **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": description,
        "required": False,
        "explode": False,
        "schema": {"type": "array", "items": {"type": "string", "enum": values}, **more},
    }


def _parameter_schema(parameter: Parameter) -> dict[str, Any]:
    schema = dict(_JSON_TYPES[parameter.kind])
    if parameter.values:
        schema["x-ooapi-extensible-enum" if parameter.extensible else "enum"] = list(parameter.values)
    if parameter.pattern is not None:
        schema["pattern"] = parameter.pattern
    if parameter.minimum is not None:
        schema["minimum"] = parameter.minimum
    if parameter.default is not None:
        schema["default"] = parameter.default
    return {"type": "array", "items": schema} if parameter.many else schema


def _any_of(models: tuple[type[BaseModel], ...], in_place: InPlace) -> dict[str, Any]:
    schemas = [in_place.get(model, {"$ref": _SCHEMAS + model.__name__}) for model in models]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _page_of(item: dict[str, Any]) -> dict[str, Any]:
    items = {"type": "array", "items": item}
    return {
        "allOf": [
            {"$ref": _SCHEMAS + Pagination.__name__},
            {"type": "object", "required": ["items"], "properties": {"items": items}},
        ]
    }


def _extension(model: type[BaseModel], schema: dict[str, Any]) -> dict[str, Any]:
    """A model as its base and what it adds."""
    added = {name: inner for name, inner in schema["properties"].items() if name in model.__annotations__}
    own: dict[str, Any] = {"type": "object", "properties": added}
    required = [name for name in schema["required"] if name in added]
    if required:
        own["required"] = required
    return {"allOf": [{"$ref": _SCHEMAS + model.__bases__[0].__name__}, own]}


# -- components ---------------------------------------------------------------------------------------------------


def _error_responses(operations: tuple[Operation, ...]) -> dict[str, Any]:
    return {
        _ERRORS[code][0]: {
            "description": _ERRORS[code][1],
            "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": _SCHEMAS + Problem.__name__}}},
        }
        for code in sorted({code for operation in operations for code in operation.errors})
    }


def _security_schemes(operations: tuple[Operation, ...], openid_configuration_url: str) -> dict[str, Any]:
    schemes: dict[str, Any] = {}
    if any(operation.bearer for operation in operations):
        schemes["bearerAuth"] = {"type": "http", "scheme": "bearer"}
    if any(operation.scopes for operation in operations):
        schemes["openId"] = {"type": "openIdConnect", "openIdConnectUrl": openid_configuration_url}
    return schemes


def _schemas(operations: tuple[Operation, ...]) -> dict[str, Any]:
    models: dict[type[BaseModel], None] = {Problem: None}
    for operation in operations:
        if operation.is_collection:
            models[Pagination] = None
        models.update(dict.fromkeys(operation.models))
        models.update(dict.fromkeys(model.__bases__[0] for model in operation.models if model in _UNNAMED))
        if operation.request is not None:
            models.update(dict.fromkeys(operation.request.models))
    _, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_SCHEMAS + "{model}")
    named = sorted((name, schema) for name, schema in definitions["$defs"].items() if name != JSON_VALUE)
    return {name: _in_3_0(schema) for name, schema in named}


def _in_3_0(schema: Any) -> Any:
    """A JSON schema of draft 2020-12, as pydantic writes it, in the form of OpenAPI 3.0."""
    if isinstance(schema, list):
        return [_in_3_0(element) for element in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("$ref") == _SCHEMAS + JSON_VALUE:
        return {}
    rewritten: dict[str, Any] = {}
    for key, value in schema.items():
        match key:
            case "title" | "default":
                continue  # made of the names of classes and properties; and None for what may be absent
            case "properties":
                rewritten[key] = {name: _property(name, _in_3_0(inner)) for name, inner in value.items()}
            case "description":
                rewritten[key] = " ".join(value.partition("\n\n")[0].split())  # the rest is for who reads the code
            case "oneOf" if sum("$ref" in choice for choice in value) > 1:
                rewritten["anyOf"] = _in_3_0(value)
            case "additionalProperties":
                rewritten[key] = value if isinstance(value, bool) else _in_3_0(value) or True
            case _:
                rewritten[key] = _in_3_0(value)
    if "$ref" in rewritten and len(rewritten) > 1:
        rewritten["allOf"] = [{"$ref": rewritten.pop("$ref")}]  # in 3.0 nothing may stand beside a $ref
    return rewritten


def _property(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A property with its description; a bare reference is left alone, the object it names has its own."""
    if name not in PROPERTY_DESCRIPTIONS or set(schema) == {"$ref"}:
        return schema
    return {"description": PROPERTY_DESCRIPTIONS[name], **schema}
