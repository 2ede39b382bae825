"""A deadline on the client's side: whatever is asked of the server, no connection is lent for longer.

The server's own time-outs are settings, which SQL may change for as long as it has the connection.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from contextlib import suppress

import psycopg

from tenantapp.db.connection import TenantConnection

_LOOKS_A_DEADLINE = 10
_SECONDS_TO_CANCEL = 2.0

_log = logging.getLogger(__name__)


class Loans:
    """Since when which connections are lent, and a thread that ends those that last too long.

    The server is asked to cancel, and the socket is shut down: the thread that waits for an answer gets an
    error, and the pool replaces the connection.

    Args:
        seconds: how long a loan may last.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._since: dict[TenantConnection, float] = {}
        self._closing = threading.Event()

    def start(self) -> None:
        """Look at the loans from now on."""
        threading.Thread(target=self._watch, name="loans", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._closing.set()

    def begin(self, connection: TenantConnection) -> None:
        """Note that a connection is lent."""
        self._since[connection] = time.monotonic()

    def end(self, connection: TenantConnection) -> None:
        """Note that it is back."""
        self._since.pop(connection, None)

    def _watch(self) -> None:
        while not self._closing.wait(self._seconds / _LOOKS_A_DEADLINE):
            overdue = time.monotonic() - self._seconds
            for connection, since in list(self._since.items()):
                if since < overdue and self._since.pop(connection, None) is not None:
                    _cut(connection, self._seconds)


def _cut(connection: TenantConnection, seconds: float) -> None:
    _log.error("a connection was lent for more than %g s: it is cut", seconds)
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=_SECONDS_TO_CANCEL)
    # It may have come back and been closed meanwhile.
    with suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(connection.fileno())) as wire:
        wire.shutdown(socket.SHUT_RDWR)
