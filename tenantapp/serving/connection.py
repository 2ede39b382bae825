"""A client's connection, and where it is between a request and its answer."""

from __future__ import annotations

import socket
import time
from enum import Enum, auto
from typing import Any

from gunicorn.http.message import Request

from tenantapp.serving.body import Body


class Stage(Enum):
    """What a connection is doing, which tells whose it is.

    HEAD, BODY, SEND and LINGER wait for the client, and are the loop's; SPOOL is the spooler's; WAIT is a
    request without a thread yet, and WORK is a thread's.
    """

    HEAD = auto()
    BODY = auto()
    SPOOL = auto()
    WAIT = auto()
    WORK = auto()
    SEND = auto()
    LINGER = auto()


class Connection:
    """A connection. One thread at a time has it.

    Args:
        sock: the socket, which never blocks.
        address: where it comes from.
        server: where it arrived.
    """

    __slots__ = (
        "address",
        "body",
        "events",
        "fd",
        "head",
        "is_registered",
        "looked_at",
        "must_close",
        "number",
        "request",
        "sent",
        "server",
        "since",
        "sock",
        "stage",
        "unsent",
        "watched",
    )

    def __init__(self, sock: socket.socket, address: Any, server: Any) -> None:
        self.sock, self.fd, self.address, self.server = sock, sock.fileno(), address, server
        self.head, self.looked_at = bytearray(), 0
        self.request: Request | None = None
        self.body: Body | None = None
        self.unsent = memoryview(b"")
        self.number = self.sent = 0
        self.must_close = False
        # The loop may close a connection of itself where nobody took it since it was last watched.
        self.events, self.watched, self.is_registered = 0, -1, False
        self.enter(Stage.HEAD)

    def enter(self, stage: Stage) -> None:
        """Go on to a stage, whose time begins now."""
        self.stage, self.since = stage, time.monotonic()

    def await_request(self, surplus: bytes) -> None:
        """Begin anew after an answer; of the next request a part may have come already."""
        self.request = self.body = None
        self.head, self.looked_at, self.sent = bytearray(surplus), 0, 0
        self.enter(Stage.HEAD)

    def flush(self) -> bool:
        """Send what the client takes without waiting; tell whether that was all.

        Raises:
            OSError: the client is gone.
        """
        while self.unsent:
            try:
                count = self.sock.send(self.unsent)
            except BlockingIOError:
                return False
            self.sent += count
            self.unsent = self.unsent[count:]
        return True

    def shown_address(self) -> str:
        """Return where it comes from, for the log."""
        return str(self.address[0]) if isinstance(self.address, tuple) else "a local socket"

    def close(self) -> None:
        """Close it, whatever it was doing."""
        if self.body is not None:
            self.body.close()
        self.sock.close()
