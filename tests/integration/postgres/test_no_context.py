"""Without a context nothing is sent; past the program, PostgreSQL refuses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask, copy_current_request_context
from sqlalchemy import event, insert, select, text

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading, writing
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import close_context, tenant_context
from tenantapp.tenancy.errors import MissingTenantContext
from tests.factories.customers import CustomerFactory
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import all_returned, pool_of, traced
from tests.support.probes import done, in_request
from tests.support.tenants import TenantUnderTest, make_tenant


def _engine() -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def _engine_begin() -> None:
    with db.engine.begin():
        pass


def _engine_with_options() -> None:
    with db.engine.execution_options(isolation_level="SERIALIZABLE").connect() as connection:
        connection.execute(text("SELECT 1"))


def _autocommit() -> None:
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT 1"))


def _select() -> None:
    db.session.execute(select(Customer))


def _text() -> None:
    db.session.execute(text("SELECT 1"))


def _connection() -> None:
    db.session.connection()


def _nested() -> None:
    with db.session.begin_nested():
        db.session.execute(text("SELECT 1"))


def _flush() -> None:
    db.session.add(CustomerFactory())
    db.session.flush()


def _bulk() -> None:
    db.session.execute(insert(Customer), [{"name": "Ada", "email": "ada@example.com"}])


def _reading() -> None:
    with reading() as connection:
        connection.execute(text("SELECT 1"))


def _writing() -> None:
    with writing() as session:
        session.execute(text("SELECT 1"))


WAYS = [
    _engine,
    _engine_begin,
    _engine_with_options,
    _autocommit,
    _select,
    _text,
    _connection,
    _nested,
    _flush,
    _bulk,
    _reading,
    _writing,
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__.strip("_"))
def test_every_way_to_a_statement_raises_before_a_byte_is_sent(
    app_of_one: Flask, first: TenantUnderTest, tmp_path: Path, way: Callable[[], None]
) -> None:
    """What the connection does carry is the cleaning when it is given back."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    assert first.request("GET", "/api/v1/customers").status_code == 200
    connection = pool_of(app_of_one).connect()
    connection.close()
    all_returned(app_of_one)
    with app_of_one.app_context(), traced(connection, tmp_path / "wire") as wire:
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            with pytest.raises(MissingTenantContext):
                way()
        finally:
            event.remove(db.engine, "before_cursor_execute", note)
            db.session.remove()
        all_returned(app_of_one)
        sent = [message for message in wire.messages() if message.startswith("F")]
    assert not statements
    assert all("CLOSE ALL" in message for message in sent), sent


def test_a_raw_connection_of_the_pool_is_refused_by_the_server(tenant: TenantUnderTest) -> None:
    tenant.create("/api/v1/customers", name="Ada", email="ada@example.com")
    connection = pool_of(tenant.app).connect()
    try:
        for statement in (
            "SELECT FROM customers",
            "UPDATE customers SET notes = ''",
            "DELETE FROM customers",
            f"INSERT INTO customers (tenant_id, name, email) VALUES ('{tenant.id}', 'Bea', 'b@x.example')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"):
                connection.execute(statement)
            connection.rollback()
    finally:
        connection.close()


def test_on_an_empty_table_a_sequential_scan_evaluates_nothing_and_an_index_scan_raises(
    make_app: MakeApp,
) -> None:
    connection = pool_of(make_app()).connect()
    try:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"):
            connection.execute("SET enable_seqscan = off; SELECT FROM customers")
        connection.rollback()
        connection.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
        connection.execute("SET enable_indexonlyscan = off")
        assert connection.execute("SELECT FROM customers").fetchall() == []
    finally:
        connection.close()


def test_the_engines_raw_connection_is_refused_by_the_server(tenant: TenantUnderTest) -> None:
    tenant.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with tenant.app.app_context(), tenant_context(tenant.context), closing(db.engine.raw_connection()) as raw:
        cursor = raw.cursor()
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no tenant context"):
            cursor.execute("SELECT FROM customers")


def test_autocommit_is_a_bound_transaction_too(first: TenantUnderTest, second: TenantUnderTest) -> None:
    for owner in (first, second):
        owner.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with first.app.app_context(), tenant_context(first.context):
        connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with connection:
            assert connection.scalars(select(Customer.tenant_id)).all() == [first.id]


def test_a_thread_of_a_request_has_no_context(tenant: TenantUnderTest) -> None:
    """Neither with an application context of its own, nor with a copy of the request's."""
    found: list[Exception] = []

    def look() -> None:
        try:
            db.session.execute(select(Customer))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at
            found.append(error)

    def look_in_an_application_context() -> None:
        with tenant.app.app_context():
            look()

    def work() -> str:
        for target in (look, look_in_an_application_context, copy_current_request_context(look)):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        return "done"

    assert in_request(tenant, work).status_code == 200
    assert [type(error) for error in found] == [RuntimeError, MissingTenantContext, MissingTenantContext]


def test_a_pooled_thread_serves_each_task_in_that_tasks_context_alone(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    for owner in (tenant, other_tenant):
        owner.create("/api/v1/customers", name="Ada", email="ada@example.com")

    def serve(owner: TenantUnderTest) -> list[Any]:
        with owner.app.app_context(), tenant_context(owner.context):
            return list(db.session.scalars(select(Customer.tenant_id)))

    def slip() -> None:
        with tenant.app.app_context():
            db.session.execute(select(Customer))

    with ThreadPoolExecutor(1) as threads:
        for owner in (tenant, other_tenant, tenant):
            assert threads.submit(serve, owner).result() == [owner.id]
            with pytest.raises(MissingTenantContext):
                threads.submit(slip).result()


def test_a_command_reaches_rows_in_its_own_block_alone(make_app: MakeApp) -> None:
    app = make_app()
    owners = [make_tenant(app) for _ in range(2)]

    @app.cli.command("count-customers")
    def count_customers() -> None:
        for owner in owners:
            with tenant_context(owner.context):
                db.session.add(CustomerFactory(name=owner.subdomain))
                db.session.commit()
                print(*db.session.scalars(select(Customer.name)))  # noqa: T201
        db.session.execute(select(Customer))

    result = app.test_cli_runner().invoke(args=["count-customers"])
    assert result.output.splitlines()[-2:] == [owner.subdomain for owner in owners]
    assert isinstance(result.exception, MissingTenantContext)
    assert result.exit_code == 1


def test_a_request_that_asks_after_its_context_was_closed_is_refused(tenant: TenantUnderTest) -> None:
    def work() -> str:
        close_context()
        return str(db.session.scalars(select(Customer)).all())

    response = in_request(tenant, work)
    assert response.status_code == 500
    assert response.json is not None
    assert response.json["type"] == "urn:tenantapp:problem:missing-context"
    assert done(in_request(tenant, list)) == []
