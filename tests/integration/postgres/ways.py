"""Every way by which a request reaches rows, and what a change of the database answers them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from sqlalchemy import text
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tests.support.databases import Server
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest

CUSTOMERS = "/api/v1/customers"
SERVICES = "/api/v1/services"
# As often as psycopg sends a statement before it prepares it, and more.
OFTEN = 8


class Ways:
    """Every way by which a request reaches rows, warm: whatever can be prepared is."""

    def __init__(self, tenant: TenantUnderTest) -> None:
        self.tenant = tenant
        self._number = 0
        customer = tenant.create(CUSTOMERS, name="Ada", email="ada@example.com")["id"]
        service = tenant.create(SERVICES, name="Checkout")["id"]
        self.by_name: dict[str, Callable[[], TestResponse]] = {
            "get": partial(tenant.request, "GET", f"{CUSTOMERS}/{customer}"),
            "list": partial(tenant.request, "GET", CUSTOMERS),
            "read of several statements": partial(
                tenant.request, "GET", f"{SERVICES}/{service}/environments"
            ),
            "change": partial(tenant.request, "PATCH", f"{CUSTOMERS}/{customer}", json={"phone": "1"}),
            "create": self._create,
            "session": partial(in_request, tenant, self._by_session),
        }
        for name in self.by_name:
            for _ in range(OFTEN):
                self.serve(name)

    def serve(self, name: str) -> None:
        """Send a request that is done as it is meant."""
        assert self.by_name[name]().status_code == (201 if name == "create" else 200), name

    def _create(self) -> TestResponse:
        self._number += 1
        email = f"{threading.get_ident()}-{self._number}@example.com"
        return self.tenant.request("POST", CUSTOMERS, json={"name": "Bea", "email": email})

    def _by_session(self) -> list[object]:
        rows = db.session.execute(text("SELECT * FROM customers")).all()
        # A rollback would have all that is prepared forgotten.
        db.session.commit()
        return [str(row.phone) for row in rows]


def execute(server: Server, database: str, *statements: str) -> None:
    with server.connect("bootstrap", database) as connection:
        for statement in statements:
            connection.execute(statement)


def assert_passing(answer: TestResponse) -> None:
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert answer.json is not None
    assert answer.json["type"] == "urn:tenantapp:problem:database-unavailable"
