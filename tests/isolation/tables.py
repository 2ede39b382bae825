"""The tables that row-level security keeps, found by walking the models."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from tenantapp.discovery import import_models
from tenantapp.testing import tables

import_models()
models_by_table = partial(tables.models_by_table, "tenantapp.")
scoped_tables = partial(tables.scoped_tables, "tenantapp.")


def owner_of(table: sa.Table) -> sa.Column[Any]:
    """Return the column that says whose a row is."""
    return table.c.get("tenant_id", table.c.id)


def has_own_tenant_column(table: sa.Table) -> bool:
    """Tell whether this is one of the many, or `tenants`, whose id is the tenant's."""
    return "tenant_id" in table.c
