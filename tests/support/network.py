"""A way to the database that a test can make long, cut, mend or stall: what is sent stays, nobody closes."""

from __future__ import annotations

import faulthandler
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import URL

_CHUNK = 65_536


class Proxy:
    """Forwards connections to a server.

    Args:
        host: the server's.
        port: the server's.
        delay: how many seconds it adds to each round trip.
    """

    def __init__(self, host: str, port: int, delay: float = 0.0) -> None:
        self._target = host, port
        self._delay = delay
        self._marker: bytes | None = None
        self._flows = threading.Event()
        self._flows.set()
        self.stalled = 0
        self.port = 0
        self.mend()

    def mend(self) -> None:
        """Let connections through, at the same port as before."""
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self._sockets = [self._listening]
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._sockets,), daemon=True).start()

    def cut(self) -> None:
        """Refuse new connections and drop those there are, as a server does that goes down."""
        self._flows.set()
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def stall_at(self, marker: bytes) -> None:
        """Let the next connection whose client sends `marker` go silent: neither this nor more goes on."""
        self._marker = marker

    def stall(self) -> None:
        """Let all connections go silent from the next byte on, and new ones from the first."""
        self._flows.clear()

    def go_on(self) -> None:
        """Let what was sent meanwhile arrive."""
        self._flows.set()

    def _accept(self, sockets: list[socket.socket]) -> None:
        with suppress(OSError):
            while True:
                client, _ = sockets[0].accept()
                server = socket.create_connection(self._target)
                sockets += [client, server]
                silent = threading.Event()
                for ends in ((client, server, silent), (server, client, silent)):
                    threading.Thread(target=self._forward, args=ends, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if self._marker is not None and self._marker in chunk:
                    self._marker = None
                    silent.set()
                    self.stalled += 1
                if silent.is_set():
                    return
                self._flows.wait()
                if self._delay:
                    time.sleep(self._delay / 2)
                target.sendall(chunk)
        if not silent.is_set():
            with suppress(OSError):
                target.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(url: URL, delay: float = 0.0) -> Iterator[tuple[Proxy, URL]]:
    """Lend a proxy before the server of `url`, and the address that leads through it.

    Args:
        url: the server's.
        delay: how many seconds it adds to each round trip.
    """
    made = Proxy(url.host or "127.0.0.1", url.port or 5432, delay)
    try:
        yield made, url.set(host="127.0.0.1", port=made.port)
    finally:
        made.cut()


class Heart:
    """How long no thread of this process but the one that was asked to could run, at most."""

    longest_pause = 0.0


@contextmanager
def beating(seconds: float) -> Iterator[Heart]:
    """Watch whether other threads run during a block.

    A process in which nobody runs any more cannot fail a test: it is ended, with all threads' stacks.

    Args:
        seconds: how long the block may take.
    """
    heart, stopped = Heart(), threading.Event()

    def beat() -> None:
        last = time.perf_counter()
        while not stopped.wait(0.01):
            now = time.perf_counter()
            heart.longest_pause = max(heart.longest_pause, now - last)
            last = now

    faulthandler.dump_traceback_later(seconds, exit=True)
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield heart
    finally:
        faulthandler.cancel_dump_traceback_later()
        stopped.set()
        thread.join()
