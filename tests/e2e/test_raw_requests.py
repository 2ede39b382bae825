"""Requests that no client library would send: refused, and never answered with another tenant's rows.

What is not HTTP at all the server refuses before the application is asked; whatever reaches the application
is answered by it. Both answer problem details.
"""

from __future__ import annotations

import pytest

from tests.e2e.wire import CUSTOMERS, Answer, Residents, exchange

GET = f"GET {CUSTOMERS} HTTP/1.1"
FROM_A = "X-Tenant-Subdomain: {a}"
TO_A, TO_B, BARE = "Host: {a}.localhost", "Host: {b}.localhost", "Host: localhost"

REFUSED = {
    "HTTP/1.0 without Host": ([f"GET {CUSTOMERS} HTTP/1.0", FROM_A], "host-refused"),
    "HTTP/1.1 without Host": ([GET, FROM_A], "host-refused"),
    "an empty Host": ([GET, "Host:", FROM_A], "host-refused"),
    "a blank Host": ([GET, "Host:   ", FROM_A], "host-refused"),
    "a Host of another domain": ([GET, "Host: {a}.example.com"], "host-refused"),
    "a Host of two labels": ([GET, "Host: {b}.{a}.localhost"], "host-refused"),
    "a Host with a user": ([GET, "Host: user@{a}.localhost"], "host-refused"),
    "a Host with a tenant as user": ([GET, "Host: {b}.localhost@{a}.localhost"], "host-refused"),
    "a Host with a port that is none": ([GET, "Host: {a}.localhost:99999"], "host-refused"),
    "two hosts in one Host": ([GET, "Host: {a}.localhost, {b}.localhost"], "host-refused"),
    "a long Host": ([GET, "Host: " + "a" * 5000 + ".localhost"], "host-refused"),
    "a target of another tenant": (
        ["GET http://{b}.localhost/api/v1/customers HTTP/1.1", TO_A],
        "host-refused",
    ),
    "a target with a user": (
        ["GET http://{a}.localhost@{b}.localhost/api/v1/customers HTTP/1.1", TO_A],
        "host-refused",
    ),
    "a target with a host and no Host": (
        ["GET http://{a}.localhost/api/v1/customers HTTP/1.1"],
        "host-refused",
    ),
    "Host and header of two tenants": ([GET, TO_B, FROM_A], "tenant-header-refused"),
    "no tenant": ([GET, BARE], "tenant-required"),
    "a header with underscores": ([GET, BARE, "X_Tenant_Subdomain: {a}"], "tenant-required"),
    "a header twice": ([GET, BARE, FROM_A, FROM_A], "tenant-header-refused"),
    "a header of two tenants": ([GET, BARE, FROM_A, "X-Tenant-Subdomain: {b}"], "tenant-header-refused"),
    "two tenants in a header": ([GET, BARE, "X-Tenant-Subdomain: {a},{b}"], "tenant-header-refused"),
    "an empty header": ([GET, BARE, "X-Tenant-Subdomain:"], "tenant-header-refused"),
    "a header in other letters": (
        [GET, BARE, "X-Tenant-Subdomain: \N{LATIN SMALL LETTER A WITH DIAERESIS}"],
        "tenant-header-refused",
    ),
    "a long header": ([GET, BARE, "X-Tenant-Subdomain: " + "a" * 5000], "tenant-header-refused"),
}

