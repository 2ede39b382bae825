"""A context lasts as long as its transaction, and a session as long as its tenant."""

from __future__ import annotations

from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm.exc import DetachedInstanceError, StaleDataError

from tenantapp.db.errors import ForeignTenantSession
from tenantapp.db.session import db
from tenantapp.resources.customers.models import Customer
from tenantapp.tenancy.context import TenantContext, tenant_context
from tenantapp.tenancy.errors import TenantNotFound
from tests.factories.customers import CustomerFactory
from tests.support.backends import pool_of
from tests.support.probes import done, in_request
from tests.support.sealing import sealed
from tests.support.tenants import TenantUnderTest

_CONTEXT = "SELECT current_setting('tenancy.context', true)"


def test_a_rolled_back_savepoint_does_not_take_the_context_along(tenant: TenantUnderTest) -> None:
    def contexts() -> list[Any]:
        before = db.session.scalar(text(_CONTEXT))
        savepoint = db.session.begin_nested()
        db.session.execute(text("SELECT set_config('statement_timeout', '1234', true)"))
        savepoint.rollback()
        after = db.session.scalar(text(_CONTEXT))
        with db.session.begin_nested():
            inside = db.session.scalar(text(_CONTEXT))
        return [before, after, inside, db.session.scalar(text(_CONTEXT))]

    seen = done(in_request(tenant, contexts))
    assert len(set(seen)) == 1
    assert str(tenant.id) in seen[0]


def test_a_second_transaction_of_a_request_is_bound_anew(tenant: TenantUnderTest) -> None:
    def work() -> list[Any]:
        context = "SELECT tenancy.current_context()::text, now()"
        first = db.session.execute(text(context)).one()
        db.session.commit()
        second = db.session.execute(text(context)).one()
        assert first[1] != second[1]
        return [first[0], second[0]]

    first, second = done(in_request(tenant, work))
    assert first == second
    assert str(tenant.id) in first


def test_a_session_that_is_kept_serves_no_other_tenant(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with tenant.app.app_context():
        with tenant_context(tenant.context):
            kept = db.session()
            kept.execute(text("SELECT 1"))
        with tenant_context(other_tenant.context), pytest.raises(ForeignTenantSession):
            kept.execute(select(Customer))


def test_rows_do_not_survive_from_one_context_to_the_next(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with tenant.app.app_context():
        with tenant_context(tenant.context):
            customer = CustomerFactory()
            db.session.add(customer)
            db.session.commit()
            key = customer.id
            assert db.session.get(Customer, key) is customer
        with tenant_context(other_tenant.context):
            assert customer not in db.session
            assert not list(db.session)
            assert db.session.get(Customer, key) is None
        with tenant_context(tenant.context):
            found = db.session.get(Customer, key)
            assert found is not None
            assert found is not customer


def test_an_object_that_is_kept_loads_nothing_more(tenant: TenantUnderTest) -> None:
    with tenant.app.app_context(), tenant_context(tenant.context):
        customer = CustomerFactory()
        db.session.add(customer)
        db.session.commit()
        db.session.expire(customer)
    with pytest.raises(DetachedInstanceError):
        _ = customer.name


def test_another_tenants_object_cannot_be_written_through_ones_own_session(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest
) -> None:
    with tenant.app.app_context():
        with tenant_context(tenant.context):
            customer = CustomerFactory(name="Ada")
            db.session.add(customer)
            db.session.commit()
        customer.name = "taken over"
        with tenant_context(other_tenant.context):
            db.session.add(customer)
            with pytest.raises(StaleDataError):
                db.session.commit()
        with tenant_context(tenant.context):
            assert db.session.scalars(select(Customer.name)).all() == ["Ada"]


def test_a_context_that_closes_in_a_transaction_rolls_it_back(tenant: TenantUnderTest) -> None:
    with tenant.app.app_context():
        with tenant_context(tenant.context):
            db.session.add(CustomerFactory())
            db.session.flush()
        with tenant_context(tenant.context):
            assert db.session.scalars(select(Customer)).all() == []


def test_a_tenant_that_was_never_there_is_bound_to_nothing(tenant: TenantUnderTest) -> None:
    """A context of a made-up tenant is refused at the begin, not answered by no rows."""
    with tenant.app.app_context(), tenant_context(TenantContext(uuid4())), pytest.raises(TenantNotFound):
        db.session.execute(text("SELECT 1"))


def test_a_context_of_another_version_is_refused_by_the_server(tenant: TenantUnderTest) -> None:
    with closing(pool_of(tenant.app).connect()) as connection:
        token = sealed(connection, tenant.context).replace("v2.", "v3.")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="tenant context rejected"):
            connection.execute("SELECT tenancy.bind(%s)", (token,))
