"""The declared views against the live ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.db.roles import RoleNames
from tenantapp.db.security import Grant, TableSecurity, View
from tenantapp.rls.catalog import read_grants, read_views
from tenantapp.rls.difference.tables import grants, logical, revokes
from tenantapp.rls.operations import ChangeOwnerOp, CreateViewOp, DropViewOp, GrantOp
from tenantapp.rls.rendering import render_view

_READING = Grant("app", ("SELECT",))


def difference(
    connection: Connection, declared: Mapping[str, TableSecurity], names: RoleNames
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what drops the views that are not as declared, and what creates those that should be.

    The first goes before anything happens to tables, the second after.
    """
    wanted = {view.name: view for security in declared.values() for view in security.views}
    live = read_views(connection)
    grants_by_oid = read_grants(connection, [found.oid for found in live.values()])
    held = {name: grants_by_oid.get(found.oid, {}) for name, found in live.items()}
    right = {name for name in live.keys() & wanted.keys() if _is_right(connection, wanted[name], live[name])}
    dropped = [
        op for name, found in live.items() if name not in right for op in _drop(found, held[name], names)
    ]
    changed = [op for name in live if name in right for op in _changes(live[name], held[name], names)]
    created = [op for name, view in wanted.items() if name not in right for op in _create(view)]
    return dropped, changed + created


def _drop(found: Any, held: Mapping[str, set[str]], names: RoleNames) -> Iterator[MigrateOperation]:
    yield from revokes(found.name, held, names)
    yield DropViewOp(CreateViewOp(found.name, found.definition.strip().rstrip(";")))


def _changes(found: Any, held: Mapping[str, set[str]], names: RoleNames) -> Iterator[MigrateOperation]:
    if found.owner != names.owner:
        yield ChangeOwnerOp(f"VIEW {found.name}", "owner", logical(found.owner, names))
    yield from grants(found.name, [_READING], held, names)


def _create(view: View) -> Iterator[MigrateOperation]:
    yield CreateViewOp(view.name, view.query)
    yield GrantOp(_READING.privileges, f"TABLE {view.name}", _READING.role)


def _is_right(connection: Connection, view: View, found: Any) -> bool:
    return bool(found.invoker) and found.definition == render_view(connection, view.query)
