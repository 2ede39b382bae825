"""Checks: which are created, and how one that is dropped comes back."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic.operations import MigrateOperation
from alembic.operations.ops import AddColumnOp, CreateCheckConstraintOp, DropConstraintOp, ExecuteSQLOp
from sqlalchemy.schema import conv

from tenantapp.models.sql_text import escaped, quoted
from tenantapp.rls.structure import Part


def checks_to_create(declared: sa.Table, found: Iterable[MigrateOperation]) -> list[sa.CheckConstraint]:
    """Return the checks of a table but for those that an Enum brings along, whose column is added."""
    types = [op.column.type for op in found if isinstance(op, AddColumnOp)]
    enums = [kind for kind in types if isinstance(kind, sa.Enum) and kind.create_constraint]
    brought = {f"chk_{declared.name}_{kind.name}" for kind in enums}
    checks = [item for item in declared.constraints if isinstance(item, sa.CheckConstraint)]
    return [check for check in checks if str(check.name) not in brought]


def take_checks_as_shown(live: sa.Table) -> None:
    """Have the checks of a table that is dropped come back as the server shows them."""
    for check in live.constraints:
        if isinstance(check, sa.CheckConstraint):
            check.sqltext = sa.text(escaped(str(check.sqltext.text)))


def without_check(table: sa.Table, name: str, check: Part) -> DropConstraintOp:
    """Return what drops a check, and adds it again as the server shows it."""
    # As it is: the naming convention has been at work.
    known = conv(name)
    again = CreateCheckConstraintOp(known, table.name, sa.text(escaped(check.text)), schema=table.schema)
    if check.whole:
        return DropConstraintOp(known, table.name, "check", schema=table.schema, _reverse=again)
    dropped = _DropPartialCheckOp(known, table.name, "check", schema=table.schema, _reverse=again)
    dropped.as_it_was = (
        f"ALTER TABLE {quoted(table.fullname)} ADD CONSTRAINT {quoted(name)} {check.definition}"
    )
    return dropped


class _DropPartialCheckOp(DropConstraintOp):
    """Drops a check that holds for some rows alone (NOT VALID, NO INHERIT), and knows it as it was."""

    as_it_was = ""

    def reverse(self) -> MigrateOperation:  # type: ignore[override]  # of Alembic's own kind
        return ExecuteSQLOp(escaped(self.as_it_was))
