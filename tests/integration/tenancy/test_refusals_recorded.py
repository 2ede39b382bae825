"""Every refused or missing context is counted by its reason and logged with its request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Blueprint, Flask
from prometheus_client import REGISTRY
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.wrappers import Response

from tenantapp.db.session import db
from tenantapp.http.api import PREFIX
from tenantapp.http.permissions import PUBLIC, permission
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import TenantContext, current_context, open_context
from tests.support.databases import Server
from tests.support.operator import give_status
from tests.support.tenants import TenantUnderTest
from tests.support.wsgi import ask

ID = "req-4711"
Ask = Callable[..., Response]


@pytest.fixture(scope="module")
def careless_app(server: Server, shared_database: str) -> Iterator[Flask]:
    """An application whose developers slip."""
    with server.application(shared_database) as app:
        app.add_url_rule("/without-a-context", view_func=_without_a_context)
        slips = Blueprint("slips", __name__)
        slips.route("/slips/second-context")(permission("read")(_second_context))
        app.register_blueprint(slips, url_prefix=PREFIX)
        yield app


@permission(PUBLIC)
def _without_a_context() -> str:
    return str(db.session.scalars(select(Customer)).all())


def _second_context() -> str:
    open_context(TenantContext(current_context().tenant_id))
    return "opened"


def _count(reason: str) -> float:
    return REGISTRY.get_sample_value("tenantapp_context_refusals_total", {"reason": reason}) or 0.0


def _assert_recorded(reason: str, detail: str, send: Callable[[], Response]) -> Response:
    before = _count(reason)
    with capture_logs() as entries:
        response = send()
    recorded = [entry for entry in entries if entry["event"] == "context refused"]
    expected: dict[str, Any] = {"reason": reason, "detail": detail, "request_id": ID}
    assert recorded == [{"event": "context refused", "log_level": "warning", **expected}]
    assert _count(reason) == before + 1
    assert response.json["request_id"] == response.headers["X-Request-ID"] == ID
    return response


@pytest.mark.parametrize(
    ("reason", "host", "header"),
    [
        ("host_refused", "evil.test", None),
        ("host_refused", "", None),
        ("tenant_header_refused", "localhost", "a,b"),
        ("tenant_required", "localhost", None),
        ("tenant_not_found", "nobody-here.localhost", None),
    ],
)
def test_a_request_without_a_clear_tenant_is_recorded(
    app: Flask, reason: str, host: str, header: str | None
) -> None:
    before = _count(reason)
    with capture_logs() as entries:
        response = ask(app, host, header, HTTP_X_REQUEST_ID=ID)
    (entry,) = [entry for entry in entries if entry["event"] == "context refused"]
    assert (entry["reason"], entry["request_id"], entry["log_level"]) == (reason, ID, "warning")
    assert entry["detail"] == response.json["detail"]
    assert _count(reason) == before + 1


def test_a_suspended_tenants_request_is_recorded(tenant: TenantUnderTest) -> None:
    host = f"{tenant.subdomain}.localhost"
    assert ask(tenant.app, host, token=tenant.token).status_code == 200
    give_status(tenant, "suspended")
    _assert_recorded(
        "tenant_suspended",
        "This tenant is suspended.",
        lambda: ask(tenant.app, host, token=tenant.token, HTTP_X_REQUEST_ID=ID),
    )


def test_a_missing_context_is_recorded_and_tells_the_client_nothing(careless_app: Flask) -> None:
    response = _assert_recorded(
        "missing_context",
        "no tenant context is open here; serve a tenant's route, or open tenant_context(...)",
        lambda: careless_app.test_client().get("/without-a-context", headers={"X-Request-ID": ID}),
    )
    assert response.status_code == 500
    assert response.json == {
        "type": "urn:tenantapp:problem:missing-context",
        "title": "Internal Server Error",
        "status": 500,
        "request_id": ID,
    }


def test_a_second_context_in_a_request_is_recorded(careless_app: Flask, tenant: TenantUnderTest) -> None:
    headers = {"X-Request-ID": ID, "Authorization": f"Bearer {tenant.token}"}
    url = f"http://{tenant.subdomain}.localhost/api/v1/slips/second-context"
    response = _assert_recorded(
        "context_already_open",
        "a tenant context is open here; close it before another one opens",
        lambda: careless_app.test_client().get(url, headers=headers),
    )
    assert response.status_code == 500
    assert response.json["type"] == "urn:tenantapp:problem:context-already-open"


def test_a_served_request_is_no_refusal(tenant: TenantUnderTest) -> None:
    with capture_logs() as entries:
        assert tenant.request("GET", "/api/v1/customers").status_code == 200
    assert not [entry for entry in entries if entry["event"] == "context refused"]


@pytest.mark.parametrize("sent", ["", "a b", "a.b", "x" * 65, "é"])
def test_an_unusable_request_id_is_replaced_in_the_record(app: Flask, sent: str) -> None:
    with capture_logs() as entries:
        response = ask(app, "localhost", HTTP_X_REQUEST_ID=sent)
    (entry,) = [entry for entry in entries if entry["event"] == "context refused"]
    assert entry["request_id"] == response.json["request_id"] != sent
    assert len(entry["request_id"]) == 32
