"""What is counted, and by which one statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from sqlalchemy import Boolean, Column, Select, Text, cast, func, literal, select, union_all
from sqlalchemy.engine import Connection

from tenantapp.db.base import ModelTable
from tenantapp.db.engine import select_all
from tenantapp.db.models import alive
from tenantapp.db.selection import Selection

Counts = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where the rows of a table may stand.

    Args:
        table: whose rows.
        column: which column says it.
        words: how that is called, by the column's value as text.
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


def standing_of(table: ModelTable) -> Standing | None:
    """Return what says where a row stands: `status`, or a column that is true or not and has words for it."""
    for column in table.columns:
        words = column.info.get("words", ())
        if words and isinstance(column.type, Boolean):
            return Standing(table, column, dict(zip(("false", "true"), words, strict=True)))
        if words and column.name == "status":
            return Standing(table, column, {word: word for word in words})
    return None


def count_rows(connection: Connection, standings: tuple[Standing, ...]) -> Counts:
    """Return how many rows of each table stand where, by one statement; those that were deleted are none.

    Args:
        connection: the unit of work's.
        standings: what is counted.
    """
    by_name = {standing.name: standing for standing in standings}
    counts = {name: dict.fromkeys(standing.words.values(), 0) for name, standing in by_name.items()}
    for row in select_all(connection, _counted(standings), {}):
        counts[row.resource][by_name[row.resource].words[row.stands]] = row.total
    return counts


@cache
def _counted(standings: tuple[Standing, ...]) -> Selection[_Counted]:
    counted = union_all(*map(_of_one, standings)).subquery()
    return Selection(select(counted.c.resource, counted.c.stands, counted.c.total))


def _of_one(standing: Standing) -> Select[str, str, int]:
    table, column = standing.table, standing.column
    counted = select(
        literal(standing.name).label("resource"),
        cast(column, Text).label("stands"),
        func.count().label("total"),
    ).select_from(table)
    return counted.where(*alive(table)).group_by(column)
