"""What `flask db check` knows, for the audit: where the live database is not what the models declare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from alembic.autogenerate import produce_migrations
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection
from sqlalchemy.schema import SchemaItem

from tenantapp.models.base import Base
from tenantapp.postgres.roles import RoleNames
from tenantapp.rls import compare, operations  # noqa: F401 - Alembic gets our operations and comparisons
from tenantapp.rls.audit.findings import Finding
from tenantapp.rls.implementation import render_item

CHECK: Final = "drift"
_REPAIR = "-- `flask db migrate` writes what would repair it, if the models are right"
_LONGEST = 400


def comparison_options(connection: Connection, names: RoleNames) -> dict[str, Any]:
    """Return what Alembic is told to compare, and with what."""
    return {
        "include_schemas": True,
        "include_name": _is_ours,
        "include_object": partial(_is_no_partition, _read_partitions(connection)),
        # Defaults are compared as the server shows them.
        "autogenerate_plugins": ["alembic.autogenerate.*", "~alembic.autogenerate.defaults", "tenantapp.rls"],
        "render_item": render_item,
        "role_names": names,
    }


def drift(connection: Connection, names: RoleNames) -> list[Finding]:
    """Return a finding for each operation that would make the live database what the models declare.

    Args:
        connection: of a role that may make temporary tables; what is made is rolled back.
        names: the roles.

    Raises:
        CommandError: a model declares nothing, or what PostgreSQL refuses.
    """
    options = comparison_options(connection, names) | {"target_metadata": Base.metadata}
    context = MigrationContext.configure(connection, opts=options)
    changes = produce_migrations(context, Base.metadata).upgrade_ops
    return list(_findings(changes.as_diffs())) if changes is not None else []


def _findings(differences: Sequence[Any]) -> Iterator[Finding]:
    for one in differences:
        if isinstance(one, list):
            yield from _findings(one)
        else:
            operation, *rest = one
            detail = f"{operation}: {', '.join(map(_told, rest))}"
            yield Finding(CHECK, "error", _subject(rest), detail[:_LONGEST], _REPAIR)


def _subject(about: Sequence[Any]) -> str:
    """Return what an operation is about: the first names that it has, with their schema."""
    names = [one if isinstance(one, str) else getattr(one, "name", None) for one in about[:4]]
    return ".".join(str(name) for name in names if name is not None and len(str(name)) < 100)


def _told(value: object) -> str:
    return str(value) if isinstance(value, (str, SchemaItem)) else repr(value)


def _read_partitions(connection: Connection) -> frozenset[str]:
    """Return the partitions' names with their schemas."""
    query = "SELECT relnamespace::regnamespace || '.' || relname FROM pg_class WHERE relispartition"
    return frozenset(connection.scalars(sa.text(query)).all())


def _is_no_partition(
    partitions: frozenset[str], item: SchemaItem, name: str | None, kind: str, reflected: bool, _to: object
) -> bool:
    """Leave partitions out of the comparison of tables: they come and go with time, not with the models."""
    if kind != "table" or not reflected:
        return True
    schema = getattr(item, "schema", None) or "public"
    return f"{schema}.{name}" not in partitions


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "schema" or name in (None, "control", "tenancy")
