"""The version of a row rises with each UPDATE, by whichever way it is sent."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import bindparam, select, update

from tenantapp.db.session import db
from tenantapp.models.scoped import table_of
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca
from tenantapp.tenancy.context import tenant_context
from tests.factories.customers import CustomerFactory
from tests.factories.rcas import RcaFactory
from tests.support.tenants import TenantUnderTest

_TABLE = table_of(Customer)


def _by_flush(customer: Customer) -> None:
    customer.name = "Bea"
    db.session.flush()


def _by_the_session(customer: Customer) -> None:
    db.session.execute(update(Customer).where(Customer.id == customer.id).values(name="Bea"))


def _by_the_table(customer: Customer) -> None:
    db.session.execute(update(_TABLE).where(_TABLE.c.id == customer.id).values(name="Bea"))


def _on_the_connection(customer: Customer) -> None:
    named = update(_TABLE).where(_TABLE.c.id == bindparam("row_id")).values(name=bindparam("new_name"))
    db.session.connection().execute(named, [{"row_id": customer.id, "new_name": "Bea"}])


def _from_another_table(customer: Customer) -> None:
    db.session.add(RcaFactory(customer_id=customer.id, title="Bea"))
    db.session.flush()
    titled = update(Customer).values(name=Rca.title).where(Rca.customer_id == Customer.id)
    db.session.execute(titled.execution_options(synchronize_session=False))


WAYS = [_by_flush, _by_the_session, _by_the_table, _on_the_connection, _from_another_table]


@pytest.mark.parametrize("write", WAYS, ids=lambda way: way.__name__)
def test_each_update_raises_the_version_by_one(
    first: TenantUnderTest, write: Callable[[Customer], None]
) -> None:
    with first.app.app_context(), tenant_context(first.context):
        customer = CustomerFactory(name="Ada")
        db.session.add(customer)
        db.session.commit()
        row_id: UUID = customer.id
        before = customer.row_version
        write(customer)
        db.session.commit()
        seen = select(_TABLE.c.name, _TABLE.c.row_version).where(_TABLE.c.id == row_id)
        assert tuple(db.session.execute(seen).one()) == ("Bea", before + 1)


def test_the_use_of_a_key_and_a_change_of_keys_leave_versions_as_they_are(first: TenantUnderTest) -> None:
    before = first.request("GET", "/api/v1/tenant").headers["ETag"]
    second = first.create("/api/v1/api-keys", name="second", scopes=["read"])
    assert first.request("DELETE", f"/api/v1/api-keys/{second['id']}").status_code == 204
    assert first.request("GET", "/api/v1/tenant").headers["ETag"] == before
