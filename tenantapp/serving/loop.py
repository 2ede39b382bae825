"""One loop for all of a worker's connections: it waits, so that no thread has to.

A connection is watched for one event at a time (EPOLLONESHOT), and whoever is told of the event has it until
it is watched again: the loop, the spooler, or one of the threads.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import structlog

from tenantapp.serving.connection import Connection, Stage
from tenantapp.serving.exchange import Exchange
from tenantapp.serving.refusals import busy
from tenantapp.serving.service import ServedApp

_SWEEP_SECONDS = 0.5
_SEND_BUFFER = 256 * 1024
_READABLE = select.EPOLLIN | select.EPOLLONESHOT
_WRITABLE = select.EPOLLOUT | select.EPOLLONESHOT
_OF_THE_LOOP = (Stage.HEAD, Stage.BODY, Stage.SEND, Stage.LINGER)

_log = structlog.get_logger("tenantapp.server")


class Loop:
    """The connections of one worker.

    Args:
        service: what they are served.
        listeners: where clients connect.
        bell: both ends of a pipe that does not block; what is written to it wakes the loop.
    """

    def __init__(self, service: ServedApp, listeners: Sequence[socket.socket], bell: Sequence[int]) -> None:
        self._most = service.limits.connections
        self._listeners = {listener.fileno(): listener for listener in listeners}
        self._bell, self._button = bell
        self._epoll = select.epoll()
        self._connections: dict[int, Connection] = {}
        self._told: deque[Callable[[], None]] = deque()
        self._exchange = Exchange(service, self, self.ring)
        self._is_accepting = self.is_closing = False
        self._swept = 0.0

    def start(self) -> None:
        """Start the threads, and accept connections."""
        self._exchange.start()
        self._epoll.register(self._bell, select.EPOLLIN)
        for listener in self._listeners.values():
            listener.setblocking(False)
            # What the system keeps for a client that takes nothing counts as taken: little.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
        self._accept_more(True)

    def stop(self) -> None:
        """Take what has connected, and no more; each connection ends with its next answer."""
        self.is_closing = True
        for listener in self._listeners.values():
            while self._accept(listener):
                pass
        self._accept_more(False)
        for listener in self._listeners.values():
            listener.close()

    @property
    def is_idle(self) -> bool:
        """Whether there is no connection."""
        return not self._connections

    def turn(self) -> None:
        """Wait for events, for a moment at most, and handle them."""
        for fd, _ in self._epoll.poll(_SWEEP_SECONDS):
            if fd == self._bell:
                self._answer_bell()
            elif fd in self._listeners:
                # One at a time: the other workers take theirs.
                self._accept(self._listeners[fd])
            elif (connection := self._connections.get(fd)) is not None and connection.stage in _OF_THE_LOOP:
                connection.events += 1
                self._exchange.safely(self._exchange.go_on, connection)
        now = time.monotonic()
        if now - self._swept >= _SWEEP_SECONDS:
            self._swept = now
            self._sweep(now)

    # What others call.

    def ring(self) -> None:
        """Wake the loop."""
        # A pipe that is full rings already.
        with suppress(BlockingIOError):
            os.write(self._button, b".")

    def tell(self, what: Callable[[], None]) -> None:
        """Have the loop do something soon."""
        self._told.append(what)
        self.ring()

    def watch_reading(self, connection: Connection) -> None:
        """Wait until more comes, and take the next step then."""
        self._watch(connection, _READABLE)

    def watch_writing(self, connection: Connection) -> None:
        """Wait until the client takes more, and take the next step then."""
        self._watch(connection, _WRITABLE)

    def drop(self, connection: Connection) -> None:
        """Close a connection."""
        # Its number may be another connection's as soon as it is closed.
        self._connections.pop(connection.fd, None)
        connection.close()

    def _watch(self, connection: Connection, event: int) -> None:
        events = connection.events
        if connection.is_registered:
            self._epoll.modify(connection.fd, event)
        else:
            connection.is_registered = True
            self._epoll.register(connection.fd, event)
        # By now it may be another's: then this is an old number.
        connection.watched = events

    # What the loop does.

    def _answer_bell(self) -> None:
        with suppress(BlockingIOError):
            os.read(self._bell, 4096)
        for _ in range(len(self._told)):
            self._told.popleft()()
        self._exchange.dispatcher.settle()

    def _accept(self, listener: socket.socket) -> bool:
        """Accept a connection, and read what it has sent by now; tell whether there may be more."""
        if len(self._connections) >= self._most and not self._make_room():
            self._accept_more(False)
            return False
        try:
            sock, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return False
        except OSError as error:
            _log.error("no connection can be accepted", error=error.strerror)
            self._accept_more(False)
            return False
        sock.setblocking(False)
        connection = Connection(sock, address, listener.getsockname())
        self._connections[connection.fd] = connection
        self._exchange.safely(self._exchange.read, connection)
        return True

    def _accept_more(self, accepting: bool) -> None:
        if accepting != self._is_accepting:
            self._is_accepting = accepting
            for fd in self._listeners:
                if accepting:
                    self._epoll.register(fd, select.EPOLLIN)
                else:
                    self._epoll.unregister(fd)

    def _make_room(self) -> bool:
        """Close the oldest connection that has no request, where there is one."""
        for connection in list(self._connections.values()):
            if connection.stage is Stage.HEAD and connection.watched == connection.events:
                self.drop(connection)
                return True
        return False

    def _sweep(self, now: float) -> None:
        for connection in list(self._exchange.dispatcher.expired(now)):
            self._exchange.refuse(connection, busy("No thread was free in time."))
        for connection in list(self._connections.values()):
            if connection.watched == connection.events and connection.stage in _OF_THE_LOOP:
                self._exchange.safely(partial(self._exchange.look_at_time, now=now), connection)
        if not self.is_closing and len(self._connections) < self._most:
            self._accept_more(True)
