"""Pages of a list, by keyset: where the last page ended, not how many rows to skip.

A page stays where it is while rows come and go around it, and the thousandth costs what the first did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, Protocol, TypeVar, TypeVarTuple, cast

from sqlalchemy import (
    Column,
    ColumnElement,
    Float,
    Select,
    Text,
    bindparam,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy import cast as cast_to
from sqlalchemy.engine import Connection

from tenantapp.db.key_text import text_of
from tenantapp.db.order import never_null
from tenantapp.models.columns import SEPARATORS
from tenantapp.models.scoped import Record, alive, shown_columns, shown_row, table_of
from tenantapp.postgres.engine import select_all
from tenantapp.postgres.selection import Selection

Model = TypeVar("Model", bound=Record)
Shown_co = TypeVar("Shown_co", covariant=True)
Columns = TypeVarTuple("Columns")

STREAMED = 500
"""How many rows are in memory at once while all of them are streamed."""

# Parted as the column is; what a person writes is never a syntax error.
_SEARCHED = func.websearch_to_tsquery(
    literal_column("'simple'::regconfig"),
    func.translate(bindparam("matching", type_=Text), literal_column(SEPARATORS)),
)


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which page of which rows.

    Args:
        limit: how many rows at most.
        sort: the column to order by, where NULL counts as the last; the id decides among equals.
        descending: whether the greatest comes first.
        after: the sort value, None for NULL, and the id of the row that the page comes after, as texts.
        equal: values that columns must have; None for those that must have none.
        lower: values that columns must not be below.
        upper: values that columns must be below.
        matching: words that the column `search` must have, as in a web search.
        deleted: whether to list the deleted rows instead of the living.
        counted: whether to count all rows that fit.
    """

    limit: int
    sort: str = "created_at"
    descending: bool = True
    after: Sequence[str | None] | None = None
    equal: Mapping[str, object] = field(default_factory=dict)
    lower: Mapping[str, object] = field(default_factory=dict)
    upper: Mapping[str, object] = field(default_factory=dict)
    matching: str | None = None
    deleted: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Page(Generic[Shown_co]):
    """Rows, where the next page begins if there is one, and how many fit in all if that was asked."""

    rows: Sequence[Shown_co]
    next_after: tuple[str | None, str] | None
    total: int | None


@dataclass(frozen=True, slots=True)
class _Shape:
    """A page query without its values: one statement each, built once."""

    model: type[Record]
    sort: str
    descending: bool
    goes_on: bool
    equal: tuple[str, ...]
    empty: tuple[str, ...]
    lower: tuple[str, ...]
    upper: tuple[str, ...]
    matching: bool
    deleted: bool


class _Counted(Protocol):
    total: int


def fetch_page(connection: Connection, model: type[Model], query: PageQuery) -> Page[Model]:
    """Return the page that `query` asks for, by one statement, and one more where it is counted."""
    shape = _shape(model, query)
    values = _values(query)
    # One row more than a page tells whether there is a next one.
    selected = select_all(connection, _page(shape), {**values, "page_limit": query.limit + 1})
    rows = cast("list[Model]", selected)
    shown = rows[: query.limit]
    more = len(rows) > query.limit
    last = shown[-1] if more else None
    return Page(
        shown,
        _position(model, query.sort, last) if last is not None else None,
        select_all(connection, _count(shape), values)[0].total if query.counted else None,
    )


def stream_rows(connection: Connection, model: type[Model], query: PageQuery) -> Iterator[Sequence[Model]]:
    """Yield all rows that `query` asks for in parts, whatever its limit, through a cursor on the server.

    The cursor is closed with the generator.
    """
    result = connection.execute(
        _page(_shape(model, query)).statement,
        {**_values(query), "page_limit": None},
        execution_options={"yield_per": STREAMED},
    )
    try:
        for rows in result.partitions():
            yield cast("Sequence[Model]", [shown_row(model, row) for row in rows])
    finally:
        result.close()


def _position(model: type[Record], sort: str, row: Record) -> tuple[str | None, str]:
    value: object = getattr(row, sort)
    return None if value is None else text_of(value, table_of(model).columns[sort].type), str(row.id)


def _shape(model: type[Record], query: PageQuery) -> _Shape:
    return _Shape(
        model,
        query.sort,
        query.descending,
        query.after is not None,
        tuple(name for name, value in query.equal.items() if value is not None),
        tuple(name for name, value in query.equal.items() if value is None),
        tuple(query.lower),
        tuple(query.upper),
        query.matching is not None,
        query.deleted,
    )


def _values(query: PageQuery) -> dict[str, object]:
    values = {f"equal_{name}": value for name, value in query.equal.items()}
    values |= {f"lower_{name}": value for name, value in query.lower.items()}
    values |= {f"upper_{name}": value for name, value in query.upper.items()}
    if query.matching is not None:
        values["matching"] = query.matching
    if query.after is not None:
        values["after_value"], values["after_id"] = query.after
    return values


@lru_cache(maxsize=1024)
def _page(shape: _Shape) -> Selection[object]:
    columns = table_of(shape.model).columns
    sort, row_id = columns[shape.sort], columns["id"]
    key = never_null(sort, sort)
    statement = _fitting(shape, select(*shown_columns(shape.model)))
    if shape.goes_on:
        # PostgreSQL reads the texts: no digit is lost on the way.
        value = never_null(cast_to(bindparam("after_value", type_=Text), sort.type), sort)
        position = tuple_(value, cast_to(bindparam("after_id", type_=Text), row_id.type))
        at = tuple_(key, row_id)
        statement = statement.where(at < position if shape.descending else at > position)
    ordered = (key.desc(), row_id.desc()) if shape.descending else (key, row_id)
    return Selection(statement.order_by(*ordered).limit(bindparam("page_limit")))


def _given(name: str, column: Column[object]) -> ColumnElement[object]:
    """Return the parameter that a column is compared with."""
    parameter = bindparam(name, type_=column.type)
    # The driver sends a number of 8 bytes, which one of 4 is seldom equal to.
    return cast_to(parameter, column.type) if isinstance(column.type, Float) else parameter


@lru_cache(maxsize=1024)
def _count(shape: _Shape) -> Selection[_Counted]:
    counted = select(func.count().label("total")).select_from(shape.model.__table__)
    return Selection(_fitting(shape, counted))


def _fitting(shape: _Shape, statement: Select[*Columns]) -> Select[*Columns]:
    columns = table_of(shape.model).columns
    if shape.deleted:
        statement = statement.where(columns["deleted_at"].is_not(None))
    else:
        statement = statement.where(*alive(table_of(shape.model)))
    for name in shape.equal:
        statement = statement.where(columns[name] == _given(f"equal_{name}", columns[name]))
    for name in shape.empty:
        statement = statement.where(columns[name].is_(None))
    for name in shape.lower:
        statement = statement.where(columns[name] >= _given(f"lower_{name}", columns[name]))
    for name in shape.upper:
        statement = statement.where(columns[name] < _given(f"upper_{name}", columns[name]))
    if shape.matching:
        statement = statement.where(columns["search"].bool_op("@@")(_SEARCHED))
    return statement
