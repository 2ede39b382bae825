"""A row with the rows that belong to it, by one statement."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import TypeVar, cast
from uuid import UUID

from sqlalchemy import bindparam, select, true
from sqlalchemy.engine import Connection

from tenantapp.db.errors import RowNotFound
from tenantapp.models.rows import row_maker, values_of
from tenantapp.models.scoped import Record, alive, living, shown_columns, table_of
from tenantapp.postgres.engine import select_all
from tenantapp.postgres.selection import Selection

Above = TypeVar("Above", bound=Record)
Below = TypeVar("Below", bound=Record)


def fetch_with_children(
    connection: Connection, parent: type[Above], row_id: UUID, child: type[Below], key: str, limit: int
) -> tuple[Above, list[Below]]:
    """Return a row and its newest children.

    Args:
        connection: the unit of work's.
        parent: the model of the row.
        row_id: which row.
        child: the model of its children.
        key: the children's column that leads to their parent.
        limit: how many children at most.

    Raises:
        RowNotFound: there is no such row.
    """
    rows = select_all(connection, _joined(parent, child, key), {"row_id": row_id, "child_limit": limit})
    if not rows:
        raise RowNotFound(parent.__tablename__)
    above, below = (tuple(column.key for column in shown_columns(model)) for model in (parent, child))
    make = row_maker(below)
    children = cast("list[Below]", [make(row[len(above) :]) for row in rows])
    row = cast("Above", row_maker(above)(rows[0][: len(above)]))
    # A row without children is joined with nothing once.
    return row, [one for one in children if one.id is not None]


def together(row: Record, **children: list[Below]) -> SimpleNamespace:
    """Return a row that has its children as attributes.

    It has no version: that would not tell whether its children have changed.
    """
    values = values_of(row)
    del values["row_version"]
    return SimpleNamespace(**values, **children)


@cache
def _joined(parent: type[Record], child: type[Record], key: str) -> Selection[tuple[object, ...]]:
    above, below = table_of(parent), table_of(child)
    newest = (
        living(child)
        .where(below.columns[key] == above.columns["id"])
        .order_by(below.columns["created_at"].desc(), below.columns["id"].desc())
        .limit(bindparam("child_limit"))
        .lateral()
    )
    return Selection(
        select(*shown_columns(parent), *newest.columns)
        .select_from(above.outerjoin(newest, true()))
        .where(above.columns["id"] == bindparam("row_id"), *alive(above))
        .order_by(newest.columns["created_at"].desc(), newest.columns["id"].desc())
    )
