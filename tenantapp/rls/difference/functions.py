"""The declared functions against the live ones: body, attributes, owner and who may call them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from alembic.operations import MigrateOperation
from sqlalchemy.engine import Connection

from tenantapp.models.functions import FUNCTIONS, Function
from tenantapp.postgres.roles import RoleNames
from tenantapp.rls.catalog import read_functions
from tenantapp.rls.difference.tables import logical
from tenantapp.rls.operations import (
    ChangeOwnerOp,
    CreateFunctionOp,
    DropFunctionOp,
    GrantOp,
    ReplaceFunctionOp,
    RevokeOp,
)
from tenantapp.rls.operations.functions import newest_version
from tenantapp.rls.rendering import render_function


def difference(connection: Connection, names: RoleNames) -> Iterator[MigrateOperation]:
    """Yield what would make the live functions those that are declared."""
    live = read_functions(connection)
    declared = {function.signature: function for function in FUNCTIONS}
    for signature in sorted(live.keys() - declared.keys()):
        yield _dropped(connection, signature, live[signature], names)
    for signature, function in declared.items():
        if signature in live:
            yield from _changes(connection, function, live[signature], names)
        else:
            yield CreateFunctionOp(signature, function.version, function.execute, function.owner)


def _changes(
    connection: Connection, function: Function, found: Any, names: RoleNames
) -> Iterator[MigrateOperation]:
    if found.definition != render_function(connection, function, function.version):
        previous = _version_of(connection, function, found.definition, function.version)
        yield ReplaceFunctionOp(function.signature, function.version, previous, function.owner)
    on, owner, live_owner = f"FUNCTION {function.signature}", function.owner or "owner", found.owner
    held = {logical(role, names) for role in found.execute}
    if logical(live_owner, names) != owner:
        yield ChangeOwnerOp(on, owner, logical(live_owner, names))
        # What was the old owner's is the new owner's.
        held = held - {logical(live_owner, names)} | {owner}
    # Whoever owns a function may call it.
    wanted = {*function.execute, owner}
    for role in sorted(held - wanted):
        yield RevokeOp(("EXECUTE",), on, role)
    for role in sorted(wanted - held):
        yield GrantOp(("EXECUTE",), on, role)


def _dropped(connection: Connection, signature: str, found: Any, names: RoleNames) -> DropFunctionOp:
    """Return what drops a function that nothing declares, with the newest version of it that there is."""
    owner = logical(found.owner, names)
    execute = tuple(role for role in map(partial(logical, names=names), found.execute) if role != owner)
    function = Function(signature, newest_version(signature), execute, None if owner == "owner" else owner)
    version = _version_of(connection, function, found.definition, function.version)
    return DropFunctionOp(CreateFunctionOp(signature, version, execute, function.owner))


def _version_of(connection: Connection, function: Function, definition: str, otherwise: int) -> int:
    """Return which version of its file a live function is, `otherwise` where it is none of them."""
    for version in range(function.version, 0, -1):
        if definition == render_function(connection, function, version):
            return version
    return otherwise
