"""A connection that was dropped: found out at BEGIN, replaced there once, and nowhere else."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import abort
from sqlalchemy import text
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.resources.customers.models import Customer
from tests.factories.customers import CustomerFactory
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import all_returned, away, backends, eventually, pool_of, terminate
from tests.support.databases import Server
from tests.support.operator import forget_directory
from tests.support.probes import done, in_request
from tests.support.tenants import TenantUnderTest, make_tenant

CUSTOMERS = "/api/v1/customers"
ADA = {"name": "Ada", "email": "ada@example.com"}
PID = text("SELECT pg_backend_pid()")


def _warm(make_app: MakeApp, connections: int, **changes: Any) -> TenantUnderTest:
    """Return a tenant that needs nothing more looked up, of an application of so many connections."""
    app = make_app(pool_min_size=connections, pool_max_size=connections, **changes)
    tenant = make_tenant(app)
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    eventually(lambda: pool_of(app).pool.get_stats()["pool_available"] == connections)
    return tenant


def _names(tenant: TenantUnderTest) -> list[str]:
    response = tenant.request("GET", CUSTOMERS)
    assert response.status_code == 200
    return [customer["name"] for customer in response.json["items"]]


def _assert_unavailable(response: TestResponse) -> None:
    assert response.json is not None
    assert (response.status_code, response.mimetype) == (503, "application/problem+json")
    assert response.json["type"] == "urn:tenantapp:problem:database-unavailable"
    assert response.headers["Retry-After"] == "5"
    assert "terminat" not in response.get_data(as_text=True)


@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
def test_a_request_on_a_dropped_connection_succeeds(
    make_app: MakeApp, server: Server, database: str, cold: bool
) -> None:
    tenant = _warm(make_app, 2)
    dropped = backends(server, database)
    terminate(server, *dropped)
    if cold:
        forget_directory(tenant.app, tenant.subdomain)
    assert tenant.request("GET", CUSTOMERS).status_code == 200
    all_returned(tenant.app)
    assert not backends(server, database) & dropped


def test_a_write_on_a_dropped_connection_is_done_once(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = _warm(make_app, 2)
    terminate(server, *backends(server, database))
    assert tenant.request("POST", CUSTOMERS, json=ADA).status_code == 201
    assert _names(tenant) == ["Ada"]


def test_what_cannot_be_rolled_back_any_more_is_no_error_of_its_own(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = _warm(make_app, 1)

    def work() -> None:
        terminate(server, db.session.execute(PID).scalar_one())
        abort(409)

    assert in_request(tenant, work).status_code == 409
    all_returned(tenant.app)
    assert tenant.request("POST", CUSTOMERS, json=ADA).status_code == 201


def test_the_one_that_was_dropped_does_no_harm_beside_the_others(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = _warm(make_app, 4)
    terminate(server, min(backends(server, database)))
    for _ in range(6):
        assert tenant.request("GET", CUSTOMERS).status_code == 200


def test_two_dropped_connections_in_a_row_are_a_503(
    make_app: MakeApp, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no third attempt: the third connection, as dead as the first two, is still in the pool."""
    tenant = _warm(make_app, 3)
    pool = pool_of(tenant.app).pool
    monkeypatch.setattr(pool, "drain", lambda: None)
    dead = backends(server, database)
    terminate(server, *dead)
    _assert_unavailable(tenant.request("GET", CUSTOMERS))
    eventually(lambda: len(backends(server, database)) == 2)
    all_returned(tenant.app)
    assert sum(connection.info.backend_pid in dead for connection in pool._pool) == 1


def test_a_database_that_is_away_is_a_503_and_served_from_again_when_it_is_back(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = _warm(make_app, 2, connect_timeout=1)
    with away(server, database):
        for cold in (False, True):
            if cold:
                forget_directory(tenant.app, tenant.subdomain)
            started = time.perf_counter()
            _assert_unavailable(tenant.request("GET", CUSTOMERS))
            assert time.perf_counter() - started < 1.5
        _assert_unavailable(tenant.request("POST", CUSTOMERS, json=ADA))
    eventually(lambda: tenant.request("GET", CUSTOMERS).status_code == 200)
    assert _names(tenant) == []


def _pid() -> int:
    pid = db.session.scalar(PID)
    assert isinstance(pid, int)
    return pid


def test_nothing_is_retried_in_the_middle_of_a_transaction(make_app: MakeApp, server: Server) -> None:
    tenant = _warm(make_app, 2)
    done_times: list[int] = []

    def work() -> Any:
        db.session.add(CustomerFactory(**ADA))
        db.session.flush()
        done_times.append(1)
        terminate(server, _pid())
        db.session.add(CustomerFactory())
        db.session.commit()
        return ["committed"]

    _assert_unavailable(in_request(tenant, work))
    assert len(done_times) == 1
    assert _names(tenant) == []


def test_a_commit_that_is_cut_off_is_not_repeated(make_app: MakeApp, server: Server) -> None:
    tenant = _warm(make_app, 2)

    def work() -> Any:
        db.session.add(CustomerFactory(**ADA))
        db.session.flush()
        terminate(server, _pid())
        db.session.commit()
        return ["committed"]

    _assert_unavailable(in_request(tenant, work))
    assert _names(tenant) == []


def test_a_request_whose_connection_is_dropped_between_two_transactions_goes_on(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = _warm(make_app, 2)

    def work() -> Any:
        for name in ("first", "second"):
            db.session.add(CustomerFactory(name=name))
            db.session.commit()
            terminate(server, *backends(server, database))
        return [db.session.query(Customer).count()]

    assert done(in_request(tenant, work)) == [2]
    assert sorted(_names(tenant)) == ["first", "second"]
