"""The session: Flask-SQLAlchemy's, one per application context, for one tenant's rows."""

from __future__ import annotations

from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import Mapper, SessionTransaction

from tenantapp.db.deleted import INCLUDE_DELETED, is_deleted, leave_deleted_out
from tenantapp.db.errors import ForeignTenantSession
from tenantapp.globals import globals_here
from tenantapp.models.base import Base
from tenantapp.postgres.bound import rolled_back_aside
from tenantapp.tenancy.context import context_closed, current_context

_TENANT = "tenant_id"

Row = TypeVar("Row")


JOINED = "_connection_of_the_unit"
"""Where in `flask.g` the connection is whose transaction a session joins; see `tenantapp.db.units`."""


class TenantSession(Session):
    """A session that serves the tenant whose context its first transaction began in, and no other."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        """Return the connection whose transaction is joined, where there is one, or the engine."""
        joined: Connection | None = globals_here().get(JOINED)
        return super().get_bind(*args, **kwargs) if joined is None else joined

    def get(self, entity: type[Row] | Mapper[Row], ident: Any, **options: Any) -> Row | None:
        """Return the row with this id; a deleted one only with the execution option `include_deleted`."""
        row: Row | None = super().get(entity, ident, **options)
        asked = options.get("execution_options", {}).get(INCLUDE_DELETED)
        # What the session holds already is found without a statement.
        return row if row is None or asked or not is_deleted(self, row) else None


event.listen(TenantSession, "do_orm_execute", leave_deleted_out)


@event.listens_for(TenantSession, "after_begin")
def _stay_with_one_tenant(
    session: TenantSession, _transaction: SessionTransaction, _connection: Connection
) -> None:
    """Refuse a session that holds objects of another tenant: its identity map would hand them out.

    Raises:
        ForeignTenantSession: the context is another tenant's than the one this session began with.
    """
    tenant_id = current_context().tenant_id
    if session.info.setdefault(_TENANT, tenant_id) != tenant_id:
        raise ForeignTenantSession("this session holds another tenant's rows; close it with its context")


db = SQLAlchemy(
    model_class=Base,
    session_options={"class_": TenantSession, "expire_on_commit": False},
    disable_autonaming=True,
)


@context_closed.connect
def _forget_rows(_sender: Any) -> None:
    if db.session.registry.has():
        with rolled_back_aside():
            db.session.remove()
