"""Logs: whatever writes one in this process, a JSON line each on standard error; readable in development."""

from __future__ import annotations

import copy
import json
import logging
import re
import sys
from typing import Any

import orjson
import structlog
from structlog.stdlib import ProcessorFormatter

from tenantapp.observability.crashes import report_crashes
from tenantapp.observability.tracebacks import exception_text, traceback_text
from tenantapp.settings.load import Settings

_PATH_AND_QUERY = re.compile(r"(/[^\s?]*)\?\S*")


def configure(settings: Settings) -> None:
    """Send what this process logs to standard error, each record on one line.

    The program's own loggers are structlog's and write directly. Those of libraries and of the server come
    through the root logger. Called again, it also takes over loggers that came up since.

    Args:
        settings: which level is logged, and whether people or machines read it.
    """
    level = logging.getLevelNamesMapping()[settings.log_level]
    in_development = settings.app_env == "development"
    first: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = [
        structlog.processors.ExceptionRenderer(traceback_text),
        structlog.processors.JSONRenderer(_as_json, default=_plain),
    ]
    if in_development:
        last = [
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # One write a line: in two, another thread's line comes between.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    formatter = (ProcessorFormatter if in_development else _WithoutValues)(
        foreign_pre_chain=[structlog.stdlib.add_logger_name, *first],
        processors=[ProcessorFormatter.remove_processors_meta, *last],
    )
    _take_over(formatter, level)
    if not in_development:
        report_crashes()


class _Lines(logging.Handler):
    """Writes each record of the standard library's loggers as a line on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; what cannot be rendered is told by its place."""
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001 - whatever a library logs, a request does not fail of it
            place = f"{record.pathname}:{record.lineno}"
            told = {
                "event": "a log record cannot be rendered",
                "place": place,
                "error": exception_text(error),
            }
            line = _as_json(told, _plain)
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class _WithoutValues(ProcessorFormatter):
    """Renders a record whose arguments may be errors that quote values, or addresses with a query string."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        shown = copy.copy(record)
        shown.msg = _shown(record.msg)
        if isinstance(record.args, tuple):
            shown.args = tuple(_shown(each) for each in record.args)
        # The whole message at once: a query string may come in an argument or be part of the text.
        shown.msg, shown.args = _PATH_AND_QUERY.sub(r"\1?…", shown.getMessage()), ()
        return super().format(shown)


def _plain(value: object) -> str:
    """Return how a value is logged that JSON has no form for."""
    return exception_text(value) if isinstance(value, BaseException) else repr(value)


def _shown(value: object) -> Any:
    return exception_text(value) if isinstance(value, BaseException) else value


def _take_over(formatter: logging.Formatter, level: int) -> None:
    """Lead every logger to one handler at the root, past handlers of its own that write to the console."""
    root = logging.getLogger()
    handler = _Lines()
    handler.setFormatter(formatter)
    handler.setLevel(level)
    root.handlers = [*(each for each in root.handlers if not _writes_to_console(each)), handler]
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("tenantapp").setLevel(level)
    # With SQL_ECHO, SQLAlchemy gives this logger a handler for the console unless it has one.
    logging.getLogger("sqlalchemy.engine.Engine").handlers = [logging.NullHandler()]
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if console := [each for each in logger.handlers if _writes_to_console(each)]:
            logger.handlers = [each for each in logger.handlers if each not in console]
            logger.propagate = True
    _tell_plainly("flask_migrate")


def _tell_plainly(name: str) -> None:
    """Let a logger write text: what it says answers the person who runs the command."""
    handler = _Lines()
    handler.setFormatter(logging.Formatter())
    logger = logging.getLogger(name)
    logger.handlers, logger.propagate = [handler], False


def _writes_to_console(handler: logging.Handler) -> bool:
    if isinstance(handler, _Lines):
        return True
    # Exactly this class: a test's or a file's handler is one of its descendants.
    return type(handler) is logging.StreamHandler and handler.stream in (
        sys.stdout,
        sys.stderr,
        sys.__stdout__,
        sys.__stderr__,
    )


def _as_json(event: Any, default: Any) -> str:
    try:
        return orjson.dumps(event, default).decode()
    except TypeError:
        # A lone surrogate, which UTF-8 cannot carry: the standard library escapes it.
        return json.dumps(event, default=default)
