"""The declared views against the live ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from graphlib import TopologicalSorter
from typing import Any

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.models.security import Grant, TableSecurity, View
from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.catalog import read_grants, read_views
from tenantapp.rls.difference.tables import grants, logical, revokes
from tenantapp.rls.operations import ChangeOwnerOp, CreateViewOp, DropViewOp, GrantOp
from tenantapp.rls.rendering import render_view

_READING = Grant("app", ("SELECT",))


def difference(
    connection: Connection,
    declared: Mapping[str, TableSecurity],
    used: Collection[int],
    names: RoleNames,
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what drops the views that are not as declared, and what creates those that should be.

    The first goes before anything happens to tables, the second after.

    Args:
        connection: to the live database.
        declared: what the tables declare.
        used: the oids of views that use a column which changes: they cannot stay meanwhile.
        names: the deployment's roles.
    """
    wanted = {view.name: view for security in declared.values() for view in security.views}
    live = read_views(connection)
    dropped: list[MigrateOperation] = []
    created: list[MigrateOperation] = []
    for name in reversed(_readable_in_turn({name: found.definition for name, found in live.items()})):
        found = live[name]
        held = read_grants(connection, [found.oid]).get(found.oid, {})
        if name in wanted and found.oid not in used and _is_right(connection, wanted[name], found):
            created += _changes(found, held, names)
            del wanted[name]
        else:
            dropped += revokes(name, held, names)
            dropped.append(DropViewOp(CreateViewOp(name, found.definition.strip().rstrip(";"))))
    in_turn = _readable_in_turn({name: view.query for name, view in wanted.items()})
    created += [op for name in in_turn for op in _create(wanted[name])]
    return dropped, created


def _readable_in_turn(queries: Mapping[str, str]) -> list[str]:
    """Return the names of views, each after those that its query reads."""
    reads = {
        name: [other for other in queries if other != name and re.search(rf"\b{re.escape(other)}\b", query)]
        for name, query in queries.items()
    }
    return list(TopologicalSorter(reads).static_order())


def _changes(found: Any, held: Mapping[str, set[str]], names: RoleNames) -> Iterator[MigrateOperation]:
    if found.owner != names.owner:
        yield ChangeOwnerOp(f"VIEW {found.name}", "owner", logical(found.owner, names))
    yield from grants(found.name, [_READING], held, names)


def _create(view: View) -> Iterator[MigrateOperation]:
    yield CreateViewOp(view.name, view.query)
    yield GrantOp(_READING.privileges, f"TABLE {view.name}", _READING.role)


def _is_right(connection: Connection, view: View, found: Any) -> bool:
    return bool(found.invoker) and found.definition == render_view(connection, view.query)
