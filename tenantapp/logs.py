"""Logs as JSON lines on standard error; readable lines in development."""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson
import structlog

from tenantapp.config import Settings


def configure(settings: Settings) -> None:
    """Send what the program logs to standard error, at the level that the settings ask for."""
    shared: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    in_development = settings.app_env in ("development", "testing")
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if in_development
        else structlog.processors.JSONRenderer(_as_json)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _as_json(event: Any, default: Any) -> str:
    return orjson.dumps(event, default).decode()
