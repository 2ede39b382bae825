"""A way to the database that a test can stall: what is sent stays on the way, and no end is closed."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class StallingLine(socketserver.ThreadingTCPServer):
    """Forwards connections to a server while `flows` is set.

    Args:
        target: the server's address.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(("127.0.0.1", 0), _Forward)
        self.target = target
        self.flows = threading.Event()
        self.flows.set()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])


class _Forward(socketserver.BaseRequestHandler):
    server: StallingLine

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as there:
            back = threading.Thread(target=self._pump, args=(there, self.request), daemon=True)
            back.start()
            self._pump(self.request, there)
            back.join()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while received := source.recv(65_536):
                self.server.flows.wait()
                target.sendall(received)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def stalling_line(host: str, port: int) -> Iterator[StallingLine]:
    """Lend a line to a server."""
    with StallingLine((host, port)) as line:
        threading.Thread(target=line.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield line
        finally:
            line.flows.set()
            line.shutdown()
