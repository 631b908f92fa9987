"""Settings of the kind ``ooapi``."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from adapters.contract import AdapterConfig
from adapters.http import Authentication
from adapters.ooapi.streams import CATALOGUE_STREAMS, STREAMS, Per


def _base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not an http or https address")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("an address without user, password, query and fragment; credentials go in [auth]")
    return text.rstrip("/")


def _path(text: str) -> str:
    if not text.startswith("/") or ".." in text.split("/") or any(sign in text for sign in "?#\\{} "):
        raise ValueError("a path begins with / and has no query; parameters go in `parameters`")
    return text.rstrip("/")


class StreamSettings(AdapterConfig):
    """One collection of the standard, where the endpoint differs from it."""

    path: Annotated[str, AfterValidator(_path)] | None = Field(
        None, description="Path below base_url, when it is not that of the standard."
    )
    per: Per | None = Field(None, description="Components and offerings: the objects below which they are read.")
    parameters: dict[str, str] = Field(default_factory=dict, description="Extra query parameters.")
    timeline: bool = Field(False, description="Fetch each object with returnTimelineOverrides=true.")

    @model_validator(mode="after")
    def _fits_together(self) -> StreamSettings:
        own = {"pageSize", "pageNumber", "primaryCode"} & set(self.parameters)
        if own:
            raise ValueError(f"parameters of the adapter itself: {', '.join(sorted(own))}")
        if self.path is not None and self.per is not None:
            raise ValueError("give either path or per")
        return self


class OoapiConfig(AdapterConfig):
    """An endpoint of OOAPI v5. Without ``streams``: every catalogue stream of the standard."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    base_url: Annotated[str, AfterValidator(_base_url)]
    page_size: Literal[10, 20, 50, 100, 250] = Field(250, description="The sizes that the standard allows.")
    deadline_seconds: float = Field(20.0, gt=0, le=600, description="Longest time of one request.")
    total_seconds: float = Field(900.0, gt=0, description="Longest time of reading one stream.")
    lookup_seconds: float = Field(20.0, gt=0, description="Longest time of one lookup.")
    attempts: int = Field(4, ge=1, le=10, description="How often a request is tried.")
    auth: Authentication | None = None
    streams: dict[str, StreamSettings] = Field(
        default_factory=lambda: {name: StreamSettings.model_validate({}) for name in CATALOGUE_STREAMS}, min_length=1
    )

    @model_validator(mode="after")
    def _known_streams(self) -> OoapiConfig:
        for name, settings in self.streams.items():
            kind = STREAMS.get(name)
            if kind is None:
                raise ValueError(f"stream {name!r} is not one of: {', '.join(STREAMS)}")
            if settings.per is not None and settings.per not in kind.below:
                raise ValueError(f"stream {name}: per is one of: {', '.join(kind.below) or 'nothing'}")
            if settings.timeline and not kind.timeline:
                raise ValueError(f"stream {name}: the standard has no timelineOverrides here")
            if settings.path is not None and kind.association_type is not None:
                raise ValueError(f"stream {name}: associations are read below the person")
        return self
