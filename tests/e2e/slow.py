"""Clients that take their time."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.e2e.wire import CUSTOMERS, call
from tests.support.tenants import TenantUnderTest

HEALTHY_SECONDS = 0.1


@contextmanager
def connections(
    port: int, number: int, sent: bytes, *, buffer: int | None = None
) -> Iterator[list[socket.socket]]:
    """Lend connections on which `sent` was sent, and no more.

    Args:
        port: where to.
        number: how many.
        sent: what each has sent.
        buffer: how many bytes each takes without being read, as good as.
    """
    with ExitStack() as stack:
        opened = []
        for _ in range(number):
            connection = stack.enter_context(socket.socket())
            connection.settimeout(15)
            if buffer is not None:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            connection.connect(("127.0.0.1", port))
            connection.sendall(sent)
            opened.append(connection)
        yield opened


def head_of(tenant: TenantUnderTest, request_line: str, *lines: str) -> bytes:
    """Return the head of a request of a tenant's."""
    all_lines = [
        f"{request_line} HTTP/1.1",
        f"Host: {tenant.subdomain}.localhost",
        f"Authorization: Bearer {tenant.token}",
        *lines,
    ]
    return "\r\n".join([*all_lines, "", ""]).encode()


def read_whole(connection: socket.socket) -> bytes:
    """Return what comes until the server closes."""
    received = b""
    while piece := connection.recv(65_536):
        received += piece
    return received


def asked(port: int, tenant: TenantUnderTest) -> int:
    """Ask for a tenant's customers, and return the status."""
    mine = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
    return call(port, "GET", f"{CUSTOMERS}?limit=1", **mine).status


def seconds_of_health(port: int, times: int = 20) -> float:
    """Return how long `/healthz` takes, in the middle of several."""
    taken = []
    for _ in range(times):
        began = time.monotonic()
        assert call(port, "GET", "/healthz").status == 200
        taken.append(time.monotonic() - began)
    return statistics.median(taken)
