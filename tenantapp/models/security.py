"""What isolates a table, as data beside its columns. Migrations are generated from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

OWN_ROWS = "tenant_id = (select tenancy.current_tenant_id())"
"""The predicate of every tenant-scoped table, for ever: what changes is the function behind it."""

EVERY_VERB = ("SELECT", "INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy TO PUBLIC, for every command.

    Args:
        name: its name.
        using: which rows are seen and changed.
        check: which rows may come to be.
        permissive: False for a fence, which rows must satisfy whatever other policies say.
    """

    name: str
    using: str
    check: str
    permissive: bool = True


@dataclass(frozen=True, slots=True)
class Grant:
    """Privileges on a table for a role: `app`, `platform`, `directory` or `sealer`.

    A privilege on columns alone is written as SQL does: `UPDATE (name, settings)`.
    """

    role: str
    privileges: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A view with the rights of whoever reads it, granted to the application for reading.

    Args:
        name: its name.
        query: the SELECT that it stands for.
    """

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class TableSecurity:
    """What isolates one table.

    Args:
        policies: its policies; a table with policies has row-level security enabled and forced.
        grants: who may do what.
        views: views over its rows.
        unscoped_because: why the table is no tenant's, where it is none's.
    """

    policies: tuple[Policy, ...] = ()
    grants: tuple[Grant, ...] = ()
    views: tuple[View, ...] = ()
    unscoped_because: str | None = None


def on_columns(privileges: str) -> Iterator[tuple[str, str | None]]:
    """Yield the verb and the column of privileges as SQL writes them; the column is None for a whole table.

    Args:
        privileges: such as `SELECT`, or `UPDATE (name, "order")`.
    """
    verb, _, columns = privileges.partition(" (")
    if not columns:
        yield verb, None
    for column in columns.rstrip(")").split(",") if columns else ():
        yield verb, column.strip().strip('"')


def tenant_policies(table: str, predicate: str = OWN_ROWS) -> tuple[Policy, Policy]:
    """Return the isolation of a tenant-scoped table: the policy, and the fence of the same predicate.

    The fence keeps rows apart even where somebody adds a second, careless policy.
    """
    isolation = Policy(f"{table}_tenant_isolation", predicate, predicate)
    return isolation, apart(Policy(f"{table}_tenant_fence", predicate, predicate, permissive=False))


def apart(fence: Policy) -> Policy:
    """Return a fence in a form that the planner derives nothing from.

    From an equality PostgreSQL derives others, with a statement's own expressions, which are then evaluated
    as early as the policy (decision 17). COALESCE is no equality, and means the same: NULL lets no row in.
    """
    return replace(fence, using=f"coalesce({fence.using}, false)", check=f"coalesce({fence.check}, false)")
