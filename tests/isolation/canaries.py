"""Rows of every scoped model, to be looked for where they must not be."""

from __future__ import annotations

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
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
SHORTEST = 10


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
        """Return its key and the texts, ids and digests that its rows hold, too long to occur by chance."""
        values = [value for rows in self.rows.values() for row in rows for value in row.values()]
        return {text for text in texts([self.token, *values]) if len(text) >= SHORTEST}


def settle(app: Flask) -> Inhabitant:
    """Create a tenant and plant its canaries."""
    tenant = make_tenant(app)
    with app.app_context(), tenant_context(tenant.context), writing() as session:
        planted: dict[str, Row] = {}
        for table, model in models_by_table().items():
            if model is Tenant:
                session.execute(sa.update(table).values(settings={"canary": secrets.token_hex(8)}))
            else:
                session.add_all(_new(model, table, planted) for _ in range(ROWS_OF_EACH))
                session.flush()
            planted[table.name] = dict(session.execute(sa.select(table).limit(1)).mappings().one())
        session.commit()
        rows: dict[str, list[Row]] = {}
        for table in scoped_tables():
            rows[table.name] = [dict(row) for row in session.execute(sa.select(table)).mappings()]
    return Inhabitant(tenant.id, tenant.subdomain, tenant.token, rows)


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a value of a column, however deep; of bytes, the forms in which JSON has them."""
    if isinstance(value, Mapping):
        value = [*value, *value.values()]
    if isinstance(value, bytes):
        yield from (value.hex(), b64encode(value).decode(), urlsafe_b64encode(value).decode())
    elif isinstance(value, str | UUID):
        yield str(value)
    elif isinstance(value, Iterable):
        for item in value:
            yield from texts(item)


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
