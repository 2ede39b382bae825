"""Where the transaction that a first statement begins is refused, nothing runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import changing, reading
from tenantapp.postgres.errors import ContextRejected
from tenantapp.tenancy.context import TenantContext, tenant_context
from tenantapp.tenancy.errors import (
    CredentialsChanged,
    TenantGone,
    TenantNotFound,
    TenantSuspended,
)
from tenantapp.tenancy.seal import ContextSealer
from tests.integration.postgres.conftest import OF_ONE, MakeApp
from tests.integration.postgres.first_work import create
from tests.support.databases import Server
from tests.support.operator import give_own_row
from tests.support.tenants import TenantUnderTest, make_tenant


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


FIRST = [create, _step, _step_in_a_string_of_several, _step_while_reading, _step_by_the_driver]


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
        create(stepping)
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
        for work in (create, _step, _step_in_a_string_of_several, _step_while_reading):
            with pytest.raises(refusal):
                work(stepping)
            db.session.rollback()
    assert _has_run(server, database) == (False, 0)


def test_nothing_is_run_where_the_seal_is_rejected(
    stepping: TenantUnderTest, server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextSealer, "seal", lambda *_: "v2.forged")
    with stepping.app.app_context(), tenant_context(stepping.context):
        for work in (create, _step, _step_in_a_string_of_several, _step_while_reading):
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
