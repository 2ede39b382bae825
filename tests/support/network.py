"""A network that stops: a TCP proxy that forwards until a client sends certain bytes, and then is silent."""

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
    """Forwards connections to a server; `stall_at` says when one of them goes silent. None is closed."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._sockets: list[socket.socket] = [self._listening]
        self._marker: bytes | None = None
        self._is_silent = False
        self.stalled = 0
        self.port: int = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stall_at(self, marker: bytes) -> None:
        """Let the next connection whose client sends `marker` go silent: neither this nor more goes on."""
        self._marker = marker

    def stall(self) -> None:
        """Let all connections go silent from the next byte on, and new ones from the first."""
        self._is_silent = True

    def close(self) -> None:
        """End all connections."""
        for each in self._sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                silent = threading.Event()
                threading.Thread(target=self._ask, args=(client, server, silent), daemon=True).start()
                threading.Thread(target=self._answer, args=(client, server, silent), daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while chunk := client.recv(_CHUNK):
                if self._is_silent or (self._marker is not None and self._marker in chunk):
                    self._marker = None
                    silent.set()
                    self.stalled += 1
                    return
                server.sendall(chunk)
            server.shutdown(socket.SHUT_WR)

    def _answer(self, client: socket.socket, server: socket.socket, silent: threading.Event) -> None:
        with suppress(OSError):
            while (chunk := server.recv(_CHUNK)) and not silent.is_set():
                client.sendall(chunk)
            if not silent.is_set():
                client.shutdown(socket.SHUT_WR)


@contextmanager
def proxy(url: URL) -> Iterator[tuple[Proxy, URL]]:
    """Lend a proxy before the server of `url`, and the address that leads through it."""
    made = Proxy(url.host or "127.0.0.1", url.port or 5432)
    try:
        yield made, url.set(host="127.0.0.1", port=made.port)
    finally:
        made.close()


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
