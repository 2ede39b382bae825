"""Partitions by month: those of the months to come when a migration runs, whatever day that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from alembic.operations import MigrateOperation, Operations

from tenantapp.rls.partitions import create_monthly_partitions, drop_empty_partitions

NEXT_MONTHS = 3


@Operations.register_operation("create_monthly_partitions")
@dataclass(frozen=True)
class CreateMonthlyPartitionsOp(MigrateOperation):
    """Makes the missing partitions of this month and the next ones."""

    table: str
    months: int = NEXT_MONTHS

    @classmethod
    def create_monthly_partitions(
        cls, operations: Operations, table: str, *, months: int = NEXT_MONTHS
    ) -> Any:
        """Make the partitions of this month and the next ones that are missing, isolated as the table is.

        Args:
            operations: given by Alembic.
            table: a table that is partitioned by RANGE over one column of type date or timestamptz.
            months: how many months after this one.

        Raises:
            CommandError: the table is another, or its name is too long.
        """
        return operations.invoke(cls(table, months))

    def reverse(self) -> MigrateOperation:
        """Return the operation that drops what is empty."""
        return DropEmptyPartitionsOp(self)


@Operations.register_operation("drop_empty_partitions")
@dataclass(frozen=True)
class DropEmptyPartitionsOp(MigrateOperation):
    """Drops the monthly partitions that hold no rows, whoever made them; the others stay."""

    created: CreateMonthlyPartitionsOp

    @classmethod
    def drop_empty_partitions(cls, operations: Operations, table: str, *, months: int = NEXT_MONTHS) -> Any:
        """Drop the monthly partitions without a row; the arguments are those of `create_monthly_partitions`.

        Which months there were when those were made is not known: every empty one goes.
        """
        return operations.invoke(cls(CreateMonthlyPartitionsOp(table, months)))

    def reverse(self) -> MigrateOperation:
        """Return the operation that makes partitions of this month and the next ones."""
        return self.created


@Operations.implementation_for(CreateMonthlyPartitionsOp)
def _create(operations: Operations, op: CreateMonthlyPartitionsOp) -> None:
    create_monthly_partitions(operations.get_bind(), op.table, op.months, datetime.now(UTC).date())


@Operations.implementation_for(DropEmptyPartitionsOp)
def _drop(operations: Operations, op: DropEmptyPartitionsOp) -> None:
    drop_empty_partitions(operations.get_bind(), op.created.table)