NOT_HTTP = {
    "no version": ([f"GET {CUSTOMERS}"], 400),
    "an unknown version": ([f"GET {CUSTOMERS} HTTP/9.9", TO_A], 400),
    "a method in lower case": ([f"get {CUSTOMERS} HTTP/1.1", TO_A], 400),
    "a target without a slash": (["GET {a}.localhost/api/v1/customers HTTP/1.1", TO_A], 400),
    "two Hosts": ([GET, TO_A, TO_B], 400),
    "one Host twice": ([GET, TO_A, TO_A], 400),
    "a folded header": ([GET, BARE, "X-Tenant-Subdomain: {a}\r\n  {b}"], 400),
    "a folded Host": ([GET, TO_A + "\r\n  {b}"], 400),
    "a space before the colon": ([GET, BARE, "X-Tenant-Subdomain : {a}"], 400),
    "a NUL in a header": ([GET, BARE, FROM_A + "\0{b}"], 400),
    "a very long header": ([GET, BARE, FROM_A + "a" * 20_000], 431),
    "a very long target": ([f"GET {CUSTOMERS}?q={'a' * 10_000} HTTP/1.1", TO_A], 414),
    "two lengths": ([f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Content-Length: 0", "Content-Length: 9"], 400),
    "one length twice": ([f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Content-Length: 0", "Content-Length: 0"], 400),
    "a length that is none": ([f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Content-Length: +9"], 400),
    "a length of chunks": (
        [f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Content-Length: 9", "Transfer-Encoding: chunked"],
        400,
    ),
    "chunks twice": ([f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Transfer-Encoding: chunked, chunked"], 400),
    "chunks in HTTP/1.0": ([f"POST {CUSTOMERS} HTTP/1.0", TO_A, "Transfer-Encoding: chunked"], 400),
    "a coding without chunks": ([f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Transfer-Encoding: gzip"], 400),
    "an unknown coding": ([f"POST {CUSTOMERS} HTTP/1.1", TO_A, "Transfer-Encoding: cow, chunked"], 501),
    "an unknown expectation": ([GET, TO_A, "Expect: the-inquisition"], 417),
    "a NUL in the target": ([f"GET {CUSTOMERS}\0 HTTP/1.1", TO_A], 400),
    "a line feed alone": ([GET + "\n" + TO_A], 400),
    "a header without a colon": ([GET, TO_A, "nonsense"], 400),
    "many headers": ([GET, TO_A, *(f"X-{number}: 1" for number in range(101))], 431),
    "much head": ([GET, TO_A, *(f"X-{number}: {'a' * 8000}" for number in range(5))], 431),
}

SERVED = {
    "capitals, port and dot": [GET, "Host: {A}.LocalHost.:8000"],
    "a header with capitals": [GET, BARE, "X-Tenant-Subdomain: {A}"],
    "a target of the same host": ["GET http://{a}.localhost/api/v1/customers HTTP/1.1", TO_A],
    "another's header with underscores": [GET, TO_A, "X_Tenant_Subdomain: {b}"],
    "another's forwarded host": [
        GET,
        TO_A,
        "X-Forwarded-Host: {b}.localhost",
        "Forwarded: host={b}.localhost",
    ],
    "a path in a header": [GET, TO_A, "PATH_INFO: /readyz"],
    "a prefix in a header": [GET, TO_A, "SCRIPT_NAME: /api"],
}


def send(port: int, lines: list[str], residents: Residents) -> Answer:
    """Send a request with the first tenant's key; {a} and {b} are the tenants' subdomains."""
    a, b = (tenant.subdomain for tenant in residents)
    head = [*lines, f"Authorization: Bearer {residents[0].token}", "Connection: close", "", ""]
    request = "\r\n".join(head).replace("{a}", a).replace("{A}", a.upper()).replace("{b}", b)
    answer = exchange(port, request.encode("latin-1"))
    assert f"{b} " not in answer.body.decode()
    assert "Traceback" not in answer.body.decode()
    return answer


@pytest.mark.parametrize(("lines", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_names_no_tenant_clearly_is_a_problem(
    port: int, residents: Residents, lines: list[str], reason: str
) -> None:
    answer = send(port, lines, residents)
    assert answer.status == 400
    assert answer.is_problem
    assert answer.json["type"] == f"urn:tenantapp:problem:{reason}"
    assert answer.headers["x-request-id"] == answer.json["request_id"]


@pytest.mark.parametrize(("lines", "status"), NOT_HTTP.values(), ids=NOT_HTTP)
def test_what_is_not_http_never_reaches_the_application(
    port: int, residents: Residents, lines: list[str], status: int
) -> None:
    answer = send(port, lines, residents)
    assert answer.status == status
    assert answer.is_problem
    assert answer.json["status"] == status
    assert answer.headers["x-request-id"] == answer.json["request_id"]
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("lines", SERVED.values(), ids=SERVED)
def test_what_names_one_tenant_is_answered_with_its_rows(
    port: int, residents: Residents, lines: list[str]
) -> None:
    answer = send(port, lines, residents)
    assert answer.status == 200
    assert answer.names == {f"{residents[0].subdomain} {number}" for number in range(10)}


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /nowhere HTTP/1.1", 404),
        ("GET //{b}.localhost/api/v1/customers HTTP/1.1", 404),
        ("GET /api/v1/../v1/customers HTTP/1.1", 404),
        ("GET /api/v1//customers HTTP/1.1", 404),
        ("GET /api/v1/customers/%ff%00 HTTP/1.1", 404),
        ("CONNECT {a}.localhost:80 HTTP/1.1", 404),
        ("PUT /api/v1/customers HTTP/1.1", 405),
        ("BREW /api/v1/customers HTTP/1.1", 405),
    ],
)
def test_what_leads_nowhere_is_a_problem_from_the_router(
    port: int, residents: Residents, request_line: str, status: int
) -> None:
    answer = send(port, [request_line, TO_A], residents)
    assert answer.status == status
    assert answer.is_problem


@pytest.mark.parametrize("path", [CUSTOMERS, f"{CUSTOMERS}/import"])
@pytest.mark.parametrize(
    "chunks", ["zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}{}\r\n0\r\n\r\n", "-2\r\n{}\r\n0\r\n\r\n"]
)
def test_a_body_in_malformed_chunks_is_a_problem(
    port: int, residents: Residents, path: str, chunks: str
) -> None:
    media_type = "text/csv" if path.endswith("import") else "application/json"
    tenant = residents[0]
    request = (
        f"POST {path} HTTP/1.1\r\nHost: {tenant.subdomain}.localhost\r\nConnection: close\r\n"
        f"Authorization: Bearer {tenant.token}\r\nContent-Type: {media_type}\r\n"
        f"Transfer-Encoding: chunked\r\n\r\n{chunks}"
    )
    answer = exchange(port, request.encode())
    assert (answer.status, answer.is_problem) == (400, True)


LINE_FEEDS = ["GET / HTTP/1.1\n", "GET / HTTP/1.1\r\nHost: localhost\n\n"]


@pytest.mark.parametrize("head", LINE_FEEDS)
def test_a_head_whose_lines_end_otherwise_is_refused_and_not_waited_for(port: int, head: str) -> None:
    answer = exchange(port, head.encode())
    assert (answer.status, answer.is_problem) == (400, True)
