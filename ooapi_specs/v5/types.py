"""The texts, numbers and references that the models are made of.

All are JSON-shaped: a date or an id arrives as text in exactly the form of the standard and leaves as text in that
form. Nothing is coerced (a number is no text, ``"true"`` no boolean) and there is no null: an optional property is
either absent or has a value (ooapi.md §4.2). Python's own ``date``, ``datetime`` and ``UUID`` are accepted too.

The checks run in pydantic's core, without a call into Python except for references, because every row of every
school passes here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar, get_args
from uuid import UUID

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from ooapi_specs.v5.enumerations import AcademicSessionType, AssociationType, CodeType, CostType, OfferingType

T = TypeVar("T")

# -- patterns (of the standard where it names one; Rust syntax, so no look-ahead; ASCII digits only) ---------------

UUID_PATTERN = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
LANGUAGE_PATTERN = r"^[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"
TEACHING_LANGUAGE_PATTERN = r"^[a-z]{3}$"
AMOUNT_PATTERN = r"^[0-9]+(?:\.[0-9]+)?$"
DATE_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DATE_TIME_PATTERN = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$"
)
# The document shows the standard's pattern; it needs a look-ahead to refuse "P". The second says the same without
# one, and also refuses a T that nothing follows.
DURATION_PATTERN = (
    r"^(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$"
)
_TIME_PART = r"T(?:[0-9]+H(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+M(?:[0-9]+(?:\.[0-9]+)?S)?|[0-9]+(?:\.[0-9]+)?S)"
_DURATION_CHECK = (
    r"^-?P(?:[0-9]+Y(?:[0-9]+M)?(?:[0-9]+[DW])?(?:TIME)?|[0-9]+M(?:[0-9]+[DW])?(?:TIME)?|[0-9]+[DW](?:TIME)?|TIME)$"
).replace("TIME", _TIME_PART)
# The form that browsers accept in <input type="email"> (HTML Living Standard §4.10.5.1.5).
EMAIL_PATTERN = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
URI_PATTERN = (  # RFC 3986 appendix A
    r"^[A-Za-z][A-Za-z0-9+.-]*:"
    r"(?://(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*@)?"
    r"(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?(?:/PCHAR*)*"
    r"|/?(?:PCHAR+(?:/PCHAR*)*)?)"
    r"(?:\?(?:PCHAR|[/?])*)?(?:#(?:PCHAR|[/?])*)?$"
).replace("PCHAR", _PCHAR)

ONE_OF = "one of: "  # how a message lists the values of an enumeration
# A bound that no text reaches. It makes the core look into each text, where it finds lone surrogates, which JSON
# cannot carry.
_ANY_LENGTH = 2**31 - 1
LARGEST_INT32 = 2**31 - 1


# -- building blocks -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)  # compared and hashed as itself: the schema is a mapping
class TextForm:
    """A text of a given form. ``expected`` is how a person reads the form; ``schema`` its JSON schema."""

    expected: str
    schema: Mapping[str, Any]
    pattern: str | None = None
    longest: int = _ANY_LENGTH
    then: Callable[[], CoreSchema] | None = None  # what the text is read as
    instance: Callable[[], CoreSchema] | None = None  # the Python value that is accepted as it is

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema: CoreSchema = core_schema.str_schema(pattern=self.pattern, max_length=self.longest, strict=True)
        if self.then is not None:
            schema = core_schema.chain_schema([schema, self.then()])
        if self.instance is not None:
            either = core_schema.union_schema([schema, self.instance()], mode="left_to_right")
            schema = core_schema.json_or_python_schema(schema, either)
        return core_schema.custom_error_schema(schema, "ooapi_form", custom_error_message=self.expected)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return dict(self.schema)


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds. ``json_type`` is ``number`` where the standard calls a count so."""

    least: int
    most: int
    json_type: str = "integer"
    json_format: str | None = "int32"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.int_schema(ge=self.least, le=self.most, strict=True),
            "ooapi_form",
            custom_error_message=f"a whole number from {self.least} to {self.most}",
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        shown: JsonSchemaValue = {"type": self.json_type}
        if self.json_format is not None:
            shown["format"] = self.json_format
        if self.least > -LARGEST_INT32 - 1:
            shown["minimum"] = self.least
        if self.most < LARGEST_INT32:
            shown["maximum"] = self.most
        return shown


@dataclass(frozen=True, slots=True)
class NumberForm:
    """A JSON number; a whole one stays whole, so 240 does not leave as 240.0."""

    json_format: str | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.union_schema(
            [_whole_of_64_bits(), _finite_float()],
            mode="left_to_right",
            custom_error_type="ooapi_form",
            custom_error_message="a number",
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "number"} if self.json_format is None else {"type": "number", "format": self.json_format}


