"""The log of a process: one event per line on standard error, as JSON or as text.

Both structlog's events and those of libraries go the same way. Nothing here ever logs addresses, bodies or headers;
who logs an event chooses its values, and personal data is not among them.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor

from gateway.settings import Settings

_QUIET = (
    "httpx2",
    "httpcore2",
    "procrastinate",
    "uvicorn.access",
    "alembic",
)  # say much, and nothing an operator needs


def configure(settings: Settings) -> None:
    """Set up the log of this process. May be called again."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
        _without_colours,
        structlog.processors.format_exc_info,
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _without_colours(logger: object, method: str, event: EventDict) -> EventDict:
    """uvicorn says everything twice, once in colours."""
    event.pop("color_message", None)
    return event
