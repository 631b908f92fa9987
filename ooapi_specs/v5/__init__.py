"""OOAPI v5: its resources, operations and document, and the two ways to read a resource.

``validate`` and ``serialise`` for what we send, ``parse`` for what we receive.
"""

from __future__ import annotations

from ooapi_specs.v5.definitions import (
    ASSOCIATIONS,
    OFFERINGS,
    RESOURCES,
    ReferenceProperty,
    ResourceDefinition,
    resource_of,
)
from ooapi_specs.v5.lenient import Parsed, ParseProblem, parse, parse_model
from ooapi_specs.v5.operation import Operation, PathParameter, RequestBody
from ooapi_specs.v5.pagination import DEFAULT_PAGE_SIZE, FIRST_PAGE, PAGE_SIZES, Pagination
from ooapi_specs.v5.parameters import Parameter, ParameterKind
from ooapi_specs.v5.paths import OPERATIONS
from ooapi_specs.v5.problem import PROBLEM_MEDIA_TYPE, Problem
from ooapi_specs.v5.service import Service
from ooapi_specs.v5.strict import serialise, validate

__all__ = [
    "ASSOCIATIONS",
    "DEFAULT_PAGE_SIZE",
    "FIRST_PAGE",
    "OFFERINGS",
    "OPERATIONS",
    "PAGE_SIZES",
    "PROBLEM_MEDIA_TYPE",
    "RESOURCES",
    "Operation",
    "Pagination",
    "Parameter",
    "ParameterKind",
    "ParseProblem",
    "Parsed",
    "PathParameter",
    "Problem",
    "ReferenceProperty",
    "RequestBody",
    "ResourceDefinition",
    "Service",
    "parse",
    "parse_model",
    "resource_of",
    "serialise",
    "validate",
]
