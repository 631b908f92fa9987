"""Source record to resource of the standard, declared in TOML. Start with ``load_mapping`` and ``Mapper``."""

from __future__ import annotations

from adapters.mapping.defaults import default_value
from adapters.mapping.definition import ResourceMapping
from adapters.mapping.explain import ExplainedField, explain
from adapters.mapping.faults import MappingFault, MappingInvalid
from adapters.mapping.load import load_mapping
from adapters.mapping.mapper import NO_ID, Mapped, Mapper
from adapters.mapping.row import Reference

__all__ = [
    "NO_ID",
    "ExplainedField",
    "Mapped",
    "Mapper",
    "MappingFault",
    "MappingInvalid",
    "Reference",
    "ResourceMapping",
    "default_value",
    "explain",
    "load_mapping",
]
