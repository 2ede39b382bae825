"""What takes too long is ended: by the server's time-outs, and by a deadline that SQL cannot reach."""

from __future__ import annotations

import io
import time
from concurrent.futures import ThreadPoolExecutor

import orjson
import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from tenantapp.db.session import db
from tenantapp.http.api import PREFIX
from tenantapp.http.long_work import long_work
from tenantapp.http.permissions import permission
from tenantapp.tenancy.context import TenantContext, tenant_context
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import all_returned, backends, eventually, pool_of
from tests.support.databases import Server
from tests.support.probes import in_request
from tests.support.tenants import TenantUnderTest, make_tenant

CUSTOMERS = "/api/v1/customers"
ADA = {"name": "Ada", "email": "ada@example.com"}
# It needs no temporary files, which are limited too.
SHORT = 0.4
WHILE = 2.0
ROWS = 3000
LONG_WORK = f"{PREFIX}/long-work"
ENDLESS = "SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b"


def _assert_took_too_long(answer: TestResponse) -> None:
    assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
    assert answer.json["type"] == "urn:tenantapp:problem:took-too-long"
    assert answer.headers["Retry-After"] == "5"


def _run(tenant: TenantUnderTest, *statements: str) -> TestResponse:
    def work() -> list[object]:
        for statement in statements:
            db.session.execute(text(statement))
        return []

    return in_request(tenant, work)


def test_a_statement_that_takes_too_long_is_a_503(make_app: MakeApp) -> None:
    tenant = make_tenant(make_app(statement_timeout_ms=200))
    _assert_took_too_long(_run(tenant, ENDLESS))
    assert tenant.request("GET", CUSTOMERS).status_code == 200


def test_a_lock_that_is_not_to_be_had_is_a_503(make_app: MakeApp, server: Server, database: str) -> None:
    tenant = make_tenant(make_app(lock_timeout_ms=200))
    path = f"{CUSTOMERS}/{tenant.create(CUSTOMERS, **ADA)['id']}"
    with server.connect("bootstrap", database, autocommit=False) as rival:
        rival.execute("SELECT FROM customers FOR UPDATE")
        _assert_took_too_long(tenant.request("PATCH", path, json={"name": "Bea"}))
    assert tenant.request("PATCH", path, json={"name": "Bea"}).status_code == 200


