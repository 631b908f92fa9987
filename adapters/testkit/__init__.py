"""Contract tests that every kind of adapter must pass; a third party runs the same ones. See README.md."""

from adapters.testkit.case import AdapterCase, adapter_context
from adapters.testkit.contract import AdapterContract

__all__ = ["AdapterCase", "AdapterContract", "adapter_context"]
