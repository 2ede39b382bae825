"""What a borrower leaves on a connection's session, the next one does not find."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from tenantapp.db.session import db
from tenantapp.postgres.connection import TenantConnection
from tenantapp.settings.context_key import ContextKey
from tenantapp.tenancy.context import TenantContext, tenant_context
from tenantapp.tenancy.seal import ContextSealer
from tests.support.backends import all_returned, begin_bound, pool_of
from tests.support.sealing import sealed
from tests.support.tenants import TenantUnderTest

FOREIGN = ContextSealer(ContextKey("any", bytes(32)), "any").seal(TenantContext(UUID(int=1)), 1)
SETTINGS = [
    (f"SET tenancy.context = '{FOREIGN}'", "tenancy.context", ""),
    (f"SELECT set_config('tenancy.context', '{FOREIGN}', false)", "tenancy.context", ""),
    ("SET search_path = pg_temp, pg_catalog", "search_path", "public"),
    ("SET SESSION statement_timeout = 0", "statement_timeout", "8s"),
    ("SET lock_timeout = 0", "lock_timeout", "5s"),
    ("SET idle_in_transaction_session_timeout = 0", "idle_in_transaction_session_timeout", "1min"),
    ("SET timezone = 'Asia/Tokyo'", "timezone", "UTC"),
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "default_transaction_read_only", "off"),
    (
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "default_transaction_isolation",
        "read committed",
    ),
    ("SET row_security = off", "row_security", "on"),
    ("SET work_mem = '1GB'", "work_mem", None),
    ("SET application_name = 'somebody'", "application_name", "tenantapp"),
    ("SET client_encoding = 'LATIN1'", "client_encoding", "UTF8"),
    ("SET plan_cache_mode = force_generic_plan", "plan_cache_mode", "auto"),
]
OBJECTS = [
    ("DECLARE kept CURSOR WITH HOLD FOR SELECT 1", "SELECT count(*) FROM pg_cursors"),
    ("LISTEN somebody", "SELECT count(*) FROM pg_listening_channels()"),
    ("PREPARE planted AS SELECT 1", "SELECT count(*) FROM pg_prepared_statements WHERE from_sql"),
]


@contextmanager
def _borrowed(app: Flask) -> Iterator[TenantConnection]:
    """Lend the one connection, and wait until it is cleaned."""
    connection = pool_of(app).connect()
    try:
        yield connection
    finally:
        connection.close()
        all_returned(app)


def _ask(connection: psycopg.Connection[Any], question: str) -> Any:
    row = connection.execute(question).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(("leave", "name", "expected"), SETTINGS)
def test_a_setting_of_the_session_is_undone(
    app_of_one: Flask, leave: str, name: str, expected: str | None
) -> None:
    question = f"SELECT current_setting('{name}', true)"
    with _borrowed(app_of_one) as connection:
        backend = connection.info.backend_pid
        before = _ask(connection, question)
        connection.execute(leave)
        connection.commit()
        assert _ask(connection, question) not in {before, expected}
    with _borrowed(app_of_one) as connection:
        assert connection.info.backend_pid == backend
        assert (_ask(connection, question) or "") == (before or "" if expected is None else expected)


@pytest.mark.parametrize(("leave", "count"), OBJECTS)
def test_an_object_of_the_session_is_gone(app_of_one: Flask, leave: str, count: str) -> None:
    with _borrowed(app_of_one) as connection:
        connection.execute(leave)
        connection.commit()
        assert _ask(connection, count) == 1
    with _borrowed(app_of_one) as connection:
        assert _ask(connection, count) == 0


def test_what_was_notified_is_forgotten(app_of_one: Flask) -> None:
    with _borrowed(app_of_one) as connection:
        for statement in ("LISTEN eve", "NOTIFY eve, 'secret'", "SELECT 1"):
            connection.execute(statement)
            connection.commit()
    with _borrowed(app_of_one) as connection:
        connection.autocommit = True
        assert list(connection.notifies(timeout=0.1)) == []


@pytest.mark.parametrize("end", ["open", "failed"])
def test_a_transaction_that_is_left_open_or_failed_is_rolled_back(
    app_of_one: Flask, first: TenantUnderTest, end: str
) -> None:
    with _borrowed(app_of_one) as connection:
        begin_bound(connection, first.context)
        connection.execute("INSERT INTO customers (name, email) VALUES ('Ada', 'ada@example.com')")
        if end == "failed":
            with pytest.raises(psycopg.errors.DivisionByZero):
                connection.execute("SELECT 1/0")
    with _borrowed(app_of_one) as connection:
        assert connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        assert _ask(connection, "SELECT current_setting('tenancy.context', true)") == ""
    assert first.request("GET", "/api/v1/customers").json["items"] == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("isolation_level", "AUTOCOMMIT"),
        ("isolation_level", "SERIALIZABLE"),
        ("postgresql_readonly", True),
        ("postgresql_deferrable", True),
    ],
)
def test_an_option_of_a_connection_ends_with_it(first: TenantUnderTest, option: str, value: object) -> None:
    with first.app.app_context(), tenant_context(first.context):
        with db.engine.connect().execution_options(**{option: value}) as connection:
            connection.execute(text("SELECT 1"))
        _assert_plain(first.app)
    first.create("/api/v1/customers", name="Ada", email="ada@example.com")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("autocommit", True),
        ("isolation_level", psycopg.IsolationLevel.SERIALIZABLE),
        ("read_only", True),
        ("deferrable", True),
    ],
)
def test_a_mode_of_the_driver_ends_with_the_loan(
    first: TenantUnderTest, attribute: str, value: object
) -> None:
    with _borrowed(first.app) as connection:
        setattr(connection, attribute, value)
    _assert_plain(first.app)
    first.create("/api/v1/customers", name="Ada", email="ada@example.com")


def _assert_plain(app: Flask) -> None:
    with _borrowed(app) as connection:
        modes = (
            connection.autocommit,
            connection.isolation_level,
            connection.read_only,
            connection.deferrable,
        )
    assert modes == (False, psycopg.IsolationLevel.READ_COMMITTED, None, None)


def test_a_context_left_on_the_session_serves_nobody(first: TenantUnderTest, second: TenantUnderTest) -> None:
    first.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with _borrowed(first.app) as connection:
        connection.execute(
            "SELECT set_config('tenancy.context', %s, false)", (sealed(connection, first.context),)
        )
        connection.commit()
        assert _ask(connection, "SELECT count(*) FROM customers") == 1
    with (
        _borrowed(first.app) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"),
    ):
        connection.execute("SELECT count(*) FROM customers")
    assert second.request("GET", "/api/v1/customers").json["items"] == []


def test_a_statement_planted_under_the_drivers_name_is_not_run_for_the_next(
    first: TenantUnderTest, second: TenantUnderTest
) -> None:
    """psycopg prepares what it has sent five times as `_pg3_0`, `_pg3_1` … and trusts those names."""
    for _ in range(12):
        assert second.request("GET", "/api/v1/customers").status_code == 200
    with _borrowed(first.app) as connection:
        names = "SELECT name, parameter_types::text FROM pg_prepared_statements WHERE NOT from_sql"
        prepared = connection.execute(names).fetchall()
        assert prepared
        for name, _ in prepared:
            connection.execute(f'DEALLOCATE "{name}"')
            connection.execute(f"""PREPARE "{name}" AS SELECT 'planted'""")
        connection.commit()
    for _ in range(3):
        response = second.request("GET", "/api/v1/customers")
        assert response.status_code == 200
        assert "planted" not in response.get_data(as_text=True)
