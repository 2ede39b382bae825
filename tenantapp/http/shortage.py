"""That the database has run out of room: noted where a request meets it, told by `/readyz`."""

from __future__ import annotations

import time
from collections.abc import Callable

from flask import Flask
from psycopg import errors as pg

from tenantapp.app_state import AppState

TOLD_SECONDS = 30.0
"""How long a shortage is told of that no write has ended."""
NO_ROOM = (pg.DiskFull, pg.OutOfMemory, pg.IoError)

_SHORTAGE = AppState["Shortage"]("shortage")


class Shortage:
    """The last time that the database lacked room, until a write succeeds or half a minute has passed.

    Args:
        timer: tells the time, in seconds.
    """

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._last: tuple[str, float] | None = None

    def note(self, error: BaseException | None) -> None:
        """Note an error of the database's, if it is one of lacking room."""
        if isinstance(error, NO_ROOM):
            self._last = error.diag.message_primary or type(error).__name__, self._timer()

    def end(self) -> None:
        """Note that a write has succeeded."""
        self._last = None

    def reason(self) -> str | None:
        """Return what the database lacks, if it lately lacked something."""
        last = self._last
        return last[0] if last is not None and self._timer() - last[1] < TOLD_SECONDS else None


def init_app(app: Flask) -> None:
    """Let `app` remember what its database lacks."""
    _SHORTAGE.keep(app, Shortage())


def shortage() -> Shortage:
    """Return the current application's."""
    return _SHORTAGE.here()
