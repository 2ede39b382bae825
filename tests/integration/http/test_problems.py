"""Every error is a problem document, whoever found it: we, the framework or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, abort
from sqlalchemy import text
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.http.api import PREFIX
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.permissions import permission
from tenantapp.http.transactions import transaction
from tenantapp.resources.customers.schemas import CustomerSchema
from tests.support.customers import API_KEYS, CUSTOMERS, ada, assert_problem, new_customer, path_of
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant

SECRET = "the-secret-of-the-exception"
NOBODY = "00000000-0000-4000-8000-000000000000"
UNKNOWN = f"{CUSTOMERS}/{NOBODY}"


@pytest.fixture(scope="module")
def failing_app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application with views that fail, in each way in which one can."""
    with server.application(shared_database) as app:
        blueprint = Blueprint("failures", __name__, url_prefix=f"{PREFIX}/failures")

        @blueprint.route("/read")
        @permission("read")
        @blueprint.response(200, CustomerSchema)
        def fail_to_read() -> Any:
            """Fail."""
            raise RuntimeError(SECRET)

        @blueprint.route("/written", methods=["POST"])
        @permission("write")
        @transaction
        @blueprint.response(200, CustomerSchema)
        def fail_to_write() -> Any:
            """Fail."""
            raise RuntimeError(SECRET)

        @blueprint.route("/sql")
        @permission("read")
        @blueprint.response(200, CustomerSchema)
        def fail_in_sql() -> Any:
            """Fail."""
            return db.session.execute(text(f"SELECT * FROM unknown WHERE '{SECRET}' = ''")).one()

        @app.get("/fails")
        @permission("public")
        def fail() -> str:
            raise RuntimeError(SECRET)

        @app.get("/aborts/<int:status>")
        @permission("public")
        def abort_with(status: int) -> str:
            abort(status)

        app.register_blueprint(blueprint)
        yield app


@pytest.fixture
def failing(failing_app: Flask) -> TenantUnderTest:
    """A tenant of the application that fails."""
    return make_tenant(failing_app)


@pytest.mark.parametrize(
    "path",
    ["/unknown", "/api/v1", "/api/v1/unknown", f"{CUSTOMERS}/", f"{CUSTOMERS}/7", "/api/v2/customers"],
)
def test_a_path_that_leads_nowhere_is_not_found(tenant: TenantUnderTest, path: str) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        assert_problem(tenant.request(method, path), 404, "not-found")


def test_a_path_of_odd_bytes_is_not_found(tenant: TenantUnderTest) -> None:
    for path in ("/%00", "/%ff%fe", f"{CUSTOMERS}/%00", f"{CUSTOMERS}/{NOBODY}%00", "/" + "a" * 10_000):
        assert_problem(tenant.request("GET", path), 404, "not-found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", CUSTOMERS, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("DELETE", CUSTOMERS, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("POST", UNKNOWN, {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        ("GET", f"{UNKNOWN}/restore", {"OPTIONS", "POST"}),
        ("PATCH", f"{API_KEYS}/{NOBODY}", {"GET", "HEAD", "OPTIONS", "DELETE"}),
        ("BREW", CUSTOMERS, {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_a_method_that_is_not_allowed_is_told_which_are(
    tenant: TenantUnderTest, method: str, path: str, allowed: set[str]
) -> None:
    answer = tenant.request(method, path)
    assert_problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_what_is_malformed_says_so(tenant: TenantUnderTest) -> None:
    answer = tenant.request("POST", CUSTOMERS, data="{", content_type="application/json")
    assert assert_problem(answer, 400, "malformed-body")["detail"]


@pytest.mark.parametrize(
    "path", ["/fails", "/api/v1/failures/read", "/api/v1/failures/written", "/api/v1/failures/sql"]
)
def test_a_view_that_fails_tells_nothing_but_its_request(failing: TenantUnderTest, path: str) -> None:
    method = "POST" if path.endswith("written") else "GET"
    with capture_logs() as logged:
        answer = failing.request(method, path)
    body = assert_problem(answer, 500, "internal-error")
    assert body.keys() == {"type", "title", "status", "request_id"}
    assert SECRET not in answer.get_data(as_text=True)
    assert SECRET not in str(answer.headers)
    (line,) = [line for line in logged if line["log_level"] == "error"]
    assert line["request_id"] == body["request_id"]
    assert SECRET in str(line["exc_info"])


def test_after_a_failure_the_next_request_is_served(failing: TenantUnderTest) -> None:
    most = failing.app.extensions["tenantapp"].pool.pool.max_size
    for _ in range(most + 1):
        assert failing.request("GET", "/api/v1/failures/read").status_code == 500
        assert failing.request("POST", "/api/v1/failures/written").status_code == 500
    assert failing.request("GET", CUSTOMERS).status_code == 200


@pytest.mark.parametrize(
    "status",
    [400, 401, 403, 404, 405, 406, 409, 410, 411, 413, 415, 416, 417, 422, 429, 431, 500, 501, 502, 503, 504],
)
def test_whatever_the_framework_aborts_with_is_a_problem(failing: TenantUnderTest, status: int) -> None:
    answer = failing.request("GET", f"/aborts/{status}")
    body = assert_problem(answer, status)
    if status >= 500:
        assert "detail" not in body


def test_the_types_of_problems_are_no_sentences(tenant: TenantUnderTest) -> None:
    customer = new_customer(tenant)
    answers: list[TestResponse] = [
        tenant.request("GET", "/unknown"),
        tenant.request("PUT", CUSTOMERS),
        tenant.request("POST", CUSTOMERS, json={}),
        tenant.request("POST", CUSTOMERS, json=ada(email=customer["email"])),
        tenant.request("POST", CUSTOMERS, data="x"),
        tenant.request("POST", CUSTOMERS, data=b"x" * (1024 * 1024 + 1), content_type="application/json"),
        tenant.request("PATCH", path_of(customer), json={}, headers={"If-Match": '"9"'}),
        tenant.request("PATCH", "/api/v1/tenant", json={}),
    ]
    for answer in answers:
        kind = assert_problem(answer, answer.status_code)["type"].removeprefix("urn:tenantapp:problem:")
        assert kind.replace("-", "").isalpha(), kind
        assert kind == kind.lower()


def test_head_and_options_have_no_problem_body(tenant: TenantUnderTest) -> None:
    assert tenant.request("HEAD", UNKNOWN).get_data() == b""
    assert tenant.request("HEAD", UNKNOWN).status_code == 404
