"""Whatever the driver or SQLAlchemy is asked first is asked in the bound transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import changing
from tenantapp.postgres.connection import TenantConnection
from tenantapp.tenancy.context import tenant_context
from tests.integration.postgres.first_work import OWNERS, level_is_asked_for
from tests.support.tenants import TenantUnderTest


def _kept(ask: Callable[[TenantConnection], Any]) -> list[Any]:
    """Ask the driver's connection, which was taken before the transaction began."""
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        connection.begin()
        return [row[0] for row in ask(driver)]


def _execute(driver: TenantConnection) -> Any:
    return driver.execute("SELECT tenant_id FROM customers").fetchall()


def _several(driver: TenantConnection) -> Any:
    return driver.execute("SELECT 1; SELECT tenant_id FROM customers").set_result(-1).fetchall()


def _many(driver: TenantConnection) -> Any:
    cursor = driver.cursor()
    cursor.executemany("SELECT tenant_id FROM customers WHERE name <> %s", [("",), ("x",)], returning=True)
    return cursor.fetchall()


def _stream(driver: TenantConnection) -> Any:
    return list(driver.cursor().stream("SELECT tenant_id FROM customers"))


def _copy(driver: TenantConnection) -> Any:
    with driver.cursor().copy("COPY (SELECT tenant_id FROM customers) TO STDOUT") as copy:
        copy.set_types(["uuid"])
        return list(copy.rows())


def _server_side(driver: TenantConnection) -> Any:
    return driver.cursor("named").execute("SELECT tenant_id FROM customers").fetchall()


def _pipeline(driver: TenantConnection) -> Any:
    with driver.pipeline():
        return driver.execute("SELECT tenant_id FROM customers").fetchall()


def _transaction(driver: TenantConnection) -> Any:
    with driver.transaction():
        return driver.execute("SELECT tenant_id FROM customers").fetchall()


def _after_a_commit_of_the_drivers(driver: TenantConnection) -> Any:
    driver.commit()
    return _execute(driver)


WAYS = [
    _execute,
    _several,
    _many,
    _stream,
    _copy,
    _server_side,
    _pipeline,
    _transaction,
    _after_a_commit_of_the_drivers,
]


@pytest.mark.parametrize("ask", WAYS, ids=lambda ask: ask.__name__.strip("_"))
def test_whatever_the_driver_is_asked_first_is_asked_in_the_bound_transaction(
    first: TenantUnderTest, second: TenantUnderTest, ask: Callable[[TenantConnection], Any]
) -> None:
    for owner in (first, second):
        owner.create("/api/v1/customers", name="Ada", email="ada@example.com")
    with first.app.app_context(), tenant_context(first.context):
        assert _kept(ask) == [first.id]


def _many_by_sqlalchemy() -> Any:
    with changing() as connection:
        changed = connection.execute(
            text("UPDATE customers SET notes = :notes WHERE name = :name"),
            [{"notes": "seen", "name": "Ada"}, {"notes": "seen", "name": "Bob"}],
        )
        assert changed.rowcount == 1
        return connection.scalars(text("SELECT tenant_id FROM customers WHERE notes = 'seen'")).all()


def _several_by_sqlalchemy() -> Any:
    with changing() as connection:
        connection.exec_driver_sql("UPDATE customers SET notes = 'seen'; SELECT 1")
        return connection.scalars(text("SELECT tenant_id FROM customers WHERE notes = 'seen'")).all()


def _savepoint_first() -> Any:
    with changing() as connection:
        with connection.begin_nested() as savepoint:
            connection.execute(text("UPDATE customers SET notes = 'lost'"))
            savepoint.rollback()
        assert connection.scalars(text("SELECT notes FROM customers")).all() == ["new"]
        return connection.scalars(OWNERS).all()


@pytest.mark.parametrize(
    "ask", [_many_by_sqlalchemy, _several_by_sqlalchemy, level_is_asked_for, _savepoint_first]
)
def test_what_cannot_travel_with_the_begin_follows_it(
    first: TenantUnderTest, second: TenantUnderTest, ask: Callable[[], Any]
) -> None:
    for owner in (first, second):
        owner.create("/api/v1/customers", name="Ada", email="ada@example.com", notes="new")
    with first.app.app_context(), tenant_context(first.context):
        assert ask() == [first.id]


def test_copy_by_a_plain_statement_is_refused_and_costs_its_connection_alone(first: TenantUnderTest) -> None:
    """In a message of several commands there is no way back from COPY."""
    with first.app.app_context(), tenant_context(first.context):
        with pytest.raises(DBAPIError) as refused:
            db.session.execute(text("COPY customers TO STDOUT"))
        assert isinstance(refused.value.orig, psycopg.ProgrammingError)
        db.session.rollback()
        assert db.session.scalar(text("SELECT 1")) == 1


def test_a_first_statement_that_the_driver_cannot_send_costs_no_connection(first: TenantUnderTest) -> None:
    pids = set()
    with first.app.app_context(), tenant_context(first.context):
        pids.add(db.session.scalar(text("SELECT pg_backend_pid()")))
        db.session.commit()
        values: dict[str, object] = {f"v{number}": number for number in range(65_536)}
        many = text(f"SELECT {', '.join(f':{name}' for name in values)}")
        with pytest.raises(DBAPIError, match="number of parameters"):
            db.session.execute(many, values)
        with pytest.raises(DBAPIError, match="cannot adapt"):
            db.session.execute(text("SELECT :value"), {"value": object()})
        db.session.rollback()
        pids.add(db.session.scalar(text("SELECT pg_backend_pid()")))
    assert len(pids) == 1
