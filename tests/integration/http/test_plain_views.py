"""Views as any tutorial of Flask has them: in a tenant's context, isolated, with every answer of the API."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask, Response
from sqlalchemy import select

from tenantapp.db.session import db
from tenantapp.http.permissions import UndeclaredPermission, permission, require_permissions
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import open_context_here
from tests.integration.http.plain import NOBODY, PLAIN, documented, plain
from tests.support.customers import CUSTOMERS, ada, assert_problem, change_keys
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, issue, make_tenant


@pytest.fixture(scope="module")
def plain_app(server: Server, shared_database: str) -> Iterator[Flask]:
    """The application with plain views."""
    with server.application(shared_database) as app:
        app.register_blueprint(plain)
        app.register_blueprint(documented)

        @app.get("/api/v1/of-the-application")
        @permission("read")
        def of_the_application() -> str:
            return str(len(db.session.scalars(select(Customer)).all()))

        @app.get("/elsewhere")
        @permission("read")
        def elsewhere() -> str:
            return str(len(db.session.scalars(select(Customer)).all()))

        @app.post("/api/v1/undeclared")
        def undeclared() -> str:
            raise AssertionError("it has run")

        yield app


@pytest.fixture
def plain_tenant(plain_app: Flask) -> TenantUnderTest:
    """A tenant of the application with plain views."""
    return make_tenant(plain_app)


@pytest.fixture
def neighbour(plain_app: Flask) -> TenantUnderTest:
    """Another, with a customer."""
    other = make_tenant(plain_app)
    other.create(CUSTOMERS, name="Of the neighbour", email="n@example.com")
    return other


def test_rows_are_read_and_added_by_the_session_and_stay_the_tenants_own(
    plain_tenant: TenantUnderTest, neighbour: TenantUnderTest
) -> None:
    created = plain_tenant.create(f"{PLAIN}/customers", **ada())
    listed = plain_tenant.request("GET", f"{PLAIN}/customers").json
    assert listed == [{"id": created["id"], "name": "Ada Albrecht"}]
    assert plain_tenant.request("GET", f"{PLAIN}/customers/{created['id']}").json == {
        "name": "Ada Albrecht",
        "known_before": ["Ada Albrecht"],
    }
    of_neighbour = neighbour.request("GET", CUSTOMERS).json["items"][0]["id"]
    foreign = plain_tenant.request("GET", f"{PLAIN}/customers/{of_neighbour}")
    absent = plain_tenant.request("GET", f"{PLAIN}/customers/{uuid4()}")
    assert_problem(foreign, 404, "not-found")
    assert foreign.json.keys() == absent.json.keys()


@pytest.mark.parametrize("path", [f"{PLAIN}/customers", "/api/v1/of-the-application", "/elsewhere"])
def test_a_plain_view_wants_a_tenant_a_key_and_the_scope(plain_tenant: TenantUnderTest, path: str) -> None:
    def ask(**headers: str) -> Response:
        return plain_tenant.request("GET", path, headers=headers)

    assert ask().status_code == 200
    assert_problem(ask(Authorization=""), 401)
    assert_problem(ask(Authorization="Bearer tk_nobody_s"), 401)
    writer = issue(plain_tenant.app, plain_tenant.id, ["write"])
    assert_problem(ask(Authorization=f"Bearer {writer}"), 403)
    bare = plain_tenant.request("GET", path, base_url="http://localhost")
    assert_problem(bare, 400, "tenant-required")
    unknown = plain_tenant.request("GET", path, base_url="http://nobody-here.localhost")
    assert_problem(unknown, 404, "tenant-not-found")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", f"{PLAIN}/above", "admin"),
        ("GET", f"{PLAIN}/wrapped", "admin"),
        ("GET", f"{PLAIN}/things", "read"),
        ("HEAD", f"{PLAIN}/things", "read"),
        ("POST", f"{PLAIN}/things", "admin"),
        ("GET", "/api/v1/documented/customers", "write"),
    ],
)
def test_a_permission_counts_wherever_its_decorator_stands(
    plain_tenant: TenantUnderTest, method: str, path: str, scope: str
) -> None:
    others = [each for each in ("read", "write", "admin") if each != scope]
    for scopes, status in (([scope], 200), (others, 403)):
        token = issue(plain_tenant.app, plain_tenant.id, scopes)
        answer = plain_tenant.request(method, path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, answer.get_data(as_text=True)


def test_a_view_of_flask_smorest_reads_arguments_and_dumps_rows(plain_tenant: TenantUnderTest) -> None:
    created = plain_tenant.create(CUSTOMERS, **ada())
    found = plain_tenant.request("GET", "/api/v1/documented/customers?name=Ada%20Albrecht").json
    assert [each["id"] for each in found] == [created["id"]]
    assert plain_tenant.request("GET", "/api/v1/documented/customers?name=Eve").json == []


def test_a_route_without_a_permission_never_runs(plain_tenant: TenantUnderTest) -> None:
    assert_problem(plain_tenant.request("POST", "/api/v1/undeclared"), 403)
    nobody = plain_tenant.request("POST", "/api/v1/undeclared", headers={"Authorization": ""})
    assert_problem(nobody, 401)


def test_a_program_with_a_route_without_a_permission_does_not_start(plain_app: Flask) -> None:
    with pytest.raises(UndeclaredPermission) as refused:
        require_permissions(plain_app)
    told = str(refused.value)
    assert "POST /api/v1/undeclared (endpoint 'undeclared')" in told
    assert '@permission("read")' in told


def test_the_context_ends_with_the_request(plain_tenant: TenantUnderTest) -> None:
    with plain_tenant.app.app_context():
        for path in ("customers", f"customers/{NOBODY}", "smorest", "nowhere"):
            plain_tenant.request("GET", f"{PLAIN}/{path}")
            assert open_context_here() is None


def test_what_was_not_committed_is_rolled_back(plain_tenant: TenantUnderTest) -> None:
    assert plain_tenant.request("POST", f"{PLAIN}/forgotten-commit").status_code == 200
    plain_tenant.request("POST", f"{PLAIN}/raises?error=lookup")
    assert plain_tenant.request("GET", f"{PLAIN}/customers").json == []


def test_an_error_is_answered_as_a_problem(plain_tenant: TenantUnderTest) -> None:
    def raised(error: str) -> Response:
        return plain_tenant.request("POST", f"{PLAIN}/raises?error={error}")

    assert assert_problem(raised("problem"), 409, "too-many")["detail"] == "There are enough."
    assert_problem(raised("row"), 404, "not-found")
    assert "the-secret" not in str(assert_problem(raised("lookup"), 500, "internal-error"))
    assert_problem(plain_tenant.request("GET", f"{PLAIN}/smorest"), 409)
    assert_problem(plain_tenant.request("DELETE", f"{PLAIN}/customers"), 405)
    body = ada()
    plain_tenant.create(f"{PLAIN}/customers", **body)
    twice = plain_tenant.request("POST", f"{PLAIN}/customers", json=body)
    assert "email" in assert_problem(twice, 409)["errors"]
    assert_problem(plain_tenant.request("POST", f"{PLAIN}/customers", data="{"), 415)
    refused = plain_tenant.request("POST", f"{PLAIN}/customers", json={"name": "Ada"})
    assert assert_problem(refused, 422, "invalid-fields")["errors"].keys() == {"email"}


def test_a_stale_key_is_looked_up_anew_also_for_a_hook_that_reads(plain_tenant: TenantUnderTest) -> None:
    for path in (f"{PLAIN}/customers", "/api/v1/of-the-application"):
        assert plain_tenant.request("GET", path).status_code == 200
        change_keys(plain_tenant)
        assert plain_tenant.request("GET", path).status_code == 200


def test_a_key_or_a_version_that_the_view_does_not_heed_is_refused(plain_tenant: TenantUnderTest) -> None:
    keyed = plain_tenant.request(
        "POST", f"{PLAIN}/customers", json=ada(), headers={"Idempotency-Key": "once"}
    )
    assert_problem(keyed, 400, "idempotency-key-refused")
    based = plain_tenant.request("GET", f"{PLAIN}/customers", headers={"If-Match": '"1"'})
    assert_problem(based, 400, "precondition-refused")
    any_version = plain_tenant.request("GET", f"{PLAIN}/customers", headers={"If-Match": "*"})
    assert any_version.status_code == 200
    assert plain_tenant.request("GET", f"{PLAIN}/customers").json == []


def test_a_row_that_is_not_there_is_told_as_the_standard_verb_tells_it(plain_tenant: TenantUnderTest) -> None:
    """Not in werkzeug's words about an address."""
    ours, standard = (
        plain_tenant.request("GET", f"{path}/{NOBODY}").json for path in (f"{PLAIN}/customers", CUSTOMERS)
    )
    del ours["request_id"], standard["request_id"]
    assert ours == standard


def test_a_reference_that_is_no_column_is_told_as_one_that_is(plain_tenant: TenantUnderTest) -> None:
    mine = plain_tenant.request("POST", f"{PLAIN}/unknown-reference").json
    columns = plain_tenant.request("POST", "/api/v1/todos", json={"text": "Call", "rca_id": str(NOBODY)}).json
    del mine["request_id"], columns["request_id"]
    assert mine == columns