@dataclass(frozen=True, slots=True)
class Extensible:
    """Any text; the values of ``known`` are the ones the standard names."""

    known: type[StrEnum]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(strict=True, max_length=_ANY_LENGTH)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "x-ooapi-extensible-enum": [member.value for member in self.known]}


@dataclass(frozen=True, slots=True)
class _AbsentNotNull:
    """In Python an absent property is None; in JSON it is not there, and null is refused."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


@dataclass(frozen=True, slots=True)
class Only:
    """One value of a closed enumeration. The document shows the whole enumeration, as the standard does."""

    member: StrEnum

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.literal_schema([self.member], serialization=core_schema.simple_ser_schema("str")),
            "ooapi_form",
            custom_error_message=f"{ONE_OF}{self.member.value}",
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"type": "string", "enum": [member.value for member in type(self.member)]}


JSON_VALUE = "ooapi-json"  # under which pydantic keeps the recursive definition
# How deep a JSON value may be. The core would read 255 levels and then fail to write them.
DEEPEST = 64
ID_TAG = "id"
_ID_TYPES = (str, UUID)


@dataclass(frozen=True, slots=True, eq=False)
class OneOf:
    """Marks a union of models, with ``UUID`` among them where an id may stand in their place.

    ``choose`` names the model of an object. The standard's plain oneOf cannot: a course's offering passes for a
    programme's (ooapi.md §4.3).
    """

    choose: Callable[[Mapping[str, Any]], str | None]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.tagged_union_schema(
            _choices(source, handler),
            self._tag,
            custom_error_type="ooapi_form",
            custom_error_message="an id, or an object whose type is known",
        )

    def _tag(self, value: Any) -> str | None:
        if type(value) in _ID_TYPES:
            return ID_TAG
        if isinstance(value, dict):
            return self.choose(value)
        return type(value).__name__ if isinstance(value, BaseModel) else ID_TAG


@dataclass(frozen=True, slots=True)
class ReferenceForm:
    """Marks ``UUID | X``: an id, or the object itself where it was expanded (ooapi.md §4.4)."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = _choices(source, handler)
        (name,) = (tag for tag in choices if tag != ID_TAG)

        def tag_of(value: Any) -> str:
            if type(value) in _ID_TYPES:  # first, because to ask whether something is a BaseModel takes long
                return ID_TAG
            return name if isinstance(value, (dict, BaseModel)) else ID_TAG

        return core_schema.tagged_union_schema(choices, tag_of)


def _choices(source: Any, handler: GetCoreSchemaHandler) -> dict[Any, CoreSchema]:
    return {
        ID_TAG if choice is UUID else choice.__name__: handler.generate_schema(Uuid if choice is UUID else choice)
        for choice in get_args(source)
    }


class _JsonValue:
    """A JSON value without null, NaN or infinity."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        inner = core_schema.definition_reference_schema(JSON_VALUE)
        text = core_schema.str_schema(strict=True, max_length=_ANY_LENGTH)
        value = core_schema.union_schema(
            [
                text,
                core_schema.bool_schema(strict=True),
                _whole_of_64_bits(),
                _finite_float(),
                core_schema.dict_schema(text, inner, strict=True),
                core_schema.list_schema(inner, strict=True),
            ],
            mode="left_to_right",
            ref=JSON_VALUE,
            custom_error_type="ooapi_form",
            custom_error_message="a JSON value without null",
            serialization=core_schema.simple_ser_schema("any"),
        )
        return core_schema.definitions_schema(inner, [value])


def _whole_of_64_bits() -> CoreSchema:
    return core_schema.int_schema(strict=True, ge=-(2**63), lt=2**63)


def _finite_float() -> CoreSchema:
    # A float schema alone also takes an int, also one that is too large, and gives it back rounded.
    number = core_schema.float_schema(strict=True, allow_inf_nan=False)
    return core_schema.json_or_python_schema(
        number, core_schema.chain_schema([core_schema.is_instance_schema(float), number])
    )


@dataclass(frozen=True, slots=True)
class _Json:
    """What may stand in ``ext`` and in additional properties."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_not_too_deep, handler.generate_schema(_JsonValue))


def _not_too_deep(value: Any, levels: int = DEEPEST) -> Any:
    if not levels:
        raise PydanticCustomError("ooapi_form", "at most {levels} levels", {"levels": DEEPEST})
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(inner, (dict, list)):
            _not_too_deep(inner, levels - 1)
    return value


