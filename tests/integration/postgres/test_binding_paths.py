"""A transaction is the tenant's by whatever path it begins."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from tenantapp.db.session import db
from tenantapp.db.unit_of_work import reading, writing
from tenantapp.resources.customers.models import Customer
from tests.factories.customers import CustomerFactory
from tests.support.probes import done, in_request
from tests.support.tenants import TenantUnderTest

Path = Callable[[], Iterable[Any]]
OWNERS = select(Customer.tenant_id)


def _values() -> dict[str, str]:
    return {"name": "Ada", "email": f"{secrets.token_hex(6)}@example.com"}


def _orm_select() -> Iterable[UUID]:
    return [customer.tenant_id for customer in db.session.scalars(select(Customer))]


def _legacy_query() -> Iterable[UUID]:
    return [customer.tenant_id for customer in db.session.query(Customer)]


def _text() -> Iterable[UUID]:
    return db.session.execute(text("SELECT tenant_id FROM customers")).scalars()


def _connection_of_the_session() -> Iterable[UUID]:
    return db.session.connection().execute(OWNERS).scalars()


def _driver_of_the_session() -> Iterable[UUID]:
    driver = db.session.connection().connection.driver_connection
    assert driver is not None
    return [owner for (owner,) in driver.execute("SELECT tenant_id FROM customers")]


def _driver_sql() -> Iterable[UUID]:
    return db.session.connection().exec_driver_sql("SELECT tenant_id FROM customers").scalars()


def _explicit_begin() -> Iterable[UUID]:
    with db.session.begin():
        return list(db.session.scalars(OWNERS))


def _engine_connect() -> Iterable[UUID]:
    with db.engine.connect() as connection:
        return list(connection.scalars(OWNERS))


def _engine_begin() -> Iterable[UUID]:
    with db.engine.begin() as connection:
        return list(connection.scalars(OWNERS))


def _engine_with_options() -> Iterable[UUID]:
    engine = db.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.execution_options(logging_token="again").connect() as connection:
        return list(connection.scalars(OWNERS))


def _session_of_its_own() -> Iterable[UUID]:
    with Session(db.engine) as session:
        return list(session.scalars(OWNERS))


def _reading() -> Iterable[UUID]:
    with reading() as connection:
        return list(connection.scalars(OWNERS))


def _writing() -> Iterable[UUID]:
    with writing() as session:
        return list(session.scalars(OWNERS))


def _server_side_cursor() -> Iterable[UUID]:
    return list(db.session.scalars(OWNERS.execution_options(yield_per=1)))


def _second_transaction_after_a_commit() -> Iterable[UUID]:
    first = list(db.session.scalars(OWNERS))
    db.session.commit()
    second = list(db.session.scalars(OWNERS))
    db.session.rollback()
    return [*first, *second, *db.session.scalars(OWNERS)]


def _refresh_after_a_commit() -> Iterable[UUID]:
    customer = db.session.scalars(select(Customer)).first()
    db.session.commit()
    db.session.refresh(customer)
    assert customer is not None
    return [customer.tenant_id]


def _savepoint_that_is_released() -> Iterable[UUID]:
    with db.session.begin_nested():
        inside = list(db.session.scalars(OWNERS))
    return [*inside, *db.session.scalars(OWNERS)]


def _savepoint_that_is_rolled_back() -> Iterable[UUID]:
    savepoint = db.session.begin_nested()
    inside = list(db.session.scalars(OWNERS))
    savepoint.rollback()
    return [*inside, *db.session.scalars(OWNERS)]


def _savepoint_that_an_error_ends() -> Iterable[UUID]:
    with pytest.raises(Exception, match="division by zero"), db.session.begin_nested():
        db.session.execute(text("SELECT 1/0"))
    return db.session.scalars(OWNERS)


def _savepoints_in_savepoints() -> Iterable[UUID]:
    outer = db.session.begin_nested()
    inner = db.session.begin_nested()
    inner.rollback()
    after_inner = list(db.session.scalars(OWNERS))
    outer.commit()
    return [*after_inner, *db.session.scalars(OWNERS)]


def _flush() -> Iterable[UUID]:
    customer = CustomerFactory()
    db.session.add(customer)
    db.session.flush()
    return [customer.tenant_id]


def _add_all() -> Iterable[UUID]:
    customers = CustomerFactory.build_batch(3)
    db.session.add_all(customers)
    db.session.commit()
    return [customer.tenant_id for customer in customers]


def _bulk_insert() -> Iterable[UUID]:
    rows = [_values() for _ in range(3)]
    db.session.execute(insert(Customer), rows)
    emails = [row["email"] for row in rows]
    written = list(db.session.scalars(OWNERS.where(Customer.email.in_(emails))))
    assert len(written) == 3
    return written


def _insert_returning() -> Iterable[UUID]:
    return db.session.scalars(insert(Customer).values(_values()).returning(Customer.tenant_id))


def _update_returning() -> Iterable[UUID]:
    return db.session.scalars(update(Customer).values(notes="seen").returning(Customer.tenant_id))


def _delete_returning() -> Iterable[UUID]:
    return db.session.scalars(delete(Customer).returning(Customer.tenant_id))


def _bulk_save() -> Iterable[UUID]:
    db.session.bulk_save_objects(CustomerFactory.build_batch(2), return_defaults=True)
    return db.session.scalars(OWNERS)


PATHS = [
    _orm_select,
    _legacy_query,
    _text,
    _connection_of_the_session,
    _driver_of_the_session,
    _driver_sql,
    _explicit_begin,
    _engine_connect,
    _engine_begin,
    _engine_with_options,
    _session_of_its_own,
    _reading,
    _writing,
    _server_side_cursor,
    _second_transaction_after_a_commit,
    _refresh_after_a_commit,
    _savepoint_that_is_released,
    _savepoint_that_is_rolled_back,
    _savepoint_that_an_error_ends,
    _savepoints_in_savepoints,
    _flush,
    _add_all,
    _bulk_insert,
    _insert_returning,
    _update_returning,
    _delete_returning,
    _bulk_save,
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.__name__.strip("_"))
def test_every_path_reaches_the_tenants_rows_alone(
    tenant: TenantUnderTest, other_tenant: TenantUnderTest, path: Path
) -> None:
    for owner in (tenant, other_tenant):
        for _ in range(2):
            owner.create("/api/v1/customers", **_values())
    for owner in (tenant, other_tenant):
        seen = done(in_request(owner, lambda: sorted({str(tenant_id) for tenant_id in path()})))
        assert seen == [str(owner.id)]


@pytest.mark.parametrize("work", [_reading, _orm_select, _flush], ids=["reading", "session", "flush"])
def test_the_whole_context_reaches_the_server(tenant: TenantUnderTest, work: Path) -> None:
    """The actor is the key, the role the key's greatest scope, the request id the client's."""

    def ask() -> list[str]:
        list(work())
        return list(db.session.scalar(select(func.tenancy.current_context())) or ())

    version, tenant_id, actor, role, request_id = done(in_request(tenant, ask))
    assert (version, tenant_id, role) == ("v2", str(tenant.id), "admin")
    assert UUID(actor)
    assert len(request_id) == 32
