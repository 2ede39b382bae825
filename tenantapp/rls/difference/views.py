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
    widened: Collection[str],
    names: RoleNames,
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what drops the views that are not as declared, and what creates those that should be.

    The first goes before anything happens to tables, the second after.

    Args:
        connection: to the live database.
        declared: what the tables declare.
        used: the oids of views that use a column which changes: they cannot stay meanwhile.
        widened: the tables that get columns, which `SELECT *` takes in when the view is made anew.
        names: the deployment's roles.
    """
    wanted = {view.name: view for security in declared.values() for view in security.views}
    live = read_views(connection)
    turn = _readable_in_turn({name: found.definition for name, found in live.items()})
    right: set[str] = set()
    for name in turn:
        view, found = wanted.get(name), live[name]
        beneath = {other for other in turn if other != name and _names(found.definition, [other])}
        stays = view is not None and found.oid not in used and beneath <= right
        if stays and view is not None and not _takes_in(view, widened) and _is_right(connection, view, found):
            right.add(name)
    held = {name: read_grants(connection, [found.oid]).get(found.oid, {}) for name, found in live.items()}
    wrong = [name for name in reversed(turn) if name not in right]
    dropped = [op for name in wrong for op in _drop(live[name], held[name], names)]
    changed = [op for name in turn if name in right for op in _changes(live[name], held[name], names)]
    missing = {name: view for name, view in wanted.items() if name not in right}
    in_turn = _readable_in_turn({name: view.query for name, view in missing.items()})
    return dropped, changed + [op for name in in_turn for op in _create(missing[name])]


def _drop(found: Any, held: Mapping[str, set[str]], names: RoleNames) -> Iterator[MigrateOperation]:
    yield from revokes(found.name, held, names)
    yield DropViewOp(CreateViewOp(found.name, found.definition.strip().rstrip(";")))


def _takes_in(view: View, widened: Collection[str]) -> bool:
    """Tell whether a view takes in all columns of a table that gets one."""
    return re.search(r"(?<!\()\*", view.query) is not None and _names(view.query, widened)


def _names(query: str, relations: Collection[str]) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", query) for name in relations)


def _readable_in_turn(queries: Mapping[str, str]) -> list[str]:
    """Return the names of views, each after those that its query reads."""
    reads = {
        name: [other for other in queries if other != name and _names(query, [other])]
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
