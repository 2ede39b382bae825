"""What is counted, and by which one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from sqlalchemy import Boolean, Column, Select, Text, cast, func, literal, select, union_all
from sqlalchemy.engine import Connection

from tenantapp.models.base import ModelTable
from tenantapp.models.scoped import alive
from tenantapp.postgres.engine import select_all
from tenantapp.postgres.selection import Selection

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, eq=False)
class StatusColumn:
    """The column that holds a row's status.

    Args:
        table: whose rows.
        column: the column.
        words: what each status is called, by the column's value as text.
    """

    table: ModelTable
    column: Column[object]
    words: Mapping[str, str]

    @property
    def name(self) -> str:
        """The table's name; SQLAlchemy's own is no plain text."""
        return str(self.table.name)


class _Counted(Protocol):
    """One row of what is counted."""

    resource: str
    stands: str
    total: int


def status_column_of(table: ModelTable) -> StatusColumn | None:
    """Return the column of a row's status: `status`, or one that is true or not and has words for it."""
    for column in table.columns:
        words = column.info.get("words", ())
        if words and isinstance(column.type, Boolean):
            return StatusColumn(table, column, dict(zip(("false", "true"), words, strict=True)))
        if words and column.name == "status":
            return StatusColumn(table, column, {word: word for word in words})
    return None


def count_rows(connection: Connection, statuses: tuple[StatusColumn, ...]) -> Counts:
    """Return the row counts by status of each table, by one statement; deleted rows do not count.

    Args:
        connection: the unit of work's.
        statuses: what is counted.
    """
    by_name = {status.name: status for status in statuses}
    counts = {name: dict.fromkeys(status.words.values(), 0) for name, status in by_name.items()}
    for row in select_all(connection, _counted(statuses), {}):
        counts[row.resource][by_name[row.resource].words[row.stands]] = row.total
    return counts


@cache
def _counted(statuses: tuple[StatusColumn, ...]) -> Selection[_Counted]:
    counted = union_all(*map(_of_one, statuses)).subquery()
    return Selection(select(counted.c.resource, counted.c.stands, counted.c.total))


def _of_one(status: StatusColumn) -> Select[str, str, int]:
    table, column = status.table, status.column
    counted = select(
        literal(status.name).label("resource"),
        cast(column, Text).label("stands"),
        func.count().label("total"),
    ).select_from(table)
    return counted.where(*alive(table)).group_by(column)
