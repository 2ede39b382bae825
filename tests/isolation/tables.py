"""The tables that row-level security keeps, found by walking the models."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tenantapp.db.base import Base
from tenantapp.db.models import scoped_models
from tenantapp.tenants.models import Tenant


def models_by_table() -> dict[sa.Table, type[Any]]:
    """Return every scoped model of the program, and `Tenant`, those that are referred to first."""
    models = [Tenant, *(model for model in scoped_models() if model.__module__.startswith("tenantapp."))]
    by_table = {model.__table__: model for model in models}
    return {table: by_table[table] for table in Base.metadata.sorted_tables if table in by_table}


def scoped_tables() -> list[sa.Table]:
    """Return their tables."""
    return list(models_by_table())


def owner_of(table: sa.Table) -> sa.Column[Any]:
    """Return the column that says whose a row is."""
    return table.c.get("tenant_id", table.c.id)


def has_own_tenant_column(table: sa.Table) -> bool:
    """Tell whether this is one of the many, or `tenants`, whose id is the tenant's."""
    return "tenant_id" in table.c
