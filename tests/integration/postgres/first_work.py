"""First statements that several tests begin a transaction with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from tenantapp.db.session import db
from tests.factories.customers import CustomerFactory
from tests.support.tenants import TenantUnderTest

OWNERS = text("SELECT tenant_id FROM customers")


def level_is_asked_for() -> Any:
    """Ask for the transaction's level before anything is executed."""
    with db.engine.connect() as connection:
        connection.begin()
        assert connection.get_isolation_level() == "READ COMMITTED"
        return connection.scalars(OWNERS).all()


def create(_tenant: TenantUnderTest) -> None:
    """Create a customer by the session."""
    db.session.add(CustomerFactory())
    db.session.commit()
