"""The kind ``ooapi``: an endpoint of OOAPI v5 that a school already has. See README.md."""

from adapters.ooapi.adapter import OoapiAdapter
from adapters.ooapi.config import OoapiConfig

__all__ = ["OoapiAdapter", "OoapiConfig"]
