"""Rows of every scoped model, to be looked for where they must not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from tenantapp.db.unit_of_work import writing
from tenantapp.tenancy.context import TenantContext, tenant_context
from tenantapp.tenants.models import Tenant
from tests.factories import factory_of
from tests.isolation.tables import models_by_table, scoped_tables
from tests.support.tenants import make_tenant

Row = Mapping[str, Any]
ROWS_OF_EACH = 2


@dataclass(frozen=True)
class Inhabitant:
    """A tenant and the rows it has, by table."""

    id: UUID
    subdomain: str
    token: str
    rows: Mapping[str, list[Row]]

    @property
    def context(self) -> TenantContext:
        """A context of this tenant's."""
        return TenantContext(self.id, role="test")

    def ids(self, table: sa.Table) -> set[UUID]:
        """Return the ids of its rows."""
        return {row["id"] for row in self.rows[table.name]}

    def row(self, table: sa.Table) -> Row:
        """Return one of its rows."""
        return self.rows[table.name][0]

    def strings(self) -> set[str]:
        """Return the texts and ids that its rows hold, long enough not to occur by chance."""
        values = [value for rows in self.rows.values() for row in rows for value in row.values()]
        return {str(value) for value in values if isinstance(value, str | UUID) and len(str(value)) >= 10}


def settle(app: Flask) -> Inhabitant:
    """Create a tenant and plant its canaries."""
    tenant = make_tenant(app)
    with app.app_context(), tenant_context(tenant.context), writing() as session:
        planted: dict[str, Row] = {}
        for table, model in models_by_table().items():
            if model is not Tenant:
                session.add_all(_new(model, table, planted) for _ in range(ROWS_OF_EACH))
                session.flush()
            planted[table.name] = session.execute(sa.select(table).limit(1)).mappings().one()
        session.commit()
        rows = {t.name: [*session.execute(sa.select(t)).mappings()] for t in scoped_tables()}
    return Inhabitant(tenant.id, tenant.subdomain, tenant.token, rows)


def new_values(table: sa.Table, inhabitant: Inhabitant) -> dict[str, Any]:
    """Return the values of a further row that `inhabitant` could insert."""
    first = {name: rows[0] for name, rows in inhabitant.rows.items()}
    row = _new(models_by_table()[table], table, first)
    return {column.name: getattr(row, column.key) for column in table.c if column.key in row.__dict__}


def _new(model: type[Any], table: sa.Table, planted: Mapping[str, Row]) -> Any:
    """Make a row whose references lead to rows of the same tenant."""
    row = factory_of(model)()
    for key in table.foreign_keys:
        if key.parent.name != "tenant_id" and (target := planted.get(key.column.table.name)):
            setattr(row, key.parent.key, target[key.column.name])
    return row
