"""Through PgBouncer in transaction mode, where each transaction meets a session that others have used."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest
from flask import Flask
from sqlalchemy import URL, text
from werkzeug.test import TestResponse

from tenantapp.application import create_app
from tenantapp.db.session import db
from tenantapp.health import readiness
from tenantapp.health.readiness import problems
from tenantapp.postgres.pooled import PooledConnection
from tests.support.backends import begin_bound, close_pool, eventually, pool_of
from tests.support.databases import Server
from tests.support.pgbouncer import pgbouncer
from tests.support.probes import add_probes, in_request
from tests.support.sealing import sealed
from tests.support.tenants import TenantUnderTest, make_tenant

pytestmark = pytest.mark.services

CUSTOMERS = "/api/v1/customers"
CLIENTS, TENANTS, REQUESTS = 16, 200, 10_000
ENDLESS = "SELECT count(*) FROM generate_series(1, 100000) AS a, generate_series(1, 100000) AS b"


@pytest.fixture
def through() -> int:
    """How many sessions all clients share."""
    return 1


@pytest.fixture
def address(server: Server, shared_database: str, through: int) -> Iterator[URL]:
    """The application's address, through PgBouncer."""
    with pgbouncer(server.address("app", shared_database), servers=through) as url:
        yield url


@pytest.fixture
def limits() -> dict[str, float]:
    """What bounds the application's sessions."""
    return {}


@pytest.fixture
def pooled(server: Server, shared_database: str, address: URL, limits: dict[str, float]) -> Iterator[Flask]:
    """An application whose transactions all come through PgBouncer."""
    told = {"database_pooler": "transaction", "pool_max_size": CLIENTS, "database_url": address, **limits}
    with server.application(shared_database, **told) as app:
        yield add_probes(app)


@pytest.fixture
def attacker(address: URL) -> Iterator[psycopg.Connection]:
    """Another client of the same PgBouncer, of the application's role, which runs any SQL."""
    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True, prepare_threshold=None) as connection:
        yield connection


def test_the_database_is_ready(pooled: Flask) -> None:
    assert [
        problem for problem in problems(pooled.extensions["tenantapp"].settings) if problem.is_error
    ] == []


def test_readiness_is_told_by_the_pools_own_connections(
    pooled: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "KEPT_SECONDS", 0.0)
    pooled = add_probes(create_app(pooled.extensions["tenantapp"].settings))
    # More often than a statement is sent before the driver would prepare it.
    for _ in range(8):
        answer = pooled.test_client().get("/readyz", base_url="http://localhost")
        assert (answer.status_code, answer.json["status"]) == (200, "ready"), answer.json
    close_pool(pooled)


@pytest.mark.parametrize("through", [4])
def test_every_answer_is_its_own_tenants(pooled: Flask) -> None:
    tenants = [make_tenant(pooled) for _ in range(TENANTS)]
    with ThreadPoolExecutor(CLIENTS) as clients:
        made = dict(zip([one.id for one in tenants], clients.map(_create, tenants), strict=True))

        def ask(number: int) -> bool:
            tenant = tenants[number * 7919 % TENANTS]
            if number % 2:
                response = tenant.request("GET", f"{CUSTOMERS}/{made[tenant.id]}")
                return response.status_code == 200 and response.json["name"] == tenant.subdomain
            response = tenant.request("GET", CUSTOMERS)
            return response.status_code == 200 and {
                (item["id"], item["name"]) for item in response.json["items"]
            } == {(made[tenant.id], tenant.subdomain)}

        assert all(clients.map(ask, range(REQUESTS)))


def _create(tenant: TenantUnderTest) -> str:
    created = tenant.create(CUSTOMERS, name=tenant.subdomain, email=f"ada@{tenant.subdomain}.example")
    return str(created["id"])


@pytest.mark.parametrize(
    ("leave", "setting"),
    [
        ("SET search_path = pg_temp", "search_path"),
        ("SET row_security = off", "row_security"),
        ("SET timezone = 'Asia/Tokyo'", "timezone"),
        ("SET statement_timeout = '1min'", "statement_timeout"),
        ("SET tenancy.context = 'stolen'", None),
        ("PREPARE planted AS SELECT 1", None),
        ("LISTEN somebody", None),
        ("BEGIN; DECLARE kept CURSOR WITH HOLD FOR SELECT 1; COMMIT", None),
    ],
)
def test_what_another_client_left_on_the_session_is_gone(
    pooled: Flask, attacker: psycopg.Connection, leave: str, setting: str | None
) -> None:
    tenant = make_tenant(pooled)
    attacker.execute(leave)
    with closing(pool_of(pooled).connect()) as connection:
        assert isinstance(connection, PooledConnection)
        begin_bound(connection, tenant.context)
        left = "SELECT (SELECT count(*) FROM pg_prepared_statements) + (SELECT count(*) FROM pg_cursors)"
        assert connection.execute(left).fetchone() == (0,)
        if setting:
            wanted = {"search_path": "public", "row_security": "on", "timezone": "UTC"}.get(setting, "8s")
            assert connection.execute("SELECT current_setting(%s)", (setting,)).fetchone() == (wanted,)
        assert connection.execute("SELECT count(*) FROM customers").fetchone() == (0,)
    assert _create(tenant)
    # UNLISTEN holds from its transaction's end.
    assert attacker.execute("SELECT count(*) FROM pg_listening_channels()").fetchone() == (0,)


