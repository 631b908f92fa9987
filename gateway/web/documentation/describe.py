"""What the pages show, taken from an OpenAPI document. Pure; knows no language and no HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """The form of a value. ``names``: schemas that it refers to; ``allowed``: its values where they are listed."""

    form: str  # object, list, text, number, integer, boolean, any, or the format of a text
    names: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    extensible: bool = False
    many: bool = False
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    kind: Kind
    required: bool
    description: str
    place: str = ""  # of a parameter: path or query
    default: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of an operation. ``page``: the schemas are the items of a page."""

    status: str
    description: str
    names: tuple[str, ...]
    page: bool


@dataclass(frozen=True, slots=True)
class OperationPage:
    id: str
    method: str
    path: str
    tag: str
    summary: str
    served: bool
    parameters: tuple[Property, ...]
    replies: tuple[Reply, ...]
    example: str  # a path with query that works when the ids exist


@dataclass(frozen=True, slots=True)
class SchemaPage:
    """``bases``: schemas whose properties it has too. ``kind``: of a schema that is a value, with what is allowed."""

    name: str
    description: str
    kind: Kind
    properties: tuple[Property, ...]
    bases: tuple[str, ...] = ()
    used_by: tuple[str, ...] = field(default=())


def operations(document: Json) -> tuple[OperationPage, ...]:
    """All operations, in the order of the document."""
    return tuple(
        _operation(path, method, described, document)
        for path, item in document["paths"].items()
        for method, described in item.items()
    )


def schemas(document: Json) -> dict[str, SchemaPage]:
    """All named schemas, each with the operations that answer with it."""
    users: dict[str, list[str]] = {}
    for operation in operations(document):
        for name in dict.fromkeys(name for reply in operation.replies if reply.status < "3" for name in reply.names):
            users.setdefault(name, []).append(operation.id)
    return {
        name: _schema(name, described, tuple(users.get(name, ())))
        for name, described in document["components"]["schemas"].items()
    }


def _operation(path: str, method: str, described: Json, document: Json) -> OperationPage:
    parameters = tuple(
        Property(
            parameter["name"],
            _kind(parameter["schema"]),
            parameter.get("required", False),
            parameter["description"],
            parameter["in"],
            _text(parameter["schema"].get("default")),
        )
        for parameter in described.get("parameters", ())
    )
    return OperationPage(
        id=described["operationId"],
        method=method.upper(),
        path=path,
        tag=described["tags"][0],
        summary=described["summary"],
        served=described.get("x-served", True),
        parameters=parameters,
        replies=tuple(_replies(described, document)),
        example=_example(path, parameters),
    )


def _replies(described: Json, document: Json) -> Iterator[Reply]:
    for status, response in described["responses"].items():
        if "$ref" in response:
            response = document["components"]["responses"][_name(response)]
        content: Json = next(iter(response.get("content", {}).values()), {"schema": {}})
        schema = content["schema"]
        items = _items(schema)
        yield Reply(status, response["description"], _names(schema if items is None else items), items is not None)


def _items(schema: Json) -> Json | None:
    """The items of a page; None for anything else."""
    for part in schema.get("allOf", ()):
        items = part.get("properties", {}).get("items")
        if items is not None:
            found: Json = items["items"]
            return found
    return None


def _schema(name: str, described: Json, used_by: tuple[str, ...]) -> SchemaPage:
    parts = [described, *(part for part in described.get("allOf", ()) if "$ref" not in part)]
    properties = tuple(
        Property(key, _kind(inner), key in part.get("required", ()), inner.get("description", ""))
        for part in parts
        for key, inner in part.get("properties", {}).items()
    )
    bases = tuple(_name(part) for part in described.get("allOf", ()) if "$ref" in part)
    return SchemaPage(name, described.get("description", ""), _kind(described), properties, bases, used_by)


def _kind(schema: Json) -> Kind:
    if schema.get("type") == "array":
        inner = _kind(schema["items"])
        return Kind(inner.form, inner.names, inner.allowed, inner.extensible, many=True, bounds=_bounds(schema))
    listed = schema.get("enum", schema.get("x-ooapi-extensible-enum", ()))
    names = _names(schema)
    form = schema.get("format") or schema.get("type") or ("object" if names else "any")
    choices = [
        _kind(choice)
        for choice in schema.get("anyOf", schema.get("oneOf", schema.get("allOf", ())))
        if "$ref" not in choice
    ]
    if form in ("any", "object") and choices and not listed:
        form = choices[0].form
        listed = choices[0].allowed
    return Kind(
        {"string": "text"}.get(form, form),
        names,
        tuple(_text(value) for value in listed),
        "x-ooapi-extensible-enum" in schema,
        bounds=_bounds(schema),
    )


def _bounds(schema: Json) -> tuple[str, ...]:
    signs = {"minimum": "≥ {}", "maximum": "≤ {}", "maxLength": "≤ {}", "minItems": "≥ {}", "pattern": "{}"}
    return tuple(sign.format(schema[key]) for key, sign in signs.items() if key in schema)


def _names(schema: Json) -> tuple[str, ...]:
    """The named schemas that a schema is, or is one of."""
    if "$ref" in schema:
        return (_name(schema),)
    inner = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    found = [name for part in inner for name in _names(part)]
    if schema.get("type") == "array":
        found += _names(schema["items"])
    return tuple(dict.fromkeys(found))


def _name(reference: Json) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _example(path: str, parameters: tuple[Property, ...]) -> str:
    filled = "/".join("ID" if part.startswith("{") else part for part in path.split("/"))
    known = {parameter.name for parameter in parameters}
    query = [f"{name}={value}" for name, value in (("pageSize", "20"), ("q", "zorg")) if name in known]
    return filled + ("?" + "&".join(query) if query else "")
