"""The declared functions against the live ones: body, attributes, owner and who may call them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.db.functions import FUNCTIONS, Function
from tenantapp.db.roles import RoleNames
from tenantapp.rls.catalog import read_functions
from tenantapp.rls.operations import CreateFunctionOp, GrantOp, ReplaceFunctionOp, RevokeOp
from tenantapp.rls.rendering import render_function


def difference(connection: Connection, names: RoleNames) -> Iterator[MigrateOperation]:
    """Yield what would make the live functions those that are declared."""
    live = read_functions(connection)
    for function in FUNCTIONS:
        found = live.get(function.signature)
        if found is None:
            yield CreateFunctionOp(function.signature, function.version, function.owner, function.execute)
        else:
            yield from _changes(connection, function, found, names)


def _changes(
    connection: Connection, function: Function, found: Any, names: RoleNames
) -> Iterator[MigrateOperation]:
    if found.definition != render_function(connection, function, function.version):
        previous = _version_of(connection, function, found.definition)
        yield ReplaceFunctionOp(function.signature, function.version, previous, function.owner)
    purposes = {name: purpose for purpose, name in names.as_values().items()}
    held = {purposes.get(role, role) for role in found.execute}
    # Whoever owns a function may call it.
    wanted = {*function.execute, function.owner or "owner"}
    for role in sorted(held - wanted):
        yield RevokeOp(("EXECUTE",), f"FUNCTION {function.signature}", role)
    for role in sorted(wanted - held):
        yield GrantOp(("EXECUTE",), f"FUNCTION {function.signature}", role)


def _version_of(connection: Connection, function: Function, definition: str) -> int:
    """Return which version of its file a live function is, or the current one where it is none of them."""
    for version in range(function.version - 1, 0, -1):
        if definition == render_function(connection, function, version):
            return version
    return function.version