# -- the types the models use ------------------------------------------------------------------------------------

Maybe = Annotated[T | None, _AbsentNotNull()]
Reference = Annotated[UUID | T, ReferenceForm()]
Json = Annotated[Any, _Json()]

Uuid = Annotated[
    UUID,
    TextForm(
        "a UUID of 36 characters",
        {"type": "string", "format": "uuid"},
        UUID_PATTERN,
        then=lambda: core_schema.uuid_schema(strict=False),
        instance=lambda: core_schema.is_instance_schema(UUID),
    ),
]
Date = Annotated[
    date,
    TextForm(
        "an existing date as YYYY-MM-DD",
        {"type": "string", "format": "date"},
        DATE_PATTERN,
        then=lambda: core_schema.date_schema(strict=False),
        instance=lambda: core_schema.date_schema(strict=True),
    ),
]
DateTime = Annotated[
    datetime,
    TextForm(
        "an existing date and time with offset as YYYY-MM-DDThh:mm:ss+hh:mm",
        {"type": "string", "format": "date-time"},
        DATE_TIME_PATTERN,
        then=lambda: core_schema.datetime_schema(strict=False, tz_constraint="aware"),
        instance=lambda: core_schema.datetime_schema(strict=True, tz_constraint="aware"),
    ),
]
Text = Annotated[str, TextForm("a text", {"type": "string"})]
Text256 = Annotated[
    str, TextForm("a text of at most 256 characters", {"type": "string", "maxLength": 256}, longest=256)
]
Email = Annotated[
    str,
    TextForm(
        "an e-mail address of at most 256 characters",
        {"type": "string", "format": "email", "maxLength": 256},
        EMAIL_PATTERN,
        256,
    ),
]
Uri = Annotated[
    str,
    TextForm(
        "a URI of at most 2048 characters",
        {"type": "string", "format": "uri", "maxLength": 2048},
        URI_PATTERN,
        2048,
    ),
]
UnboundedUri = Annotated[str, TextForm("a URI", {"type": "string", "format": "uri"}, URI_PATTERN)]
Language = Annotated[
    str,
    TextForm("a language tag such as nl-NL or en", {"type": "string", "pattern": LANGUAGE_PATTERN}, LANGUAGE_PATTERN),
]
TeachingLanguage = Annotated[
    str,
    TextForm(
        "a language of three letters such as nld",
        {"type": "string", "pattern": TEACHING_LANGUAGE_PATTERN, "minLength": 3, "maxLength": 3},
        TEACHING_LANGUAGE_PATTERN,
    ),
]
Duration = Annotated[
    str,
    TextForm("an ISO 8601 duration such as P10W", {"type": "string", "pattern": DURATION_PATTERN}, _DURATION_CHECK),
]
Amount = Annotated[
    str,
    TextForm(
        "an amount with a decimal point such as 12.50",
        {"type": "string", "pattern": r"^\d+(?:\.\d+)?$"},
        AMOUNT_PATTERN,
    ),
]
FieldsOfStudy = Annotated[
    str, TextForm("an ISCED-F code of at most 4 characters", {"type": "string", "maxLength": 4}, longest=4)
]
Int32 = Annotated[int, Whole(-LARGEST_INT32 - 1, LARGEST_INT32)]
Count = Annotated[int, Whole(0, LARGEST_INT32, "number")]
PageNumber = Annotated[int, Whole(1, LARGEST_INT32)]
Percentage = Annotated[int, Whole(0, 100, json_format=None)]
Weight = Annotated[int, Whole(0, 100)]
Number = Annotated[float, NumberForm()]
Double = Annotated[float, NumberForm("double")]

AnyCodeType = Annotated[str, Extensible(CodeType)]
AnyAcademicSessionType = Annotated[str, Extensible(AcademicSessionType)]
AnyCostType = Annotated[str, Extensible(CostType)]

ProgramOfferingType = Annotated[OfferingType, Only(OfferingType.PROGRAM)]
CourseOfferingType = Annotated[OfferingType, Only(OfferingType.COURSE)]
ComponentOfferingType = Annotated[OfferingType, Only(OfferingType.COMPONENT)]
ProgramOfferingAssociationType = Annotated[AssociationType, Only(AssociationType.PROGRAM_OFFERING_ASSOCIATION)]
CourseOfferingAssociationType = Annotated[AssociationType, Only(AssociationType.COURSE_OFFERING_ASSOCIATION)]
ComponentOfferingAssociationType = Annotated[AssociationType, Only(AssociationType.COMPONENT_OFFERING_ASSOCIATION)]
