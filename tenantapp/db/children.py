"""A row with the rows that belong to it, by one statement."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, select, true
from sqlalchemy.engine import Connection

from tenantapp.db.errors import RowNotFound
from tenantapp.db.models import Record, shown_columns, table_of


def fetch_with_children(
    connection: Connection, parent: type[Record], row_id: UUID, child: type[Record], key: str, limit: int
) -> SimpleNamespace:
    """Return a row that has its newest children as an attribute, which is called as their table is.

    It has no version: that would not tell whether its children have changed.

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
    rows = connection.execute(_joined(parent, child, key), {"row_id": row_id, "child_limit": limit}).all()
    if not rows:
        raise RowNotFound(parent.__tablename__)
    above, below = ([column.name for column in shown_columns(model)] for model in (parent, child))
    children = [SimpleNamespace(**dict(zip(below, row[len(above) :], strict=True))) for row in rows]
    # A row without children is joined with nothing once.
    found = [one for one in children if one.id is not None]
    values = dict(zip(above, rows[0][: len(above)], strict=True))
    del values["row_version"]
    return SimpleNamespace(**values, **{child.__tablename__: found})


@cache
def _joined(parent: type[Record], child: type[Record], key: str) -> Select[Any]:
    above, below = table_of(parent), table_of(child)
    newest = (
        select(*shown_columns(child))
        .where(below.columns[key] == above.columns["id"])
        .order_by(below.columns["created_at"].desc(), below.columns["id"].desc())
        .limit(bindparam("child_limit"))
        .lateral()
    )
    return (
        select(*shown_columns(parent), *newest.columns)
        .select_from(above.outerjoin(newest, true()))
        .where(above.columns["id"] == bindparam("row_id"))
        .order_by(newest.columns["created_at"].desc(), newest.columns["id"].desc())
    )
