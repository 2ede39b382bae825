"""The deployment's names for the roles that migrations speak of."""

from __future__ import annotations

from typing import cast

from alembic.operations import Operations

from tenantapp.models.sql_text import quoted
from tenantapp.postgres.roles import RoleNames


def role_name(operations: Operations, role: str) -> str:
    """Return the quoted name of a role.

    Args:
        operations: of the migration that runs.
        role: `owner`, `app`, `platform`, `directory` or `sealer`; `public`; or a role's own name.
    """
    if role == "public":
        return "PUBLIC"
    names = cast(RoleNames, operations.migration_context.opts["role_names"])
    return quoted(names.as_values().get(role, role))


def written(on: str) -> str:
    """Return what an operation is on as SQL writes it, such as `TABLE "order"`."""
    kind, _, name = on.partition(" ")
    return on if "(" in name else f"{kind} {quoted(name)}"
