"""The deployment's names for the roles that migrations speak of."""

from __future__ import annotations

from typing import cast

from alembic.operations import Operations

from tenantapp.db.roles import RoleNames


def role_name(operations: Operations, role: str) -> str:
    """Return the quoted name of a role.

    Args:
        operations: of the migration that runs.
        role: `owner`, `app`, `platform`, `directory` or `sealer`; `public`; or a role's own name.
    """
    if role == "public":
        return "PUBLIC"
    names = cast(RoleNames, operations.migration_context.opts["role_names"])
    return quoted(operations, names.as_values().get(role, role))


def quoted(operations: Operations, name: str) -> str:
    """Return an identifier as SQL writes it, schema included where it has one."""
    quote = operations.get_bind().dialect.identifier_preparer.quote
    return ".".join(quote(part) for part in name.split("."))
