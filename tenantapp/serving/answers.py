"""The application is asked, and its answer written: by gunicorn's rules, at the pace of the client."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from gunicorn.http.wsgi import create

from tenantapp.serving.connection import Connection
from tenantapp.serving.limits import Limits
from tenantapp.serving.service import ServedApp

_KEPT = 256 * 1024
"""How much of an answer is kept for a client that does not take it yet, before its making waits."""


class TooSlow(OSError):
    """Raised when a client takes its answer too slowly."""


class Writer:
    """Stands where gunicorn writes to a socket: sends what the client takes, and keeps a bounded rest.

    Args:
        connection: where to.
        limits: how slow a client may be.
    """

    def __init__(self, connection: Connection, limits: Limits) -> None:
        self._connection, self._limits = connection, limits
        self._pending: list[bytes] = []
        self._waited = 0.0

    def sendall(self, data: bytes) -> None:
        """Take a part of the answer; it goes out with the next `flush`."""
        self._pending.append(data)

    def send(self, data: bytes) -> int:
        """Drop an interim answer: gunicorn sends one as it reads a head, and the loop has sent it already."""
        return len(data)

    def flush(self) -> None:
        """Send what was written, as far as the client takes it; wait where too much is left.

        Raises:
            OSError: the client is gone.
            TooSlow: it takes too little.
        """
        connection = self._connection
        connection.unsent = memoryview(b"".join([connection.unsent, *self._pending]))
        self._pending.clear()
        while not connection.flush() and len(connection.unsent) > _KEPT:
            self._wait()

    @property
    def has_sent(self) -> bool:
        """Whether the client has got anything of the answer."""
        return self._connection.sent > 0

    def _wait(self) -> None:
        allowed = self._limits.response_seconds + self._connection.sent / self._limits.slowest
        poller = select.poll()
        poller.register(self._connection.fd, select.POLLOUT)
        began = time.monotonic()
        poller.poll(min(allowed - self._waited, self._limits.response_seconds) * 1000)
        waited = time.monotonic() - began
        self._waited += waited
        if self._waited >= allowed or waited >= self._limits.response_seconds:
            raise TooSlow("the client takes its answer too slowly")


def answer(
    service: ServedApp, connection: Connection, writer: Writer, must_close: Callable[[], bool]
) -> None:
    """Ask the application, and write what it answers.

    Args:
        service: the application, and by which rules.
        connection: whose request has come whole.
        writer: to the client. What it still has afterwards is small.
        must_close: tells, as the answer begins, whether it is the last one of its connection.

    Raises:
        OSError: the client is gone, or too slow.
        Exception: the application failed; what was sent is no whole answer.
    """
    request, body = connection.request, connection.body
    assert request is not None and body is not None  # noqa: S101, PT018 - it has come whole
    response, environ = create(request, writer, connection.address, connection.server, service.config)
    body.file.seek(0)
    environ["wsgi.input"] = body.file
    environ["wsgi.multithread"] = True
    parts = service.app(environ, response.start_response)
    if must_close():
        response.force_close()
    try:
        for part in parts:
            response.write(part)
            writer.flush()
        response.close()
        writer.flush()
    finally:
        if hasattr(parts, "close"):
            parts.close()
    connection.must_close = response.should_close()
