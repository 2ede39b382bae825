"""A transaction begins in the message of its first statement, bound; where it is refused nothing runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

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
from tenantapp.postgres.connection import TenantConnection
from tenantapp.postgres.engine import begin_now
from tenantapp.postgres.errors import ContextRejected
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import TenantContext, tenant_context
from tenantapp.tenancy.errors import (
    CredentialsChanged,
    TenantGone,
    TenantNotFound,
    TenantSuspended,
)
from tenantapp.tenancy.seal import ContextSealer
from tests.factories.customers import CustomerFactory
from tests.integration.postgres.conftest import MakeApp
from tests.support.backends import all_returned, backends, pool_of, terminate, traced
from tests.support.databases import Server
from tests.support.operator import give_own_row
from tests.support.tenants import TenantUnderTest, make_tenant

OF_ONE = {"pool_min_size": 1, "pool_max_size": 1}
OWNERS = text("SELECT tenant_id FROM customers")


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


def _create(_tenant: TenantUnderTest) -> None:
    db.session.add(CustomerFactory())
    db.session.commit()


def _step(_tenant: TenantUnderTest) -> None:
    with changing() as connection:
        connection.execute(text("SELECT nextval('steps')"))
        connection.commit()


def _step_in_a_string_of_several(_tenant: TenantUnderTest) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("SELECT nextval('steps'); SELECT 1")


def _step_while_reading(_tenant: TenantUnderTest) -> None:
    with reading() as connection:
        connection.execute(text("SELECT last_value FROM steps"))


def _step_by_the_driver(_tenant: TenantUnderTest) -> None:
    with db.engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        connection.begin()
        with pytest.raises((TenantNotFound, TenantSuspended)):
            driver.execute("SELECT nextval('steps')")
        connection.connection.driver_connection.execute("SELECT nextval('steps')")  # type: ignore[union-attr]


FIRST = [_create, _step, _step_in_a_string_of_several, _step_while_reading, _step_by_the_driver]


@pytest.fixture
def stepping(make_app: MakeApp, server: Server, database: str) -> TenantUnderTest:
    """A tenant of a database with a sequence: what steps it is not undone by a rollback."""
    with server.connect("bootstrap", database) as connection:
        connection.execute("CREATE SEQUENCE public.steps")
        connection.execute(f"GRANT ALL ON SEQUENCE public.steps TO {server.names.app}")
    return make_tenant(make_app(**OF_ONE))


def _has_run(server: Server, database: str) -> tuple[Any, ...] | None:
    with server.connect("bootstrap", database) as connection:
        return connection.execute("SELECT (SELECT is_called FROM steps), count(*) FROM customers").fetchone()


@pytest.mark.parametrize("work", FIRST, ids=lambda work: work.__name__.strip("_"))
@pytest.mark.parametrize(
    ("status", "refusal"), [("suspended", TenantSuspended), ("archived", TenantNotFound)]
)
def test_nothing_is_run_for_a_tenant_that_is_not_served(
    stepping: TenantUnderTest,
    server: Server,
    database: str,
    work: Callable[[TenantUnderTest], None],
    status: str,
    refusal: type[Exception],
) -> None:
    give_own_row(stepping, status)
    with stepping.app.app_context():
        for _ in range(2):
            with tenant_context(stepping.context), pytest.raises(refusal) as refused:
                work(stepping)
            assert type(refused.value) is refusal
    assert _has_run(server, database) == (False, 0)
    give_own_row(stepping, "active")
    with stepping.app.app_context(), tenant_context(stepping.context):
        _create(stepping)
        _step(stepping)
    assert _has_run(server, database) == (True, 1)


def _of_nobody(context: TenantContext) -> TenantContext:
    return replace(context, tenant_id=uuid4())


def _of_an_old_credential(context: TenantContext) -> TenantContext:
    return replace(context, credentials_version=7)


@pytest.mark.parametrize(
    ("change", "refusal"), [(_of_nobody, TenantGone), (_of_an_old_credential, CredentialsChanged)]
)
def test_nothing_is_run_for_a_context_that_is_not_the_databases(
    stepping: TenantUnderTest,
    server: Server,
    database: str,
    change: Callable[[TenantContext], TenantContext],
    refusal: type[Exception],
) -> None:
    context = change(stepping.context)
    with stepping.app.app_context(), tenant_context(context):
        for work in (_create, _step, _step_in_a_string_of_several, _step_while_reading):
            with pytest.raises(refusal):
                work(stepping)
            db.session.rollback()
    assert _has_run(server, database) == (False, 0)


def test_nothing_is_run_where_the_seal_is_rejected(
    stepping: TenantUnderTest, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextSealer, "seal", lambda *_: "v2.forged")
    with stepping.app.app_context(), tenant_context(stepping.context):
        for work in (_create, _step, _step_in_a_string_of_several, _step_while_reading):
            with pytest.raises(ContextRejected):
                work(stepping)
            db.session.rollback()
    assert _has_run(server, database) == (False, 0)


def test_who_was_refused_and_goes_on_is_refused_again(
    stepping: TenantUnderTest, server: Server, database: str
) -> None:
    give_own_row(stepping, "suspended")
    with stepping.app.app_context(), tenant_context(stepping.context), changing() as connection:
        for _ in range(3):
            with pytest.raises(TenantSuspended):
                connection.execute(text("SELECT nextval('steps')"))
        connection.commit()
    assert _has_run(server, database) == (False, 0)


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


def _level_is_asked_for() -> Any:
    with db.engine.connect() as connection:
        connection.begin()
        assert connection.get_isolation_level() == "READ COMMITTED"
        return connection.scalars(OWNERS).all()


def _savepoint_first() -> Any:
    with changing() as connection:
        with connection.begin_nested() as savepoint:
            connection.execute(text("UPDATE customers SET notes = 'lost'"))
            savepoint.rollback()
        assert connection.scalars(text("SELECT notes FROM customers")).all() == ["new"]
        return connection.scalars(OWNERS).all()


@pytest.mark.parametrize(
    "ask", [_many_by_sqlalchemy, _several_by_sqlalchemy, _level_is_asked_for, _savepoint_first]
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
        for work in (_create, lambda _: _level_is_asked_for()):
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
            assert connection.scalars(OWNERS).all() == [second.id]
