"""Every request has an id: the client's where it is usable, and it is in every answer."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from tests.support.customers import CUSTOMERS, ada, new_customer, path_of
from tests.support.tenants import TenantUnderTest

Superuser = psycopg.Connection[Any]
OURS = re.compile(r"[0-9a-f]{32}\Z")


@pytest.mark.parametrize("sent", ["a", "A-Z_09", "x" * 64, "-", "0b7c9f0e-3f6d-4a51-9c0a-6d2f1e8b4c57"])
def test_a_usable_id_is_taken(tenant: TenantUnderTest, sent: str) -> None:
    answer = tenant.request("GET", "/unknown", headers={"X-Request-ID": sent})
    assert answer.headers.getlist("X-Request-ID") == [sent]
    assert answer.json["request_id"] == sent


@pytest.mark.parametrize(
    "sent",
    [
        "",
        " ",
        "x" * 65,
        "a b",
        "a.b",
        "ä",
        "<script>",
        "a\tb",
        "a;b",
        "a,b",
        "%0a",
        "\x00",
        "x" * 10_000,
        "a'",
    ],
    ids=lambda sent: repr(sent[:9]),
)
def test_an_unusable_id_is_replaced(tenant: TenantUnderTest, sent: str) -> None:
    answer = tenant.request("GET", CUSTOMERS, headers={"X-Request-ID": sent})
    assert answer.status_code == 200
    (given,) = answer.headers.getlist("X-Request-ID")
    assert OURS.match(given)


def test_two_requests_without_an_id_get_two(tenant: TenantUnderTest) -> None:
    ids = {tenant.request("GET", CUSTOMERS).headers["X-Request-ID"] for _ in range(5)}
    assert len(ids) == 5


def test_every_answer_has_the_id(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    path = path_of(customer)
    asked: list[tuple[int, str, str, dict[str, Any]]] = [
        (200, "GET", CUSTOMERS, {}),
        (200, "HEAD", path, {}),
        (201, "POST", CUSTOMERS, {"json": ada()}),
        (304, "GET", path, {"headers": {"If-None-Match": "*"}}),
        (400, "GET", f"{CUSTOMERS}?cursor=x", {}),
        (400, "GET", CUSTOMERS, {"base_url": "http://evil.example"}),
        (401, "GET", CUSTOMERS, {"headers": {"Authorization": "x"}}),
        (404, "GET", "/unknown", {}),
        (404, "GET", f"{CUSTOMERS}/{uuid4()}", {}),
        (405, "PUT", CUSTOMERS, {}),
        (409, "POST", CUSTOMERS, {"json": ada(email=customer["email"])}),
        (412, "PATCH", path, {"json": {}, "headers": {"If-Match": "x"}}),
        (413, "POST", CUSTOMERS, {"data": b"x" * 2**21, "content_type": "application/json"}),
        (415, "POST", CUSTOMERS, {"data": b"x"}),
        (422, "POST", CUSTOMERS, {"json": {}}),
        (428, "PATCH", "/api/v1/tenant", {"json": {}}),
        (204, "DELETE", path, {}),
    ]
    for status, method, target, options in asked:
        headers = {**options.pop("headers", {}), "X-Request-ID": f"asked-{status}"}
        answer = tenant.request(method, target, headers=headers, **options)
        assert answer.status_code == status
        assert answer.headers.getlist("X-Request-ID") == [f"asked-{status}"]


def test_a_failure_has_the_id(own_tenant: TenantUnderTest, own_superuser: Superuser) -> None:
    own_superuser.execute("ALTER TABLE customers RENAME TO elsewhere")
    answer = own_tenant.request("GET", CUSTOMERS, headers={"X-Request-ID": "failed"})
    assert answer.status_code == 500
    assert answer.headers.getlist("X-Request-ID") == ["failed"]
    assert answer.json["request_id"] == "failed"


def test_an_absent_database_has_the_id(
    own_tenant: TenantUnderTest, own_superuser: Superuser, database: str
) -> None:
    # For all but superusers.
    own_superuser.execute(f"ALTER DATABASE {database} CONNECTION LIMIT 0")
    own_superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    answer = own_tenant.request("GET", CUSTOMERS, headers={"X-Request-ID": "away"})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.headers.getlist("X-Request-ID") == ["away"]
    assert answer.json["request_id"] == "away"


def test_the_id_is_logged_with_the_request(tenant: TenantUnderTest) -> None:
    with capture_logs() as logged:
        tenant.request("GET", "/unknown", headers={"X-Request-ID": "logged"})
    assert {line["request_id"] for line in logged} <= {"logged"}
