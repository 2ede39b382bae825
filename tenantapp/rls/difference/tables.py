"""What isolates one table: what is declared, what is live, and the operations between them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from alembic.operations import MigrateOperation

from tenantapp.models.security import Grant, Policy, TableSecurity, on_columns
from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.catalog import LivePolicy, LiveTable
from tenantapp.rls.operations import (
    ChangeOwnerOp,
    CreatePolicyOp,
    DisableRlsOp,
    DropPolicyOp,
    EnableRlsOp,
    GrantOp,
    RevokeOp,
)


def whole(table: str, security: TableSecurity) -> Iterator[MigrateOperation]:
    """Yield everything that isolates a table that is yet to be created."""
    if security.policies:
        yield EnableRlsOp(table)
    for policy in security.policies:
        yield _created(table, policy)
    for grant in security.grants:
        yield GrantOp(grant.privileges, f"TABLE {table}", grant.role)


def dropped_policies(
    table: str,
    live: LiveTable,
    rendered: Mapping[str, LivePolicy],
    used: Collection[tuple[str, str]],
    names: RoleNames,
) -> Iterator[MigrateOperation]:
    """Yield what drops the live policies that are not as they are declared, or stand in the way.

    Args:
        table: its name.
        live: what is there.
        rendered: the declared policies, as the server shows them.
        used: tables and policies that use a column which changes.
        names: the deployment's roles.
    """
    for name, found in sorted(live.policies.items()):
        if found != rendered.get(name) or (table, name) in used:
            yield _dropped(table, found, names)


def difference(
    table: str,
    security: TableSecurity,
    live: LiveTable,
    rendered: Mapping[str, LivePolicy],
    used: Collection[tuple[str, str]],
    names: RoleNames,
) -> Iterator[MigrateOperation]:
    """Yield what isolates a live table as it is declared, once `dropped_policies` are gone."""
    if live.owner != names.owner:
        yield ChangeOwnerOp(f"TABLE {table}", "owner", logical(live.owner, names))
    if security.policies and not (live.enabled and live.forced):
        yield EnableRlsOp(table)
    if not security.policies and live.enabled:
        yield DisableRlsOp(table)
    for policy in security.policies:
        is_right = policy.name in rendered and live.policies.get(policy.name) == rendered[policy.name]
        if not is_right or (table, policy.name) in used:
            yield _created(table, policy)
    yield from grants(table, security.grants, live.grants, names)


def revoked(
    table: str, live: LiveTable, columns: Collection[str], names: RoleNames
) -> Iterator[MigrateOperation]:
    """Yield what revokes the live privileges on columns that are dropped, and take them off `live`."""
    for role, privileges in sorted(live.grants.items()):
        on_them = {what for what in privileges if what.partition(" (")[2].rstrip(")") in columns}
        live.grants[role] = privileges - on_them
        if on_them:
            yield RevokeOp(tuple(sorted(on_them)), f"TABLE {table}", logical(role, names))


def taken_down(table: str, live: LiveTable, names: RoleNames) -> Iterator[MigrateOperation]:
    """Yield what takes a live table's isolation away, before the table itself is dropped."""
    yield from revokes(table, live.grants, names)
    for _, policy in sorted(live.policies.items()):
        yield _dropped(table, policy, names)
    if live.enabled:
        yield DisableRlsOp(table)


def revokes(
    relation: str, grants: Mapping[str, Collection[str]], names: RoleNames
) -> Iterator[MigrateOperation]:
    """Yield what revokes every live grant on a table or view."""
    for role, privileges in sorted(grants.items()):
        yield RevokeOp(tuple(sorted(privileges)), f"TABLE {relation}", logical(role, names))


def grants(
    relation: str,
    declared: Iterable[Grant],
    live: Mapping[str, Collection[str]],
    names: RoleNames,
) -> Iterator[MigrateOperation]:
    """Yield what makes the live grants on a table or view those that are declared."""
    wanted = {grant.role: _separate(grant.privileges) for grant in declared}
    held = {logical(role, names): set(privileges) for role, privileges in live.items()}
    for role in sorted(wanted.keys() | held.keys()):
        missing = wanted.get(role, set()) - held.get(role, set())
        stray = held.get(role, set()) - wanted.get(role, set())
        if stray:
            yield RevokeOp(tuple(sorted(stray)), f"TABLE {relation}", role)
        if missing:
            yield GrantOp(tuple(sorted(missing)), f"TABLE {relation}", role)


def logical(role: str, names: RoleNames) -> str:
    """Return what a migration calls a role: its purpose, where it is one of the deployment's."""
    return {name: purpose for purpose, name in names.as_values().items()}.get(role, role)


def _created(table: str, policy: Policy) -> CreatePolicyOp:
    return CreatePolicyOp(policy.name, table, policy.using, policy.check, policy.permissive)


def _dropped(table: str, found: LivePolicy, names: RoleNames) -> DropPolicyOp:
    roles = tuple(logical(role, names) for role in found.roles)
    return DropPolicyOp(
        CreatePolicyOp(found.name, table, found.using, found.check, found.permissive, found.command, roles)
    )


def _separate(privileges: tuple[str, ...]) -> set[str]:
    """Return privileges on columns one by one, as the catalogs keep them."""
    return {
        f"{verb} ({column})" if column else verb
        for listed in privileges
        for verb, column in on_columns(listed)
    }
