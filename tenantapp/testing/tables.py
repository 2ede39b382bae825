"""The tables that row-level security keeps, found by walking the models."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tenantapp.identity.tenants.models import Tenant
from tenantapp.models.base import Base
from tenantapp.models.scoped import scoped_models


def models_by_table(package: str = "") -> dict[sa.Table, type[Any]]:
    """Return every scoped model, and `Tenant`, those that are referred to first.

    Args:
        package: where the models are; one that a test declares is not in the database.
    """
    models: list[type[Any]] = [
        Tenant,
        *(model for model in scoped_models() if model.__module__.startswith(package)),
    ]
    by_table = {model.__table__: model for model in models}
    return {table: by_table[table] for table in Base.metadata.sorted_tables if table in by_table}


def scoped_tables(package: str = "") -> list[sa.Table]:
    """Return their tables."""
    return list(models_by_table(package))
