"""Bodies and connections as bytes: lengths, chunks, trailers, pipelines."""

from __future__ import annotations

import socket

import pytest

from tests.e2e.wire import CUSTOMERS, Residents, exchange, exchange_all
from tests.support.tenants import TenantUnderTest


def mine(tenant: TenantUnderTest, request_line: str, *lines: str, close: bool = True) -> bytes:
    """Return a request of a tenant's."""
    head = [
        request_line,
        f"Host: {tenant.subdomain}.localhost",
        f"Authorization: Bearer {tenant.token}",
        *lines,
    ]
    return "\r\n".join([*head, *(["Connection: close"] if close else []), "", ""]).encode()


def test_a_body_that_is_too_large_is_refused_without_being_read(port: int, residents: Residents) -> None:
    lines = ("Content-Type: application/json", "Content-Length: 1048577")
    answer = exchange(port, mine(residents[0], f"POST {CUSTOMERS} HTTP/1.1", *lines, close=False))
    assert (answer.status, answer.is_problem) == (413, True)
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize("piece", [b"a" * 1000, b"a" * 2_000_000])
def test_chunks_that_are_too_much_are_refused_as_soon_as_they_are(
    port: int, residents: Residents, piece: bytes
) -> None:
    head = mine(
        residents[0],
        f"POST {CUSTOMERS} HTTP/1.1",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
    )
    chunks = b"%x\r\n%s\r\n" % (len(piece), piece) * (2_000_000 // len(piece))
    answer = exchange(port, head + chunks)
    assert (answer.status, answer.is_problem) == (413, True)


def test_chunks_of_a_byte_each_are_refused(port: int, residents: Residents) -> None:
    """They cost hundreds of times what they carry."""
    head = mine(residents[0], f"POST {CUSTOMERS} HTTP/1.1", "Transfer-Encoding: chunked")
    answer = exchange(port, head + b"1\r\na\r\n" * 100_000)
    assert (answer.status, answer.is_problem) == (400, True)


def test_trailers_and_extensions_of_chunks_are_read_and_ignored(port: int, residents: Residents) -> None:
    head = mine(
        residents[0],
        f"POST {CUSTOMERS} HTTP/1.1",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
    )
    answer = exchange(port, head + b'2;a="b"\r\n{}\r\n0\r\nX-Checksum: 1\r\n\r\n')
    assert answer.status == 422
    assert "name" in answer.json["errors"]


@pytest.mark.parametrize("trailer", ["Host: {b}.localhost", "Content-Length: 9", "no colon", "a b: c"])
def test_trailers_that_would_be_headers_are_refused(port: int, residents: Residents, trailer: str) -> None:
    head = mine(residents[0], f"POST {CUSTOMERS} HTTP/1.1", "Transfer-Encoding: chunked")
    answer = exchange(port, head + f"0\r\n{trailer}\r\n\r\n".encode())
    assert (answer.status, answer.is_problem) == (400, True)


def test_a_client_that_asks_first_is_told_to_go_on(port: int, residents: Residents) -> None:
    head = mine(
        residents[0],
        f"POST {CUSTOMERS} HTTP/1.1",
        "Content-Type: application/json",
        "Content-Length: 2",
        "Expect: 100-continue",
    )
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        connection.sendall(head)
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(1000).startswith(b"HTTP/1.1 422 ")


def test_a_client_that_asks_first_is_refused_before_it_sends_too_much(
    port: int, residents: Residents
) -> None:
    lines = ("Content-Type: application/json", "Content-Length: 2000000", "Expect: 100-continue")
    assert exchange(port, mine(residents[0], f"POST {CUSTOMERS} HTTP/1.1", *lines)).status == 413


def test_requests_in_one_piece_are_answered_one_after_the_other(port: int, residents: Residents) -> None:
    health = mine(residents[0], "GET /healthz HTTP/1.1", close=False)
    created = mine(
        residents[0],
        f"POST {CUSTOMERS} HTTP/1.1",
        "Content-Type: application/json",
        "Content-Length: 2",
        close=False,
    )
    chunked = mine(
        residents[0],
        f"POST {CUSTOMERS} HTTP/1.1",
        "Content-Type: application/json",
        "Transfer-Encoding: chunked",
        close=False,
    )
    get = mine(residents[0], f"GET {CUSTOMERS} HTTP/1.1", close=False)
    last = mine(residents[0], "GET /nowhere HTTP/1.1")
    asked = [health, created, b"{}", get, chunked, b"2\r\n{}\r\n0\r\n\r\n", get, health, last]
    answers = exchange_all(port, b"".join(asked))
    assert [answer.status for answer in answers] == [200, 422, 200, 422, 200, 200, 404]


@pytest.mark.parametrize(
    ("lines", "connection"),
    [
        (["GET /healthz HTTP/1.1"], "keep-alive"),
        (["GET /healthz HTTP/1.1", "Connection: close"], "close"),
        (["GET /healthz HTTP/1.0"], "close"),
        (["GET /healthz HTTP/1.0", "Connection: keep-alive"], "keep-alive"),
    ],
)
def test_a_connection_stays_open_where_the_client_wants_it(
    port: int, lines: list[str], connection: str
) -> None:
    answer = exchange(port, "\r\n".join([*lines, "Host: localhost", "", ""]).encode())
    assert (answer.status, answer.headers["connection"]) == (200, connection)


@pytest.mark.parametrize("path", ["/healthz", CUSTOMERS, "/nowhere"])
def test_head_is_answered_as_get_without_a_body(port: int, residents: Residents, path: str) -> None:
    got, head = (
        exchange(port, mine(residents[0], f"{method} {path} HTTP/1.1")) for method in ("GET", "HEAD")
    )
    assert (head.status, head.body) == (got.status, b"")
    if path != "/nowhere":
        assert head.headers["content-length"] == got.headers["content-length"]
