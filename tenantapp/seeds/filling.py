"""How a domain's rows are written: once, and never beside rows that are there already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tenantapp.models.scoped import Record, table_of

_BATCH = 1000


def fill(session: Session, model: type[Record], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows of the same columns, unless the tenant has some of this model.

    Args:
        session: the tenant's unit of work.
        model: what they are.
        rows: their values.
    """
    if session.scalar(select(model.id).limit(1)) is not None:
        return
    waiting = iter(rows)
    while batch := [dict(row) for row in islice(waiting, _BATCH)]:
        session.execute(insert(table_of(model)), batch)


def count(session: Session, model: type[Record]) -> int:
    """Return how many rows of a model the tenant has."""
    return session.scalar(select(func.count()).select_from(model)) or 0
