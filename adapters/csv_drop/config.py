"""Settings of the kind ``csv_drop``."""

from __future__ import annotations

import codecs
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from adapters.contract import AdapterConfig, forbidden_column
from adapters.csv_drop.template_sheets import template_streams

Complete = Literal["done-file", "manifest", "stable"]
Mode = Literal["snapshot", "delta"]


def _known_encoding(name: str) -> str:
    try:
        b" ".decode(name, "replace")  # also refuses codecs that are no encoding of text, such as base64
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError(f"unknown encoding {name!r}") from None


def _inside(pattern: str) -> str:
    """A pattern of names below the folder: nothing absolute, no way up, no search through all folders."""
    parts = PurePosixPath(pattern).parts
    if not parts or pattern.startswith("/") or "\\" in pattern or ":" in pattern or ".." in parts or "**" in pattern:
        raise ValueError(f"{pattern!r} is not a plain name or pattern inside the folder")
    return pattern


Encoding = Annotated[str, AfterValidator(_known_encoding)]
Pattern = Annotated[str, AfterValidator(_inside)]
Character = Annotated[str, Field(min_length=1, max_length=1, pattern=r"[^\r\n]")]
NULL_WORDS = ("", "NULL", "-", "n.v.t.")


class ColumnValues(AdapterConfig):
    """Rows whose ``column`` holds one of ``values`` (compared without case)."""

    column: str = Field(min_length=1)
    values: tuple[str, ...] = Field(min_length=1)


class StreamSettings(AdapterConfig):
    """One stream: which file or sheet, its key, and what differs from the options of the source."""

    file: Pattern | None = Field(None, description="Pattern of file names; the newest complete match counts.")
    sheet: str | None = Field(None, description="Sheet of the workbook; default: the first, or the stream's name.")
    key: tuple[str, ...] = Field(min_length=1, description="Columns that together identify a row.")
    header_row: int = Field(1, ge=1, le=100, description="Row that holds the names of the columns.")
    changed: str | None = Field(None, description="Column with the moment of the last change.")
    tombstone: ColumnValues | None = Field(None, description="Delta mode: how a row says that it is gone.")
    ignore: ColumnValues | None = Field(None, description="Rows that are not data, such as an example.")
    may_be_empty: bool = Field(False, description="Whether a header without rows is an empty stream.")
    personal: bool = False
    lookup_by: tuple[str, ...] = ()
    lookup_seconds: float = Field(10.0, gt=0, description="Longest time that one lookup may read.")
    mode: Mode | None = None
    encoding: Encoding | None = None
    delimiter: Character | None = None
    quote: Character | None = None
    null_words: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> StreamSettings:
        for column in (*self.key, *self.lookup_by):
            if forbidden_column(column, personal=self.personal):
                raise ValueError(f"column {column!r} may not be read, so it cannot be a key")
        if self.personal and self.mode == "delta":
            raise ValueError("a personal stream is looked up in one complete file: mode must be snapshot")
        if self.personal and not self.lookup_by:
            raise ValueError("a personal stream needs lookup_by: it is never read whole")
        return self


class CsvDropConfig(AdapterConfig):
    """A folder with files, or one workbook with a sheet per stream. Relative paths start at the context's base."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: str | None = Field(None, description="Folder with the files.")
    workbook: str | None = Field(None, description="One workbook, a sheet per stream; the name may be a pattern.")
    complete: Complete = Field("done-file", description="How a delivery says that it is complete.")
    stable_seconds: float = Field(10.0, gt=0, description="With complete = stable: seconds without change.")
    mode: Mode = Field("snapshot", description="Whether a file holds everything or only what changed.")
    encoding: Encoding = "utf-8"
    delimiter: Character = ";"
    quote: Character = '"'
    null_words: tuple[str, ...] = Field(NULL_WORDS, description="Words that mean: no value.")
    template: bool = Field(False, description="Whether the workbook is the template: its streams need no settings.")
    streams: dict[str, StreamSettings] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _with_streams_of_the_template(cls, settings: Any) -> Any:
        if not isinstance(settings, dict) or settings.get("template") is not True:
            return settings
        own = settings.get("streams", {})
        return {**settings, "streams": {**template_streams(), **own}} if isinstance(own, dict) else settings

    @model_validator(mode="after")
    def _one_place(self) -> CsvDropConfig:
        if (self.folder is None) == (self.workbook is None):
            raise ValueError("give either folder or workbook")
        for name, stream in self.streams.items():
            if (stream.delimiter or self.delimiter) == (stream.quote or self.quote):
                raise ValueError(f"stream {name}: delimiter and quote are the same")
            if self.folder is not None and stream.file is None:
                raise ValueError(f"stream {name}: file is missing")
            if self.workbook is not None and stream.file is not None:
                raise ValueError(f"stream {name}: a workbook has sheets, no file")
            if stream.tombstone is not None and self.mode_of(stream) != "delta":
                raise ValueError(f"stream {name}: a tombstone only exists in delta mode")
        return self

    def mode_of(self, stream: StreamSettings) -> Mode:
        """Personal streams are always looked up in a complete file."""
        return "snapshot" if stream.personal else stream.mode or self.mode
