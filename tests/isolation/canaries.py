"""Rows of every scoped model, to be looked for where they must not be."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from tenantapp.db.states import states_of
from tenantapp.db.unit_of_work import writing
from tenantapp.tenancy.context import tenant_context
from tenantapp.tenants.models import Tenant
from tenantapp.testing.tenants import Inhabitant, Row, make_tenant, texts
from tests.factories import factory_of
from tests.isolation.routes import Ask, table_behind, told_body
from tests.isolation.tables import models_by_table, scoped_tables

ROWS_OF_EACH = 2

__all__ = [
    "Inhabitant",
    "fresh",
    "further_row",
    "new_body",
    "new_values",
    "referring",
    "settle",
    "texts",
]


def settle(app: Flask) -> Inhabitant:
    """Create a tenant and plant its canaries."""
    tenant = make_tenant(app)
    with app.app_context(), tenant_context(tenant.context), writing() as session:
        planted: dict[str, Row] = {}
        for table, model in models_by_table().items():
            if model is Tenant:
                canary = {"canary": secrets.token_hex(8)}
                session.execute(sa.update(table).values(settings=canary, row_version=table.c.row_version))
            else:
                session.add_all(_new(model, table, planted) for _ in range(ROWS_OF_EACH))
                session.flush()
            planted[table.name] = dict(session.execute(sa.select(table).limit(1)).mappings().one())
        session.commit()
        rows: dict[str, list[Row]] = {}
        for table in scoped_tables():
            rows[table.name] = [dict(row) for row in session.execute(sa.select(table)).mappings()]
    return Inhabitant(tenant.id, tenant.subdomain, tenant.token, rows)


def new_values(table: sa.Table, inhabitant: Inhabitant) -> dict[str, Any]:
    """Return the values of a further row that `inhabitant` could insert."""
    first = {name: rows[0] for name, rows in inhabitant.rows.items()}
    row = _new(models_by_table()[table], table, first)
    return {column.name: getattr(row, column.key) for column in table.c if column.key in row.__dict__}


def new_body(
    table: sa.Table, inhabitant: Inhabitant, body: Mapping[str, Any] | None
) -> dict[str, Any] | None:
    """Return a body with the fields of `body` that `inhabitant` could send to make a further row."""
    if body is None:
        return None
    new = new_values(table, inhabitant)
    return {name: new.get(name, value) for name, value in body.items()}


def further_row(app: Flask, inhabitant: Inhabitant, table: sa.Table) -> UUID:
    """Insert a further row of `inhabitant`'s, which no other refers to, and return its id."""
    statement = table.insert().values(new_values(table, inhabitant)).returning(table.c.id)
    with app.app_context(), tenant_context(inhabitant.context), writing() as session:
        row_id: UUID = session.execute(statement).scalar_one()
        session.commit()
    return row_id


def fresh(app: Flask, ask: Ask, inhabitant: Inhabitant, body: Mapping[str, Any] | None) -> Ask:
    """Return a request by which `inhabitant` makes a further row, or takes away one inserted for this.

    Args:
        app: the application.
        ask: the request to every such row.
        inhabitant: whose rows they are.
        body: the fields to send.
    """
    table = table_behind(ask.rule)
    new = new_body(table, inhabitant, body)
    if new is not None:
        # A factory's rows may stand further on, so that verbs can be done; a new one begins where rows begin.
        new |= {name: states.initial for name, states in states_of(table).items() if name in new}
        new |= told_body(app, ask.rule, inhabitant)
    ask = replace(ask, body=new)
    if not ask.removes:
        return ask
    if ask.ids:
        return ask.about(further_row(app, inhabitant, table))
    further = further_row(app, inhabitant, table)
    return replace(ask, body=(new or {}) | {name: [further] for name in ask.operation.id_lists})


def referring(table: sa.Table, inhabitant: Inhabitant, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body of which every reference leads to a row of `inhabitant`'s."""
    own = {
        key.parent.name: inhabitant.row(key.column.table)[key.column.name]
        for key in table.foreign_keys
        if key.parent.name in body and key.parent.name != "tenant_id"
    }
    return {**body, **own}


def _new(model: type[Any], table: sa.Table, planted: Mapping[str, Row]) -> Any:
    """Make a row whose references lead to rows of the same tenant."""
    row = factory_of(model)()
    for key in table.foreign_keys:
        if key.parent.name != "tenant_id" and (target := planted.get(key.column.table.name)):
            setattr(row, key.parent.key, target[key.column.name])
    return row
