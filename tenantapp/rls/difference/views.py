"""The declared views against the live ones."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from typing import Any

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.models.security import Grant, TableSecurity, View
from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.catalog import read_grants, read_views
from tenantapp.rls.dependents import with_readers
from tenantapp.rls.difference.tables import grants, logical, revokes
from tenantapp.rls.operations import ChangeOwnerOp, CreateViewOp, DropViewOp, GrantOp
from tenantapp.rls.rendering import render_view

_READING = Grant("app", ("SELECT",))


def changing(
    connection: Connection,
    declared: Mapping[str, TableSecurity],
    used: Collection[int],
    widened: Collection[str],
) -> set[int]:
    """Return the oids of the live views that cannot stay.

    They are not as declared, or read what changes: a column, or another view that cannot stay.

    Args:
        connection: to the live database.
        declared: what the tables declare.
        used: the oids of views that use a column which changes.
        widened: the tables that get columns, which `SELECT *` takes in when the view is made anew.
    """
    wanted = _wanted(declared)
    wrong = {
        found.oid
        for name, found in read_views(connection).items()
        if name not in wanted
        or _takes_in(wanted[name], widened)
        or not _is_right(connection, wanted[name], found)
    }
    return with_readers(connection, wrong | set(used))


def difference(
    connection: Connection,
    declared: Mapping[str, TableSecurity],
    changes: Collection[int],
    names: RoleNames,
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """Return what drops the views that are not as declared, and what creates those that should be.

    The first goes before anything happens to tables, the second after.

    Args:
        connection: to the live database.
        declared: what the tables declare.
        changes: the oids of the live views that cannot stay; see `changing`.
        names: the deployment's roles.
    """
    wanted = _wanted(declared)
    live = read_views(connection)
    dropped: list[MigrateOperation] = []
    created: list[MigrateOperation] = []
    for name in reversed(_readable_in_turn({name: found.definition for name, found in live.items()})):
        found = live[name]
        held = read_grants(connection, [found.oid]).get(found.oid, {})
        if found.oid not in changes:
            created += _changes(found, held, names)
            del wanted[name]
        else:
            dropped += revokes(name, held, names)
            dropped.append(DropViewOp(CreateViewOp(name, found.definition.strip().rstrip(";"))))
    in_turn = _readable_in_turn({name: view.query for name, view in wanted.items()})
    created += [op for name in in_turn for op in _create(wanted[name])]
    return dropped, created


def _wanted(declared: Mapping[str, TableSecurity]) -> dict[str, View]:
    return {view.name: view for security in declared.values() for view in security.views}


def _readable_in_turn(queries: Mapping[str, str]) -> list[str]:
    """Return the names of views, each after those that its query reads.

    Where each names the other, one is a column's name, and the order is as it was.
    """
    reads = {
        name: [other for other in queries if other != name and _names(query, [other])]
        for name, query in queries.items()
    }
    with suppress(CycleError):
        return list(TopologicalSorter(reads).static_order())
    return list(queries)


def _takes_in(view: View, widened: Collection[str]) -> bool:
    """Tell whether a view takes in all columns of a table that gets one."""
    return re.search(r"(?<!\()\*", view.query) is not None and _names(view.query, widened)


def _names(query: str, relations: Collection[str]) -> bool:
    return any(re.search(rf"\b{re.escape(name)}\b", query) for name in relations)


def _changes(found: Any, held: Mapping[str, set[str]], names: RoleNames) -> Iterator[MigrateOperation]:
    if found.owner != names.owner:
        yield ChangeOwnerOp(f"VIEW {found.name}", "owner", logical(found.owner, names))
    yield from grants(found.name, [_READING], held, names)


def _create(view: View) -> Iterator[MigrateOperation]:
    yield CreateViewOp(view.name, view.query)
    yield GrantOp(_READING.privileges, f"TABLE {view.name}", _READING.role)


def _is_right(connection: Connection, view: View, found: Any) -> bool:
    return bool(found.invoker) and found.definition == render_view(connection, view.query)
