"""A transaction begins in the message of its first statement, bound; where it is refused nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from psycopg import pq
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import changing, reading
from tenantapp.postgres.binding import Binding
from tenantapp.postgres.bound import CONTEXT_OPTION
from tenantapp.postgres.engine import begin_now
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import tenant_context
from tenantapp.tenancy.errors import (
    CredentialsChanged,
)
from tests.factories.customers import CustomerFactory
from tests.integration.postgres.conftest import MakeApp
from tests.integration.postgres.first_work import create, level_is_asked_for
from tests.support.backends import all_returned, backends, pool_of, terminate, traced
from tests.support.databases import Server
from tests.support.tenants import TenantUnderTest, make_tenant


@contextmanager
def _sent(tenant: TenantUnderTest, path: Path) -> Iterator[list[str]]:
    """Note, for a block in the tenant's context, what is sent and waited for, the cleaning left out."""
    connection = pool_of(tenant.app).connect()
    connection.close()
    all_returned(tenant.app)
    sent: list[str] = []
    with traced(connection, path) as wire:
        with tenant.app.app_context(), tenant_context(tenant.context):
            yield sent
        all_returned(tenant.app)
        messages = [message for message in wire.messages() if message.startswith(("F Sync", "F Query"))]
        sent += [message for message in messages if "CLOSE ALL" not in message]


def test_a_sessions_get_begins_binds_and_selects_in_one_round_trip(
    first: TenantUnderTest, tmp_path: Path
) -> None:
    with first.app.app_context(), tenant_context(first.context):
        customer = CustomerFactory()
        db.session.add(customer)
        db.session.commit()
        key = customer.id
    with _sent(first, tmp_path / "wire") as sent:
        assert db.session.get(Customer, key) is not None
        db.session.commit()
    assert sent == ["F Sync", 'F Query "COMMIT"']


def test_a_session_that_commits_nothing_ends_in_the_message_that_cleans(
    first: TenantUnderTest, tmp_path: Path
) -> None:
    """It is rolled back all the same, and the driver goes on with what it has prepared."""
    before = _customers(first)
    for _ in range(8):
        with _sent(first, tmp_path / "wire") as sent:
            db.session.add(CustomerFactory())
            db.session.flush()
        assert sent == ["F Sync"]
    assert _customers(first) == before
    with closing(pool_of(first.app).connect()) as connection:
        assert connection._prepared_count() > 0


def _customers(tenant: TenantUnderTest) -> int:
    with tenant.app.app_context(), tenant_context(tenant.context):
        return db.session.scalars(text("SELECT count(*) FROM customers")).one()


def test_a_session_creates_a_row_in_two_round_trips(first: TenantUnderTest, tmp_path: Path) -> None:
    with _sent(first, tmp_path / "wire") as sent:
        db.session.add(CustomerFactory())
        db.session.commit()
    assert sent == ["F Sync", 'F Query "COMMIT"']


def test_a_first_statement_that_is_prepared_takes_one_round_trip_too(
    first: TenantUnderTest, tmp_path: Path
) -> None:
    """The driver prepares what it has sent often enough, which by itself is a round trip more."""
    names = "SELECT name FROM pg_prepared_statements WHERE statement LIKE 'SELECT 4711%'"
    with _sent(first, tmp_path / "wire") as sent:
        for _ in range(8):
            assert db.session.scalar(text("SELECT 4711 AS one")) == 4711
            db.session.commit()
        assert len(db.session.execute(text(names)).all()) == 1
    assert sent[:16] == ["F Sync", 'F Query "COMMIT"'] * 8


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_a_transaction_in_which_nothing_was_executed_sends_nothing(
    first: TenantUnderTest, tmp_path: Path, end: str
) -> None:
    with _sent(first, tmp_path / "wire") as sent:
        db.session.connection()
        getattr(db.session, end)()
        with changing() as connection:
            connection.begin()
            getattr(connection, end)()
        with reading() as connection:
            connection.begin()
    assert sent == []


def test_who_asks_is_looked_at_before_the_first_statement_where_that_is_wanted(
    first: TenantUnderTest, tmp_path: Path
) -> None:
    with _sent(first, tmp_path / "wire") as sent, changing() as connection:
        begin_now(connection)
        begin_now(connection)
        driver: Any = connection.connection.driver_connection
        assert driver.info.transaction_status == pq.TransactionStatus.INTRANS
        connection.commit()
    assert sent == ["F Sync", 'F Query "COMMIT"']


def test_a_credential_is_trusted_for_the_request_once_a_transaction_of_its_has_begun(
    first: TenantUnderTest,
) -> None:
    context = replace(first.context, credentials_version=1)
    change = text("UPDATE tenants SET credentials_version = credentials_version + 1")
    with first.app.app_context(), tenant_context(context):
        with pytest.raises(DBAPIError, match="division by zero"):
            db.session.execute(text("SELECT 1/0"))
        db.session.rollback()
        db.session.execute(change)
        db.session.commit()
        assert db.session.scalar(text("SELECT 1")) == 1
    with first.app.app_context(), tenant_context(replace(context)), pytest.raises(CredentialsChanged):
        db.session.scalar(text("SELECT 1"))


def test_what_was_not_begun_is_not_begun_by_the_next_borrower(
    app_of_one: Flask, first: TenantUnderTest
) -> None:
    first.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with first.app.app_context(), tenant_context(first.context), closing(db.engine.raw_connection()) as raw:
        driver: Any = raw.driver_connection
        driver.pending = Binding(first.context)
    all_returned(app_of_one)
    with closing(pool_of(app_of_one).connect()) as lent:
        assert lent is driver
        assert lent.pending is None
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"):
            lent.execute("SELECT FROM customers")


def test_a_first_statement_on_a_dropped_connection_is_sent_again_once(
    make_app: MakeApp, server: Server, database: str
) -> None:
    tenant = make_tenant(make_app(pool_min_size=2, pool_max_size=2))
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        told.append(statement)

    with tenant.app.app_context(), tenant_context(tenant.context):
        for work in (create, lambda _: level_is_asked_for()):
            terminate(server, *backends(server, database))
            work(tenant)
        terminate(server, *backends(server, database))
        sa.event.listen(db.engine, "before_cursor_execute", note)
        try:
            assert db.session.scalars(select(Customer.tenant_id)).all() == [tenant.id]
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(told) == 2, "whoever counts statements sees what was sent"


def test_a_context_of_an_option_is_bound_by_the_first_statement(
    first: TenantUnderTest, second: TenantUnderTest
) -> None:
    for owner in (first, second):
        owner.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with first.app.app_context(), tenant_context(first.context):
        options = {CONTEXT_OPTION: second.context}
        with db.engine.connect().execution_options(**options) as connection:
            assert connection.scalars(text("SELECT tenant_id FROM customers")).all() == [second.id]
