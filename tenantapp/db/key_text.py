"""Values of a key as text, of which PostgreSQL reads exactly them: where a page ended, as a cursor has it."""

from __future__ import annotations

import enum
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Enum
from sqlalchemy.exc import ArgumentError
from sqlalchemy.types import TypeEngine

_TEXTS: dict[type[Any], Callable[[Any], str]] = {
    bool: str,
    int: str,
    float: repr,
    Decimal: str,
    str: str,
    UUID: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
}


def require_text(column: ColumnElement[Any]) -> None:
    """Refuse a key whose values have no text.

    Raises:
        sqlalchemy.exc.ArgumentError: they have none.
    """
    try:
        kind = column.type.python_type
    except NotImplementedError:
        kind = object
    if not (isinstance(column.type, Enum) or kind in _TEXTS):
        raise ArgumentError(f"{column}: no page can be ordered by {column.type!r}; give the key a type")


def text_of(value: object, kind: TypeEngine[Any]) -> str:
    """Return the text of a key's value.

    Args:
        value: the value, which is not None.
        kind: the key's type.
    """
    if isinstance(value, enum.Enum) and isinstance(kind, Enum):
        return str(kind._db_value_for_elem(value))  # type: ignore[no-untyped-call]
    return _TEXTS[type(value)](value)
