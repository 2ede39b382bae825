"""The one table whose rows are the tenants: which model it is of, and which tables refer to it."""

from __future__ import annotations

from typing import ClassVar, cast

from sqlalchemy import ForeignKeyConstraint, FromClause, Table

from tenantapp.models.base import ModelTable
from tenantapp.models.errors import UndeclaredIsolation

_scoped: list[Table] = []
_tenants: list[Table] = []


class TenantTable:
    """Makes a model that of the tenants: its own `id` is what all other rows have as their `tenant_id`."""

    __table__: ClassVar[FromClause]

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        _tenants.append(cast("Table", cls.__table__))
        for table in _scoped:
            _refer(table)
        _scoped.clear()


def refer_to_tenants(table: Table) -> None:
    """Give a tenant-scoped table its foreign key to the tenants, as soon as it is known which table that is.

    Models are imported in any order.
    """
    if _tenants:
        _refer(table)
    else:
        _scoped.append(table)


def tenant_table() -> ModelTable:
    """Return the table of the tenants.

    Raises:
        UndeclaredIsolation: no model that was imported is a `TenantTable`.
    """
    if not _tenants:
        raise UndeclaredIsolation("no model is the tenants': derive one from TenantTable")
    return cast(ModelTable, _tenants[0])


def _refer(table: Table) -> None:
    table.append_constraint(ForeignKeyConstraint(["tenant_id"], [f"{_tenants[0].fullname}.id"]))
