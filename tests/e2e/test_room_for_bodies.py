"""Bodies take a bounded part of the disk; one that finds no room is refused, and nothing stays of it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import is_served, serving
from tests.e2e.programs import GUNICORN, eventually, free_port, on_database, running
from tests.e2e.slow import asked, connections, head_of, read_whole
from tests.e2e.wire import CUSTOMERS, Answer, exchange
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

ROOM = 1024**2
CSV = "Content-Type: text/csv"
IMPORT = f"POST {CUSTOMERS}/import"


def is_answered(connection: socket.socket) -> bool:
    """Tell whether there is an answer within a second."""
    connection.settimeout(1)
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    finally:
        connection.settimeout(15)


def test_bodies_take_a_bounded_part_of_the_disk(
    server: Server, shared_database: str, tenant: TenantUnderTest, tmp_path: Path
) -> None:
    little = {"WEB_WORKERS": "1", "SPOOL_MAX_BYTES": str(ROOM)}
    upload = head_of(tenant, IMPORT, CSV, "Content-Length: 1000000") + b"a" * 600_000
    with serving(server, shared_database, tmp_path, **little) as (port, _):
        with connections(port, 1, upload) as (first,), connections(port, 1, upload) as (second,):
            answers = [connection for connection in (first, second) if is_answered(connection)]
            assert len(answers) == 1
            assert read_whole(answers[0]).startswith(b"HTTP/1.1 503 ")
        # What was taken is given back.
        time.sleep(0.5)
        with connections(port, 1, upload) as (third,):
            assert not is_answered(third)


@pytest.fixture(scope="module")
def full(server: Server, shared_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that can write a file of one MiB and no longer one, as on a disk that is full."""
    port = free_port()
    environ = on_database(
        server, shared_database, PORT=str(port), WEB_WORKERS="1", SPOOL_MAX_BYTES=str(4 * ROOM)
    )
    command = ("prlimit", f"--fsize={ROOM}", *GUNICORN)
    with running(command, environ, tmp_path_factory.mktemp("full")) as program:
        assert eventually(lambda: is_served(port)), program.errors
        yield port
        assert "Traceback" not in program.errors


def uploaded(port: int, tenant: TenantUnderTest, rows: bytes) -> Answer:
    """Send a file of customers."""
    lines = (CSV, f"Content-Length: {len(rows)}", "Connection: close")
    return exchange(port, head_of(tenant, IMPORT, *lines) + rows)


@pytest.mark.parametrize("more", [100, 3 * ROOM], ids=["a little too long", "much too long"])
def test_a_body_that_the_disk_has_no_room_for_is_told_so_and_the_next_is_taken(
    full: int, tenant: TenantUnderTest, more: int
) -> None:
    # More often than SPOOL_MAX_BYTES would last, were what was taken not given back.
    for number in range(6):
        answer = uploaded(full, tenant, b"name,email\n" + b"a" * (ROOM - 11 + more))
        assert answer.status == 507
        assert answer.json["type"] == "urn:tenantapp:problem:insufficient-storage"
        assert answer.headers["retry-after"] == "60"
        assert asked(full, tenant) == 200
        rows = b"".join(b"%s,%d-%d-%d@c.example\n" % (b"C" * 80, more, number, row) for row in range(1000))
        assert uploaded(full, tenant, b"name,email\n" + rows).json["imported"] == 1000
