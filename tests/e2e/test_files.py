"""Files as they travel: an export that breaks off, a client that goes away, an import that is cut."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.e2e.conftest import is_served
from tests.e2e.programs import GUNICORN, eventually, free_port, on_database, running
from tests.e2e.wire import CUSTOMERS
from tests.support.customers import insert_customers
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest

# More than the buffers of both ends of a connection hold.
MANY = 60_000
OPEN = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL AND application_name = 'tenantapp'
"""


@pytest.fixture
def served(server: Server, shared_database: str, tmp_path: Path) -> Iterator[int]:
    """The port of a gunicorn of the test's own, whose log may tell of what broke."""
    port = free_port()
    with running(GUNICORN, on_database(server, shared_database, PORT=str(port)), tmp_path) as program:
        assert eventually(lambda: is_served(port)), program.errors
        yield port


def begun(port: int, tenant: TenantUnderTest) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    """Ask for an export and read its first bytes."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
    headers = {"Host": f"{tenant.subdomain}.localhost", "Authorization": f"Bearer {tenant.token}"}
    connection.request("GET", f"{CUSTOMERS}/export?format=ndjson", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert answer.read(100)
    return connection, answer


def test_an_export_that_breaks_off_is_no_whole_answer_and_one_that_nobody_reads_lets_go(
    served: int, tenant: TenantUnderTest, superuser: psycopg.Connection
) -> None:
    insert_customers(superuser, tenant, MANY)
    connection, answer = begun(served, tenant)
    assert len(answer.read().splitlines()) == MANY
    connection.close()

    connection, answer = begun(served, tenant)
    assert superuser.execute(f"SELECT pg_terminate_backend(pid) FROM ({OPEN})").fetchall() == [(True,)]
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    connection.close()

    connection, answer = begun(served, tenant)
    assert superuser.execute(OPEN).fetchall()
    answer.close()
    connection.close()
    assert eventually(lambda: not superuser.execute(OPEN).fetchall())


@pytest.mark.parametrize("framing", ["Content-Length: 1000000", "Transfer-Encoding: chunked"])
def test_an_import_whose_client_goes_away_leaves_nothing(
    served: int, tenant: TenantUnderTest, superuser: psycopg.Connection, framing: str
) -> None:
    rows = b"name,email\n" + b"".join(b"C,c%d@c.example\n" % n for n in range(5000))
    piece = b"%x\r\n%s\r\n" % (len(rows), rows) if "chunked" in framing else rows
    head = (
        f"POST {CUSTOMERS}/import?mode=partial HTTP/1.1\r\nHost: {tenant.subdomain}.localhost\r\n"
        f"Authorization: Bearer {tenant.token}\r\nContent-Type: text/csv\r\n{framing}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served), timeout=15) as connection:
        connection.sendall(head.encode() + piece)
        time.sleep(0.5)
        # It holds no thread and no transaction until it has come whole.
        assert not superuser.execute(OPEN).fetchall()
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1000) == b""
    assert not superuser.execute(OPEN).fetchall()
    assert tenant.request("GET", CUSTOMERS).json["items"] == []


def test_a_file_is_imported_in_chunks(served: int, tenant: TenantUnderTest) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", served, timeout=15)
    headers = {
        "Host": f"{tenant.subdomain}.localhost",
        "Authorization": f"Bearer {tenant.token}",
        "Content-Type": "text/csv",
    }
    file = (b"name,email\n", *(b"C,c%d@c.example\n" % n for n in range(3000)))
    connection.request("POST", f"{CUSTOMERS}/import", iter(file), headers, encode_chunked=True)
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b'{"imported":3000,"refused":0,"errors":{}}')
    connection.close()
