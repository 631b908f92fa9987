"""What we send: one resource in, its JSON bytes out, or no resource at all (decision 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ooapi_specs.v5.definitions import RESOURCES

_VALIDATE = {name: definition.model.__pydantic_validator__.validate_python for name, definition in RESOURCES.items()}


def validate(resource: str, value: Mapping[str, Any]) -> BaseModel:
    """Return the model of a JSON object that obeys the standard to the letter.

    Nothing is coerced and null is refused at any depth. Raises pydantic.ValidationError, and KeyError for a name
    that is not in ``RESOURCES``.
    """
    model: BaseModel = _VALIDATE[resource](value if type(value) is dict else dict(value))
    return model


def serialise(model: BaseModel) -> bytes:
    """Return the JSON of a model in UTF-8 without whitespace; absent properties are left out.

    The order is that of the standard, additional properties follow at the end.
    """
    return model.__pydantic_serializer__.to_json(model, exclude_none=True, by_alias=True)
