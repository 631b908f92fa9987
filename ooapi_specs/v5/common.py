"""The objects that many resources share (ooapi.md §2.2)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from ooapi_specs.v5.enumerations import AddressType, StudyLoadUnit
from ooapi_specs.v5.types import (
    Amount,
    AnyCodeType,
    AnyCostType,
    Double,
    Json,
    Language,
    Maybe,
    Number,
    Text,
    UnboundedUri,
)


class OpenObject(BaseModel):
    """An object that may carry additional properties; they stay, after those of the standard."""

    model_config = ConfigDict(extra="allow", strict=True, serialize_by_alias=True)

    __pydantic_extra__: dict[str, Json] = Field(init=False)


class ClosedObject(BaseModel):
    """An object that the standard closes: an additional property is refused."""

    model_config = ConfigDict(extra="forbid", strict=True, serialize_by_alias=True)


# For what a caller may leave out of a body, and what no answer shows (OpenAPI 3.0).
READ_ONLY = Field(json_schema_extra={"readOnly": True})
WRITE_ONLY = Field(json_schema_extra={"writeOnly": True})

Ext = Annotated[dict[Text, Json], Field(json_schema_extra={"type": "object"})]


class Consumer(OpenObject):
    """What one consumer of the data asked to add. The key is registered (``rio``) or starts with ``x-``."""

    consumerKey: Text


class IdentifierEntry(ClosedObject):
    """A code with its kind, for example a CREBO."""

    codeType: AnyCodeType
    code: Text


class LanguageTypedString(OpenObject):
    """A text in one language.

    The standard requires neither key; what we make has both (ooapi.md §4.1).
    """

    language: Maybe[Language] = None
    value: Maybe[Text] = None


LanguageTypedStrings = list[LanguageTypedString]
AtLeastOneLanguage = Annotated[list[LanguageTypedString], Field(min_length=1)]
LearningOutcomes = list[AtLeastOneLanguage]


class GeoLocation(OpenObject):
    """A point in WGS 84, in degrees."""

    latitude: Double
    longitude: Double


class Address(OpenObject):
    """A place that post, visitors or lessons go to."""

    addressType: AddressType
    street: Maybe[Text] = None
    streetNumber: Maybe[Text] = None
    additional: Maybe[AtLeastOneLanguage] = None
    postalCode: Maybe[Text] = None
    city: Maybe[Text] = None
    countryCode: Maybe[Text] = None  # ISO 3166-1 alpha-2
    geolocation: Maybe[GeoLocation] = None
    ext: Maybe[Ext] = None


class Cost(ClosedObject):
    """One price.

    Amounts are texts with a decimal point, without sign or currency (ooapi.md §4.12).
    """

    costType: AnyCostType
    amount: Maybe[Amount] = None
    vatAmount: Maybe[Amount] = None
    amountWithoutVat: Maybe[Amount] = None
    currency: Maybe[Text] = None  # ISO 4217
    displayAmount: Maybe[LanguageTypedStrings] = None
    ext: Maybe[Ext] = None


class StudyLoadDescriptor(OpenObject):
    """How much work something is."""

    studyLoadUnit: Maybe[StudyLoadUnit] = None
    value: Maybe[Number] = None


class PostResponse(OpenObject):
    """The answer to a write: what happened, for a person to read, and where to go on."""

    message: AtLeastOneLanguage
    redirect: Maybe[UnboundedUri] = None
