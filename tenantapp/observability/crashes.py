"""Reports of what ends a thread or the program, of what cannot be raised, and of Python's warnings."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

import structlog

_log = structlog.get_logger("tenantapp.crash")


class CrashHook:
    """A hook of the interpreter's that logs an exception where Python would print it.

    Args:
        event: what has happened.
        exception_of: the exception among the hook's arguments.
        before: the hook until now; a test runner's goes on hearing of each.
        pythons: Python's own.
    """

    def __init__(
        self,
        event: str,
        exception_of: Callable[..., BaseException | None],
        before: Callable[..., Any],
        pythons: Callable[..., Any],
    ) -> None:
        self._event, self._exception_of = event, exception_of
        self._before, self._pythons = before, pythons

    def __call__(self, *args: Any) -> None:
        """Log what the arguments tell of; Control-C is no crash."""
        error = self._exception_of(*args)
        if isinstance(error, KeyboardInterrupt):
            self._before(*args)
            return
        _log.critical(self._event, exc_info=error)
        if self._before is not self._pythons:
            self._before(*args)


def report_crashes() -> None:
    """Log crashes and warnings from now on; a second call changes nothing."""
    logging.captureWarnings(capture=True)
    _hook(sys, "excepthook", "the program crashed", lambda _kind, error, _trace: error)
    _hook(threading, "excepthook", "a thread crashed", lambda args: args.exc_value)
    _hook(sys, "unraisablehook", "an exception was ignored", lambda told: told.exc_value)


def _hook(module: Any, name: str, event: str, exception_of: Callable[..., BaseException | None]) -> None:
    before = getattr(module, name)
    if not isinstance(before, CrashHook):
        setattr(module, name, CrashHook(event, exception_of, before, getattr(module, f"__{name}__")))
