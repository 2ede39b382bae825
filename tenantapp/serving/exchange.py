"""What happens on a connection: a request is read whole, answered by a thread, and the next one awaited."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

import structlog

from tenantapp.serving import refusals
from tenantapp.serving.answers import TooSlow, Writer, answer
from tenantapp.serving.body import Body, Disk
from tenantapp.serving.connection import Connection, Stage
from tenantapp.serving.deadlines import is_overdue
from tenantapp.serving.dispatcher import Dispatcher, Job
from tenantapp.serving.head import end_of_head, expects_continue, is_bulk, is_health, is_upload, parse
from tenantapp.serving.refusals import Refusal
from tenantapp.serving.service import ServedApp
from tenantapp.serving.spooler import Spooler

_PIECE = 64 * 1024
_PIECES = 16
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_log = structlog.get_logger("tenantapp.server")


class Watcher(Protocol):
    """What watches the connections."""

    is_closing: bool

    def watch_reading(self, connection: Connection) -> None:
        """Wait until more comes, and take the next step then."""

    def watch_writing(self, connection: Connection) -> None:
        """Wait until the client takes more, and take the next step then."""

    def drop(self, connection: Connection) -> None:
        """Close a connection."""

    def tell(self, what: Callable[[], None]) -> None:
        """Have the loop do something soon."""


class Exchange:
    """The steps of a connection. Each is taken by whoever has the connection, and none waits for the client.

    Args:
        service: what is served.
        watcher: watches the connections.
        ring: makes the loop look whether a thread has become free.
    """

    def __init__(self, service: ServedApp, watcher: Watcher, ring: Callable[[], None]) -> None:
        self._service, self._limits, self._watcher = service, service.limits, watcher
        self._disk = Disk(self._limits.spool_bytes)
        self._spooler = Spooler(self._take(self._read_pieces))
        self.dispatcher = Dispatcher(self._limits, self._take(self._ask), ring)

    def start(self) -> None:
        """Start the threads."""
        self._spooler.start()
        self.dispatcher.start()

    def safely(self, step: Callable[[Connection], None], connection: Connection) -> None:
        """Take a step; whatever fails, other connections go on."""
        try:
            step(connection)
        except Refusal as refusal:
            self.refuse(connection, refusal)
        except OSError:
            self._watcher.drop(connection)
        except Exception:  # noqa: BLE001 - it is logged, and the connection closed
            _log.exception("a connection failed")
            self._watcher.drop(connection)

    def _take(self, step: Callable[[Connection], None]) -> Callable[[Connection], None]:
        return partial(self.safely, step)

    def go_on(self, connection: Connection) -> None:
        """Take the next step of a connection that the loop has."""
        if connection.stage is Stage.SEND:
            self._send(connection)
        elif connection.stage is Stage.LINGER:
            self._linger(connection)
        elif connection.body is not None and not connection.body.is_small:
            connection.stage = Stage.SPOOL
            self._spooler.put(connection)
        else:
            self.read(connection)

    # Reading.

    def read(self, connection: Connection) -> None:
        """Read what has come of a head, or of a small body."""
        try:
            data = connection.sock.recv(_PIECE)
        except BlockingIOError:
            self._watcher.watch_reading(connection)
            return
        if not data:
            self._watcher.drop(connection)
        elif connection.body is not None:
            connection.body.feed(data)
            self._read_on(connection, connection.body)
        else:
            if not connection.head:
                connection.since = time.monotonic()
            connection.head += data
            self._read_head(connection)

    def _read_head(self, connection: Connection) -> None:
        end = end_of_head(connection.head, connection.looked_at, self._limits.head_bytes)
        if not end:
            connection.looked_at = len(connection.head)
            self._watcher.watch_reading(connection)
            return
        head, surplus = bytes(connection.head[:end]), bytes(connection.head[end:])
        connection.head = bytearray()
        connection.number += 1
        request = parse(self._service.config, head, connection.address, connection.number)
        most = self._limits.upload_bytes if is_upload(request) else self._limits.body_bytes
        body = Body(request, most, self._limits.head_bytes, self._disk)
        connection.request, connection.body = request, body
        if body.is_wanted:
            connection.enter(Stage.BODY)
            if surplus:
                body.feed(surplus)
            elif expects_continue(request):
                connection.sock.send(_CONTINUE)
        else:
            body.surplus = surplus
        self._read_on(connection, body)

    def _read_on(self, connection: Connection, body: Body) -> None:
        if body.is_wanted:
            connection.stage = Stage.BODY
            self._watcher.watch_reading(connection)
        else:
            self._submit(connection)

    def _read_pieces(self, connection: Connection) -> None:
        """Read what has come of a large body; the spooler does."""
        body = connection.body
        assert body is not None  # noqa: S101 - it is what is read
        try:
            for _ in range(_PIECES):
                data = connection.sock.recv(_PIECE)
                if not data:
                    self._watcher.drop(connection)
                    return
                body.feed(data)
                if not body.is_wanted:
                    self._watcher.tell(partial(self.safely, self._submit, connection))
                    return
        except BlockingIOError:
            pass
        connection.stage = Stage.BODY
        self._watcher.watch_reading(connection)

    # Answering.

    def _submit(self, connection: Connection) -> None:
        request = connection.request
        assert request is not None  # noqa: S101 - it has come
        if is_health(request):
            # It answers whatever the threads do.
            self._ask(connection)
            return
        connection.enter(Stage.WAIT)
        self.dispatcher.submit(Job(connection, self._service.tenant_of(request), is_bulk(request)))

    def _ask(self, connection: Connection) -> None:
        connection.enter(Stage.WORK)
        writer = Writer(connection, self._limits)
        try:
            answer(self._service, connection, writer, partial(self._must_close, connection))
        except OSError as error:
            if isinstance(error, TooSlow):
                self._log_slow(connection)
            raise
        except Exception as error:
            _log.exception("the application failed")
            if writer.has_sent:
                raise OSError("the answer broke off") from error
            raise Refusal(500, "internal_error", "The program failed.") from error
        connection.enter(Stage.SEND)
        self._send(connection)

    def _must_close(self, connection: Connection) -> bool:
        return self._watcher.is_closing or connection.body is None or not connection.body.ended

    def _send(self, connection: Connection) -> None:
        if connection.flush():
            self._answered(connection)
        else:
            self._watcher.watch_writing(connection)

    def _answered(self, connection: Connection) -> None:
        """Go on after the whole answer was sent."""
        body = connection.body
        surplus = body.surplus if body is not None else b""
        if body is not None:
            body.close()
        if not connection.must_close:
            connection.await_request(surplus)
            if surplus:
                self._watcher.tell(partial(self.safely, self._read_head, connection))
            else:
                self._watcher.watch_reading(connection)
        elif body is not None and body.ended and not surplus:
            self._watcher.drop(connection)
        else:
            # A client that is still sending would be told of a reset instead of its answer.
            connection.sock.shutdown(socket.SHUT_WR)
            connection.enter(Stage.LINGER)
            self._watcher.watch_reading(connection)

    def refuse(self, connection: Connection, refusal: Refusal) -> None:
        """Answer in the application's place, and close."""
        is_head = connection.request is not None and connection.request.method == "HEAD"
        written = refusals.written(
            refusal, connection.shown_address(), self._service.complete, is_head=is_head
        )
        connection.unsent, connection.must_close = memoryview(written), True
        connection.enter(Stage.SEND)
        try:
            self._send(connection)
        except OSError:
            self._watcher.drop(connection)

    def _linger(self, connection: Connection) -> None:
        try:
            if connection.sock.recv(_PIECE):
                self._watcher.watch_reading(connection)
                return
        except BlockingIOError:
            self._watcher.watch_reading(connection)
            return
        self._watcher.drop(connection)

    def look_at_time(self, connection: Connection, now: float) -> None:
        """End what waits for its client for too long.

        Raises:
            Refusal: there is an answer to that.
        """
        if is_overdue(connection, self._limits, now, is_closing=self._watcher.is_closing):
            if connection.stage is Stage.SEND:
                self._log_slow(connection)
            self._watcher.drop(connection)

    def _log_slow(self, connection: Connection) -> None:
        _log.warning("a client takes its answer too slowly: it is cut", address=connection.shown_address())
