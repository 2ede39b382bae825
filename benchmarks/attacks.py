"""What hostile clients do, each bounded in number and time, on this machine alone."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass

from benchmarks.data import Target
from tests.support.databases import Server

LONGEST_SECONDS = 60.0
PAUSE_SECONDS = 0.1
_MARKS = "a" + "\N{COMBINING ACUTE ACCENT}" * 130_000


@dataclass(frozen=True, slots=True)
class Scene:
    """Where an attack takes place, and with whose key."""

    server: Server
    database: str
    port: int
    attacker: Target

    def head(self, request_line: str, *lines: str) -> bytes:
        """Return the head of a request with the attacker's key."""
        all_lines = [
            f"{request_line} HTTP/1.1",
            f"Host: {self.attacker.subdomain}.example.com",
            f"Authorization: Bearer {self.attacker.token}",
            *lines,
        ]
        return "\r\n".join([*all_lines, "", ""]).encode()

    def post(self, path: str, body: bytes, media_type: str = "application/json") -> bytes:
        """Return a whole request."""
        lines = (f"Content-Type: {media_type}", f"Content-Length: {len(body)}", "Connection: close")
        return self.head(f"POST /api/v1/{path}", *lines) + body


Attack = Callable[[Scene], AbstractContextManager[None]]


@contextmanager
def trickle(scene: Scene, number: int, begin: bytes, more: bytes, *, reads: bool = False) -> Iterator[None]:
    """Keep connections open on which a little comes, or is taken, now and then; one that ends is begun anew.

    Args:
        scene: where.
        number: how many.
        begin: what each sends first.
        more: what it sends each second from then on.
        reads: whether it takes a few bytes of the answer each second instead.
    """
    done = threading.Event()
    thread = threading.Thread(target=_trickle, args=(scene.port, number, begin, more, reads, done))
    thread.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        done.set()
        thread.join()


def _trickle(port: int, number: int, begin: bytes, more: bytes, reads: bool, done: threading.Event) -> None:
    open_ones: list[socket.socket] = []
    until = time.monotonic() + LONGEST_SECONDS
    while not done.is_set() and time.monotonic() < until:
        while len(open_ones) < number:
            with contextlib.suppress(OSError):
                open_ones.append(_begun(port, begin, reads))
        for connection in list(open_ones):
            if not _goes_on(connection, more, reads):
                open_ones.remove(connection)
                connection.close()
        done.wait(1.0)
    for connection in open_ones:
        connection.close()


def _begun(port: int, begin: bytes, reads: bool) -> socket.socket:
    connection = socket.socket()
    if reads:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(5)
    connection.connect(("127.0.0.1", port))
    connection.sendall(begin)
    connection.setblocking(False)
    return connection


def _goes_on(connection: socket.socket, more: bytes, reads: bool) -> bool:
    try:
        if reads:
            return bool(connection.recv(10))
        connection.send(more)
        # An answer to an unfinished request is its end.
        return not connection.recv(10)
    except BlockingIOError:
        return True
    except OSError:
        return False


@contextmanager
def repeat(scene: Scene, number: int, request: bytes) -> Iterator[None]:
    """Send a whole request again and again, on `number` connections at a time."""
    done = threading.Event()
    threads = [
        threading.Thread(target=_repeat, args=(scene.port, request, done), daemon=True) for _ in range(number)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    try:
        yield
    finally:
        done.set()


def _repeat(port: int, request: bytes, done: threading.Event) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while not done.is_set() and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 10) as connection:
            connection.sendall(request)
            while connection.recv(65_536):
                pass
        done.wait(PAUSE_SECONDS)


def _partial_heads(scene: Scene) -> AbstractContextManager[None]:
    return trickle(scene, 200, b"GET / HTTP/1.1\r\nX: ", b"a")


def _slow_bodies(scene: Scene, number: int = 40) -> AbstractContextManager[None]:
    head = scene.head("POST /api/v1/customers", "Content-Type: application/json", "Content-Length: 100000")
    return trickle(scene, number, head + b"{", b" ")


def _slow_uploads(scene: Scene, number: int = 40) -> AbstractContextManager[None]:
    head = scene.head("POST /api/v1/customers/import", "Content-Type: text/csv", "Content-Length: 90000000")
    return trickle(scene, number, head + b"name,email\n", b"C,c@c.example\n")


def _slow_readers(scene: Scene, number: int = 40) -> AbstractContextManager[None]:
    head = scene.head("GET /api/v1/customers/export?format=ndjson")
    return trickle(scene, number, head, b"", reads=True)


@contextmanager
def _thousand(scene: Scene) -> Iterator[None]:
    heads = trickle(scene, 400, b"GET / HTTP/1.1\r\nX: ", b"a")
    with heads, _slow_bodies(scene, 200), _slow_uploads(scene, 200), _slow_readers(scene, 200):
        yield


@contextmanager
def _lock(scene: Scene) -> Iterator[None]:
    """Have 40 requests wait for a row that another transaction of the tenant's has."""
    body = json.dumps({"name": "Bea"}).encode()
    lines = ("Content-Type: application/json", f"Content-Length: {len(body)}", "Connection: close")
    patch = scene.head(f"PATCH /api/v1/customers/{scene.attacker.customer_id}", *lines) + body
    with ExitStack() as stack:
        lock = stack.enter_context(scene.server.connect("bootstrap", scene.database, autocommit=False))
        lock.execute("SELECT 1 FROM customers WHERE id = %s FOR UPDATE", [scene.attacker.customer_id])
        stack.enter_context(repeat(scene, 40, patch))
        yield


def _sent(path: str, body: object, number: int = 2) -> Attack:
    def attack(scene: Scene) -> AbstractContextManager[None]:
        return repeat(scene, number, scene.post(path, json.dumps(body, ensure_ascii=False).encode()))

    return attack


def _wide_csv(scene: Scene) -> AbstractContextManager[None]:
    return repeat(scene, 2, scene.post("customers/import", b"," * 262_000 + b"\n", "text/csv"))


def _refused_rows(scene: Scene) -> AbstractContextManager[None]:
    rows = b'{"name": 1, "email": 1, "phone": 1, "status": 1, "notes": 1}\n' * 80_000
    return repeat(scene, 2, scene.post("customers/import?mode=partial", rows, "application/x-ndjson"))


def _imports(scene: Scene) -> AbstractContextManager[None]:
    rows = [b'{"name": "Ada", "email": "load-%d@example.com"}\n' % number for number in range(20_000)]
    # The last line is refused: nothing stays, and the next time is like the first.
    body = b"".join([*rows, b"{}\n"])
    return repeat(scene, 8, scene.post("customers/import", body, "application/x-ndjson"))


@contextmanager
def _two_programs(_: Scene) -> Iterator[None]:
    """Have two programs compute that are neither the server nor its clients: what no server could prevent."""
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


ATTACKS: dict[str, Attack] = {
    "no attack, two other programs": _two_programs,
    "200 partial heads": _partial_heads,
    "40 slow bodies": _slow_bodies,
    "40 slow uploads": _slow_uploads,
    "40 slow readers": _slow_readers,
    "1000 slow clients": _thousand,
    "a lock and 40 connections": _lock,
    "combining marks": _sent("customers", {"name": _MARKS, "email": "a@a.example"}),
    "a wide CSV": _wide_csv,
    "many wrong tags": _sent("services", {"name": "S", "tags": [1] * 330_000}),
    "many wrong ids": _sent("todos/bulk-delete", {"ids": ["a"] * 250_000}),
    "many refused rows": _refused_rows,
    "8 imports": _imports,
}
