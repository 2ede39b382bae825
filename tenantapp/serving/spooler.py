"""A thread that reads large bodies: a disk that stalls holds it up, and nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

import structlog

from tenantapp.serving.connection import Connection

_log = structlog.get_logger("tenantapp.server")


class Spooler:
    """The thread.

    Args:
        read: reads what has come of a connection's body.
    """

    def __init__(self, read: Callable[[Connection], None]) -> None:
        self._read = read
        self._ready: SimpleQueue[Connection] = SimpleQueue()

    def start(self) -> None:
        """Start it. It does not keep the process alive."""
        threading.Thread(target=self._run, name="spooler", daemon=True).start()

    def put(self, connection: Connection) -> None:
        """Hand over a connection of which more has come."""
        self._ready.put(connection)

    def _run(self) -> None:
        while True:
            self._read(self._ready.get())
