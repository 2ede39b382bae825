"""The declared views against the live ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.db.security import TableSecurity, View
from tenantapp.rls.catalog import read_views
from tenantapp.rls.operations import CreateViewOp, DropViewOp, GrantOp
from tenantapp.rls.rendering import render_view


def difference(connection: Connection, declared: Mapping[str, TableSecurity]) -> Iterator[MigrateOperation]:
    """Yield what would make the live views those that are declared, each with its reader's rights."""
    wanted = {view.name: view for security in declared.values() for view in security.views}
    live = read_views(connection)
    for name, found in live.items():
        if name not in wanted or not _is_right(connection, wanted[name], found.definition, found.invoker):
            yield DropViewOp(CreateViewOp(name, found.definition.rstrip().rstrip(";")))
    for name, view in wanted.items():
        found = live.get(name)
        if found is None or not _is_right(connection, view, found.definition, found.invoker):
            yield CreateViewOp(name, view.query)
            yield GrantOp(("SELECT",), f"TABLE {name}", "app")


def _is_right(connection: Connection, view: View, definition: str, invoker: bool) -> bool:
    return invoker and definition == render_view(connection, view.query)