def test_a_token_is_good_on_the_backend_alone_that_the_transaction_has_got(
    server: Server, shared_database: str, pooled: Flask, attacker: psycopg.Connection
) -> None:
    tenant = make_tenant(pooled)
    with closing(pool_of(pooled).connect()) as connection:
        begin_bound(connection, tenant.context)
        row = connection.execute("SELECT current_setting('tenancy.context')").fetchone()
        assert row is not None
    with (
        server.connect("app", shared_database) as elsewhere,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="tenant context rejected"),
    ):
        elsewhere.execute("SELECT tenancy.bind(%s)", row)
    # What the driver takes for the backend is the pooler's own invention.
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="tenant context rejected"):
        attacker.execute("SELECT tenancy.bind(%s)", (sealed(attacker, tenant.context),))


def test_a_change_of_a_table_is_not_noticed(server: Server, shared_database: str, pooled: Flask) -> None:
    tenant = make_tenant(pooled)
    customer = f"{CUSTOMERS}/{_create(tenant)}"
    with server.connect("bootstrap", shared_database) as superuser:
        kind = superuser.execute(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = 'customers'::regclass AND attname = 'phone'"
        ).fetchone()
        assert kind is not None
        for changed in ("varchar(90)", *kind):
            for _ in range(8):
                assert tenant.request("GET", customer).status_code == 200
                assert tenant.request("PATCH", customer, json={"phone": "1"}).status_code == 200
            superuser.execute(f"ALTER TABLE customers ALTER phone TYPE {changed}")
            assert tenant.request("GET", customer).status_code == 200
            assert tenant.request("PATCH", customer, json={"phone": "2"}).status_code == 200


@pytest.mark.parametrize("limits", [{"longest_loan_seconds": 0.5}])
def test_a_loan_that_lasts_too_long_is_cut_and_the_statement_behind_the_pooler_cancelled(
    server: Server, shared_database: str, pooled: Flask
) -> None:
    tenant = make_tenant(pooled)
    assert _endless(tenant).status_code == 503
    eventually(lambda: not _running(server, shared_database))
    assert tenant.request("GET", CUSTOMERS).status_code == 200


@pytest.mark.parametrize("limits", [{"watchdog_seconds": 1.0}])
def test_the_watchdog_ends_what_takes_too_long_behind_the_pooler(
    server: Server, shared_database: str, pooled: Flask
) -> None:
    tenant = make_tenant(pooled)
    with ThreadPoolExecutor(1) as threads:
        endless = threads.submit(_endless, tenant)
        eventually(lambda: _running(server, shared_database))
        time.sleep(1.1)
        watched = pooled.test_cli_runner().invoke(args=["sessions", "watch", "--once"])
        assert watched.exit_code == 0, watched.output
        assert endless.result(timeout=5).status_code == 503
    assert not _running(server, shared_database)
    assert tenant.request("GET", CUSTOMERS).status_code == 200


def _endless(tenant: TenantUnderTest) -> TestResponse:
    def work() -> list[object]:
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
        db.session.execute(text(ENDLESS))
        return []

    return in_request(tenant, work)


def _running(server: Server, database: str) -> bool:
    with server.connect("bootstrap", "postgres") as superuser:
        found = superuser.execute(
            "SELECT FROM pg_stat_activity WHERE datname = %s AND query = %s AND state = 'active'",
            (database, ENDLESS),
        )
        return found.rowcount > 0


@pytest.mark.parametrize("left", ["client_encoding = 'EUC_TW'", "row_security = off"])
def test_a_session_that_began_with_what_the_role_was_left_serves(
    server: Server, shared_database: str, left: str
) -> None:
    where = f'ALTER ROLE CURRENT_USER IN DATABASE "{shared_database}"'
    with (
        server.connect("app", shared_database) as direct,
        pgbouncer(server.address("app", shared_database), servers=1) as url,
    ):
        direct.execute(f"{where} SET {left}")
        try:
            told = {"database_pooler": "transaction", "database_url": url}
            with server.application(shared_database, **told) as app:
                tenant = make_tenant(app)
                assert _create(tenant)
                assert tenant.request("GET", CUSTOMERS).status_code == 200
            found = direct.execute(
                "SELECT setconfig FROM pg_db_role_setting"
                " WHERE setrole = session_user::regrole AND setdatabase <> 0"
            ).fetchall()
        finally:
            direct.execute(f"{where} RESET ALL")
    assert found == []
