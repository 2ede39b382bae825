"""The declared views against the live ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.db.roles import RoleNames
from tenantapp.db.security import TableSecurity, View
from tenantapp.rls.catalog import read_grants, read_views
from tenantapp.rls.difference.tables import revokes
from tenantapp.rls.operations import CreateViewOp, DropViewOp, GrantOp
from tenantapp.rls.rendering import render_view


def difference(
    connection: Connection, declared: Mapping[str, TableSecurity], names: RoleNames
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what drops the views that are not as declared, and what creates those that should be.

    The first goes before anything happens to tables, the second after.
    """
    wanted = {view.name: view for security in declared.values() for view in security.views}
    live = read_views(connection)
    right = {
        name for name, view in wanted.items() if name in live and _is_right(connection, view, live[name])
    }
    dropped: list[MigrateOperation] = []
    for name, found in live.items():
        if name not in right:
            dropped += revokes(name, read_grants(connection, [found.oid]).get(found.oid, {}), names)
            dropped.append(DropViewOp(CreateViewOp(name, found.definition.strip().rstrip(";"))))
    created = [op for name, view in wanted.items() if name not in right for op in _create(view)]
    return dropped, created


def _create(view: View) -> Iterator[MigrateOperation]:
    yield CreateViewOp(view.name, view.query)
    yield GrantOp(("SELECT",), f"TABLE {view.name}", "app")


def _is_right(connection: Connection, view: View, found: Any) -> bool:
    return bool(found.invoker) and found.definition == render_view(connection, view.query)
