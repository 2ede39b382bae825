"""One page of any select, by keyset: after the values at which the page before ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    Integer,
    Numeric,
    Select,
    Table,
    Text,
    UniqueConstraint,
    and_,
    cast,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.sql import coercions, operators, roles
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.selectable import Subquery
from sqlalchemy.types import TypeEngine

from tenantapp.db.key_text import require_text, text_of
from tenantapp.models.rows import row_maker
from tenantapp.postgres.private import LabelReference, TextualLabelReference

_DIRECTIONS = (operators.asc_op, operators.desc_op)


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """One page.

    Args:
        items: what was selected: the entities of a select of one entity or column, else rows.
        next_after: the key values of the last one as text, where there is a further page.
    """

    items: Sequence[Any]
    next_after: list[str] | None


@dataclass(frozen=True, slots=True)
class _Key:
    column: ColumnElement[Any]
    descending: bool

    @property
    def ordered(self) -> ColumnElement[Any]:
        return self.column.desc() if self.descending else self.column.asc()

    def follows(self, value: ColumnElement[Any]) -> ColumnElement[bool]:
        return self.column < value if self.descending else self.column > value


def fetch_keyset_page(
    session: Session, statement: Select[Any], keys: Sequence[Any], limit: int, after: Sequence[str] | None
) -> KeysetPage:
    """Return the page of a select that follows given key values.

    Args:
        session: the session.
        statement: what to select, without an order of its own.
        keys: what it is ordered by: columns, or names of what is selected, each plain, `asc` or `desc`; none
            may be NULL, and the last one is unique. Computed ones page over the statement as a subquery.
        limit: how many items at most.
        after: the key values of the last item before, as text; None for the first page.

    Raises:
        sqlalchemy.exc.ArgumentError: a key cannot be paged by.
        ValueError: a key is NULL in the last row.
    """
    if not keys:
        raise ArgumentError("a page needs a key; the last one must be unique")
    # What is limited may be ordered to be, and what is grouped is unique by what it is grouped by.
    if not _counts_rows(statement):
        _require_page_order(statement, _parted(keys[-1])[0])
    paged, resolved = _resolved(statement, keys)
    if after is not None:
        paged = paged.where(_after(resolved, after))
    # One more tells whether there is a next page.
    ordered = paged.order_by(None).order_by(*(key.ordered for key in resolved)).limit(limit + 1)
    result = session.execute(ordered.add_columns(*(key.column for key in resolved)))
    names = tuple(result.keys())[: -len(resolved)]
    rows = result.all()
    ends = rows[limit - 1][-len(resolved) :] if len(rows) > limit else None
    return KeysetPage(
        _items(names, [row[: -len(resolved)] for row in rows[:limit]]),
        None if ends is None else [_text(key, value) for key, value in zip(resolved, ends, strict=True)],
    )


def _items(names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> Sequence[Any]:
    if len(names) == 1:
        return [row[0] for row in rows]
    return list(map(row_maker(names), rows))


def _resolved(statement: Select[Any], keys: Sequence[Any]) -> tuple[Select[Any], list[_Key]]:
    """Return the statement to page, and the keys as its columns."""
    found = [_parted(key) for key in keys]
    plain = [_Key(column, descending) for column, descending in found if isinstance(column, Column)]
    if len(plain) < len(found) or _counts_rows(statement):
        inner = statement.subquery()
        plain = [_Key(_selected(inner, column), descending) for column, descending in found]
        statement = select(inner)
    for key in plain:
        _require_key(key.column)
    return statement, plain


def _parted(key: Any) -> tuple[ColumnElement[Any] | str, bool]:
    """Return the column, or the name, that a key orders by, and whether the greatest comes first."""
    if isinstance(key, str):
        return key, False
    given = coercions.expect(roles.OrderByRole, key)
    descending = False
    while isinstance(given, UnaryExpression | LabelReference | TextualLabelReference):
        if isinstance(given, UnaryExpression):
            if given.modifier not in _DIRECTIONS:
                raise ArgumentError(f"{key}: a page is ordered by columns, asc or desc; no key may be NULL")
            descending = given.modifier is operators.desc_op
        given = given.element
    return given, descending


def _counts_rows(statement: Select[Any]) -> bool:
    """Whether a condition more would change which rows are counted, grouped or left out."""
    return bool(
        statement._group_by_clauses
        or statement._having_criteria
        or statement._distinct
        or statement._distinct_on
        or statement._has_row_limiting_clause
    )


def _selected(inner: Subquery, key: ColumnElement[Any] | str) -> ColumnElement[Any]:
    name = key if isinstance(key, str) else getattr(key, "name", None)
    column = inner.c.get(name) if isinstance(name, str) else None
    if not isinstance(key, str):
        column = inner.corresponding_column(key) if isinstance(key, Column) else column
    if column is None:
        raise ArgumentError(f"{key}: the statement must select what its pages are ordered by; label it")
    return column


def _require_key(column: ColumnElement[Any]) -> None:
    require_text(column)
    # A primary key says so; for what is computed nothing does.
    if isinstance(column, Column) and column.nullable and not column.primary_key:
        raise ArgumentError(f"{column} may be NULL; order by coalesce({column}, …), with a label")


def _require_page_order(statement: Select[Any], last: ColumnElement[Any] | str) -> None:
    """Refuse an order of the statement's own, and a last key whose table says that it is not unique."""
    if statement._order_by_clauses:
        raise ArgumentError("a page is ordered by its keys alone: leave order_by() out of its statement")
    if not isinstance(last, Column) or not isinstance(last.table, Table) or last.primary_key or last.unique:
        return
    unique: list[UniqueConstraint | Index] = [each for each in last.table.indexes if each.unique]
    unique += [each for each in last.table.constraints if isinstance(each, UniqueConstraint)]
    if not any(last in each.columns.values() for each in unique):
        raise ArgumentError(
            f"{last} is not unique, so a page could leave out rows; let the last key be an id"
        )


def _after(keys: Sequence[_Key], texts: Sequence[str]) -> ColumnElement[bool]:
    values = [_value(key.column, text) for key, text in zip(keys, texts, strict=True)]
    if len({key.descending for key in keys}) == 1:
        # An index on the keys serves this, and not what follows.
        at, position = tuple_(*(key.column for key in keys)), tuple_(*values)
        return at < position if keys[0].descending else at > position
    return or_(*_steps(keys, values))


def _steps(keys: Sequence[_Key], values: Sequence[ColumnElement[Any]]) -> Iterator[ColumnElement[bool]]:
    for place, key in enumerate(keys):
        same = [each.column == value for each, value in zip(keys[:place], values[:place], strict=True)]
        yield and_(*same, key.follows(values[place]))


def _value(column: ColumnElement[Any], text: str) -> ColumnElement[Any]:
    kind: TypeEngine[Any] = column.type
    # What sums and counts give may be larger than the type that SQLAlchemy guesses.
    if isinstance(kind, Integer) and not isinstance(column, Column):
        kind = Numeric()
    return cast(literal(text, Text), kind)


def _text(key: _Key, value: Any) -> str:
    if value is None:
        raise ValueError(f"{key.column} is NULL in a row: pages are ordered by what never is; use coalesce")
    return text_of(value, key.column.type)
