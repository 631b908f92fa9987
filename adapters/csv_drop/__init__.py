"""Adapter for files in a folder: CSV and Excel. See README.md."""

from adapters.csv_drop.adapter import CsvDropAdapter
from adapters.csv_drop.config import CsvDropConfig

__all__ = ["CsvDropAdapter", "CsvDropConfig"]