def test_a_get_that_waits_for_a_lock_is_a_503_and_costs_no_connection(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = make_tenant(make_app(pool_min_size=1, pool_max_size=1, lock_timeout_ms=200))
    path = f"{CUSTOMERS}/{tenant.create(CUSTOMERS, **ADA)['id']}"
    before = backends(server, database)
    with server.connect("bootstrap", database, autocommit=False) as rival:
        rival.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        _assert_took_too_long(tenant.request("GET", path))
    assert tenant.request("GET", path).status_code == 200
    assert backends(server, database) == before


def test_a_transaction_that_asks_nothing_is_ended(make_app: MakeApp) -> None:
    tenant = make_tenant(make_app(idle_in_transaction_timeout_ms=200))

    def work() -> list[object]:
        db.session.execute(text("SELECT 1"))
        time.sleep(0.5)
        db.session.execute(text("SELECT 1"))
        return []

    _assert_took_too_long(in_request(tenant, work))
    assert tenant.request("GET", CUSTOMERS).status_code == 200


@pytest.mark.parametrize("without_timeouts", ["SET LOCAL", "SET SESSION"])
def test_sql_that_switches_the_time_outs_off_meets_the_deadline(
    make_app: MakeApp, server: Server, database: str, without_timeouts: str
) -> None:
    tenant = make_tenant(make_app(pool_min_size=1, pool_max_size=1, longest_loan_seconds=0.5))
    started = time.perf_counter()
    answer = _run(tenant, f"{without_timeouts} statement_timeout = 0", ENDLESS)
    assert answer.status_code == 503
    assert time.perf_counter() - started < 3
    eventually(lambda: not _is_running(server, database))
    assert tenant.request("POST", CUSTOMERS, json=ADA).status_code == 201


def test_without_a_deadline_it_would_go_on(make_app: MakeApp, server: Server, database: str) -> None:
    tenant = make_tenant(make_app(statement_timeout_ms=200))
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(_run, tenant, "SET LOCAL statement_timeout = 0", ENDLESS)
        time.sleep(1)
        assert not running.done()
        assert _is_running(server, database)
        with server.connect("bootstrap", "postgres") as connection:
            for pid in backends(server, database):
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
        assert running.result().status_code == 503


def test_a_loan_that_ends_in_time_is_left_alone(make_app: MakeApp) -> None:
    app = make_app(pool_min_size=1, pool_max_size=1, longest_loan_seconds=0.3)
    tenant = make_tenant(app)
    pids = set()
    for _ in range(4):
        connection = pool_of(app).connect()
        pids.add(connection.info.backend_pid)
        connection.close()
        all_returned(app)
        time.sleep(0.15)
    assert len(pids) == 1
    assert tenant.request("GET", CUSTOMERS).status_code == 200


def test_a_request_is_cut_while_an_import_and_an_export_go_on(make_app: MakeApp) -> None:
    tenant = make_tenant(make_app(request_loan_seconds=WHILE, longest_loan_seconds=30))
    lines = [orjson.dumps(ADA | {"email": f"{number}@example.com"}) + b"\n" for number in range(ROWS)]
    with ThreadPoolExecutor(1) as threads:
        imported = threads.submit(
            tenant.request,
            "POST",
            f"{CUSTOMERS}/import",
            input_stream=_Slow(b"".join(lines)),
            content_type="application/x-ndjson",
        )
        started = time.perf_counter()
        assert _run(tenant, "SET LOCAL statement_timeout = 0", ENDLESS).status_code == 503
        assert time.perf_counter() - started < WHILE + 2
        assert imported.result().json == {"imported": ROWS, "refused": 0, "errors": {}}
    exported = tenant.request("GET", f"{CUSTOMERS}/export", buffered=False)
    parts = iter(exported.response)
    received = next(parts)
    time.sleep(1.5 * WHILE)
    received += b"".join(parts)
    assert received.count(b"\n") == ROWS + 1


def test_what_one_request_declares_the_next_one_has_not(make_app: MakeApp) -> None:
    tenant = make_tenant(_with_long_route(make_app(request_loan_seconds=SHORT, longest_loan_seconds=30)))
    for _ in range(2):
        assert tenant.request("POST", LONG_WORK).status_code == 200
        assert in_request(tenant, _work_a_while).status_code == 503


def test_work_declared_long_waits_no_longer_for_one_answer(make_app: MakeApp) -> None:
    app = make_app(request_loan_seconds=SHORT, longest_loan_seconds=30)

    @long_work
    def work() -> list[object]:
        _work_a_while()
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
        db.session.execute(text(ENDLESS))
        return []

    app.route(LONG_WORK, methods=["POST"])(permission("read")(work))
    started = time.perf_counter()
    assert make_tenant(app).request("POST", LONG_WORK).status_code == 503
    assert 3 * SHORT < time.perf_counter() - started < 4 * SHORT + 2


def test_work_declared_long_has_a_deadline_too(make_app: MakeApp) -> None:
    tenant = make_tenant(_with_long_route(make_app(longest_loan_seconds=SHORT)))
    assert tenant.request("POST", LONG_WORK).status_code == 503


def test_a_command_may_take_longer_than_a_request(make_app: MakeApp) -> None:
    app = make_app(request_loan_seconds=SHORT, longest_loan_seconds=30)
    tenant = make_tenant(app)
    with app.app_context(), tenant_context(TenantContext(tenant.id)):
        _work_a_while()


def test_a_cut_connection_is_replaced(make_app: MakeApp) -> None:
    app = make_app(pool_min_size=1, pool_max_size=1, longest_loan_seconds=0.3)
    kept = pool_of(app).connect()
    time.sleep(0.8)
    with pytest.raises(psycopg.OperationalError):
        kept.execute("SELECT 1")
    kept.close()
    all_returned(app)
    other = pool_of(app).connect()
    assert other.execute("SELECT 1").fetchone() == (1,)
    other.close()


class _Slow(io.BytesIO):
    """A body of which each part comes late."""

    def read(self, size: int | None = -1) -> bytes:
        time.sleep(WHILE / 2)
        return super().read(size)


def _with_long_route(app: Flask) -> Flask:
    app.route(LONG_WORK, methods=["POST"])(permission("read")(long_work(_work_a_while)))
    return app


def _work_a_while() -> list[object]:
    db.session.execute(text("SELECT 1"))
    time.sleep(3 * SHORT)
    db.session.execute(text("SELECT 1"))
    return []


def _is_running(server: Server, database: str) -> bool:
    with server.connect("bootstrap", "postgres") as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state = 'active'", (database,)
        ).fetchone()
    return row != (0,)
