"""The OpenAPI document of what this gateway serves: the standard's operations, and where we say more than it does."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from gateway.catalogue.serve.parameters import LONGEST_Q
from gateway.members.service import Configuration
from ooapi_specs.v5 import OPERATIONS, PROBLEM_MEDIA_TYPE
from ooapi_specs.v5.document import openapi_document

_PROBLEM: Final = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_MORE_ERRORS: Final = {
    "404": ("NotFound", "There is no such thing, or the caller may not see it."),
    "406": ("NotAcceptable", "The Accept header admits no application/json."),
    "503": ("ServiceUnavailable", "The store cannot be reached, or no configuration was applied yet."),
}
_PARAMETERS: Final = {
    "since": "The first day (Europe/Amsterdam) on which the academic session of an offering may start; an offering "
    "without an academic session is judged by its own start. Without this parameter it is today: only future "
    "offerings. For everything give an early day, such as 2000-01-01.",
    "until": "The last day (Europe/Amsterdam) on which the academic session of an offering may end; an offering "
    "without an academic session is judged by its own end.",
    "q": "Only items with this text in name, abbreviation or description, without regard to capitals and accents, or "
    "with its words in another form. When there are none: items with a name that looks like it. At most 200 "
    "characters. Without sort the best hit comes first.",
    "consumer": "Only items with an entry for this consumer in their consumers property.",
}
_DESCRIPTION: Final = (
    "What the members of the federation offer, after the Open Education API v5. Operations with x-served false belong "
    "to the standard and are not served yet."
)
# Not a parameter of the operations: which names it takes is the business of the federation, not of a schema.
_ROUTED: Final = "The header X-Route: endpoint=a,b narrows an answer to these members, by their ids or schacHomes."
_NOT_SERVED: Final = "Not served yet: the gateway answers 401 to everyone."


def openapi(configuration: Configuration, server_url: str, *, merged: bool) -> dict[str, Any]:
    """The document as JSON values. ``merged``: of the face over all members, which knows X-Route."""
    document = _described()
    federation = configuration.federation
    openid = {"type": "openIdConnect", "openIdConnectUrl": f"{server_url}/.well-known/openid-configuration"}
    components = {
        **document["components"],
        "securitySchemes": {**document["components"]["securitySchemes"], "openId": openid},
    }
    return {
        **document,
        "info": {
            **document["info"],
            "description": f"{_DESCRIPTION} {_ROUTED}" if merged else _DESCRIPTION,
            "title": f"Open Education API of {federation.name.en}",
            "contact": {"email": federation.contact_email},
        },
        "servers": [{"url": server_url}],
        "components": components,
    }


@cache
def _described() -> dict[str, Any]:
    """All but what a configuration says. Making the schemas takes a tenth of a second, so it is done once."""
    document = openapi_document(server_url="/")
    for operation in OPERATIONS:
        described = document["paths"][operation.path][operation.method]
        described["x-served"] = operation.catalogue
        if not operation.catalogue:
            described["description"] = _NOT_SERVED
            described["responses"].setdefault("401", {"$ref": "#/components/responses/Unauthorized"})
            continue
        for parameter in described.get("parameters", ()):
            parameter["description"] = _PARAMETERS.get(parameter["name"], parameter["description"])
            if parameter["name"] == "q":
                parameter["schema"]["maxLength"] = LONGEST_Q
        for status, (response, _) in _MORE_ERRORS.items():
            if status != "404" or operation.path_parameter is not None:
                described["responses"].setdefault(status, {"$ref": f"#/components/responses/{response}"})
    for response, text in _MORE_ERRORS.values():
        document["components"]["responses"].setdefault(response, {"description": text, "content": _PROBLEM})
    return document
