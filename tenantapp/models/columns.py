"""Columns as words: a model says what a column means, not how it is spelled in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnDefault,
    Computed,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column

from tenantapp.models.declarations import DECLARES, ScopedForeignKey, about
from tenantapp.models.errors import Undeclarable
from tenantapp.models.sql_text import escaped, listed, literal, quoted
from tenantapp.models.states import States

MOST_TAGS = 20
LONGEST_TAG = 50
HIDDEN = "hidden"
"""What a column's `info` says where no repository returns it."""

NEVER = "'infinity'::timestamptz"
"""What a moment that has not come counts as in the order of a list, and in the index for it."""

_LONGEST_WORD = 50
# What stands between the words of addresses: each of them is found by itself.
SEPARATORS = "'@./', '   '"


def uuid_key() -> Mapped[UUID]:
    """A random identifier in the primary key, made by the program, or by the server for plain SQL."""
    return mapped_column(
        primary_key=True, default=uuid4, server_default=func.gen_random_uuid(), sort_order=-90
    )


def required_text(length: int) -> Mapped[str]:
    """Text of at most `length` characters that is always there."""
    return mapped_column(String(length))


def optional_text(length: int | None = None) -> Mapped[str | None]:
    """Text that may be absent, of at most `length` characters where a length is given."""
    return mapped_column(Text if length is None else String(length))


def email() -> Mapped[str]:
    """An e-mail address that is always there, in lower case: it is compared by value.

    lower(email) is not leakproof, so an index on it would not be used under row-level security.
    """
    return mapped_column(String(254), info={DECLARES: _normalised, "shape": "email"})


def enumeration(values: Sequence[str], default: str | None = None) -> Mapped[str]:
    """One of a few words, `default` where one is given and nothing is said.

    Raises:
        Undeclarable: no row can hold one of them.
    """
    if too_long := [word for word in values if len(word) > _LONGEST_WORD]:
        raise Undeclarable(
            f"{too_long[0]!r}: a word of an enumeration has at most {_LONGEST_WORD} characters"
        )
    info = {DECLARES: lambda name: one_of(name, values), "words": tuple(values)}
    return mapped_column(String(_LONGEST_WORD), server_default=default, info=info)


def state(states: States) -> Mapped[str]:
    """Where the row stands: it begins at the first of `states` and goes on by their steps alone."""
    column = enumeration(states.names, states.initial)
    column.column.info["states"] = states  # type: ignore[attr-defined]  # Mapped hides its column
    return column


def reference(table: str, *, then: Sequence[str] = ()) -> Mapped[UUID]:
    """The id of a row of `table`, of the same tenant's, that is always there.

    Args:
        table: what is referred to.
        then: further columns of the index that finds the rows that refer to one, in their order.
    """
    return mapped_column(info={DECLARES: ScopedForeignKey(table, tuple(then))})


def part_of(table: str, *, then: Sequence[str] = ()) -> Mapped[UUID]:
    """The id of the row of `table` that this one is a part of, and gone with while it is deleted.

    Otherwise as `reference`.
    """
    return mapped_column(info={DECLARES: ScopedForeignKey(table, tuple(then), to_whole=True)})


def optional_reference(table: str, *, then: Sequence[str] = ()) -> Mapped[UUID | None]:
    """The id of a row of `table`, of the same tenant's, if any; see `reference`."""
    return mapped_column(info={DECLARES: ScopedForeignKey(table, tuple(then))})


def one_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """Hold `column` to `values`."""
    return _check(column, f"{quoted(column)} IN ({listed(values)})")


def some_of(column: str, values: Sequence[str]) -> CheckConstraint:
    """Hold the words of `column` to `values`."""
    left = quoted(column)
    for value in values:
        left = f"array_remove({left}, {literal(value)})"
    # Not `<@`: it compares each with each, and heeds no time-out, so the application may not call it.
    return _check(column, f"cardinality({left}) = 0")


def dns_label(column: str) -> CheckConstraint:
    """Hold `column` to one DNS label in lower case."""
    return _check(column, f"{quoted(column)} ~ '^[a-z0-9]([a-z0-9-]{{0,61}}[a-z0-9])?$'")


def words() -> Mapped[list[str]]:
    """A list of words that is always there; `some_of` holds it to those that have a meaning."""
    return mapped_column(ARRAY(Text))


def tags() -> Mapped[list[str]]:
    """A list of a few short words in lower case, empty unless told otherwise."""
    info = {DECLARES: _few_in_lower_case, "shape": "tags"}
    return mapped_column(ShortTexts(LONGEST_TAG), server_default=text("'{}'"), info=info)


class ShortTexts(ARRAY[str]):
    """An array of texts of at most `length` characters, of which PostgreSQL refuses a longer one.

    SQLAlchemy has the driver cast an `ARRAY(String(length))` to `varchar(length)[]`, and a cast cuts.
    """

    def __init__(self, length: int) -> None:
        self.length = length
        super().__init__(Text)


@compiles(ShortTexts, "postgresql")
def _in_a_table(texts: ShortTexts, _compiler: object, **_: object) -> str:
    return f"VARCHAR({texts.length})[]"


def search(*names: str) -> Mapped[str]:
    """What the columns `names` are searched by; PostgreSQL keeps it, and no repository returns it."""
    words = " || ' ' || ".join(f"coalesce({quoted(name)}, '')" for name in names)
    kept = Computed(f"to_tsvector('simple', translate({words}, {SEPARATORS}))", persisted=True)
    return mapped_column(TSVECTOR, kept, deferred=True, info={HIDDEN: True})


def whether(condition: str, *, words: tuple[str, str]) -> Mapped[bool]:
    """Whether an SQL condition on the row's other columns holds; PostgreSQL keeps it.

    Args:
        condition: what is to hold.
        words: what a row is called of which it does not hold, and of which it does.
    """
    return mapped_column(Boolean, Computed(escaped(condition), persisted=True), info={"words": words})


def json_object() -> Mapped[dict[str, object]]:
    """A JSON object, empty unless told otherwise."""
    return mapped_column(JSONB, server_default=text("'{}'::jsonb"))


def digest() -> Mapped[bytes]:
    """A hash as bytes."""
    return mapped_column(LargeBinary)


def counter(start: int) -> Mapped[int]:
    """A whole number that begins at `start`."""
    return mapped_column(Integer, server_default=text(str(start)))


def row_version() -> Mapped[int]:
    """A counter from 1 that each UPDATE raises, unless it says otherwise."""
    counted = mapped_column(Integer, server_default=text("1"))
    column = counted.column
    column.onupdate = ColumnDefault(column + 1, for_update=True)
    column.onupdate.column = column
    return counted


def required_moment() -> Mapped[datetime]:
    """A point in time that is always there."""
    return mapped_column(DateTime(timezone=True))


def moment() -> Mapped[datetime | None]:
    """A point in time that may not have come."""
    return mapped_column(DateTime(timezone=True))


def created_at() -> Mapped[datetime]:
    """When the row came to be."""
    return mapped_column(DateTime(timezone=True), server_default=func.now(), sort_order=90)


def updated_at() -> Mapped[datetime]:
    """When the row was last written."""
    return mapped_column(
        DateTime(timezone=True), server_default=func.now(), onupdate=func.now(), sort_order=91
    )


def _few_in_lower_case(name: str) -> CheckConstraint:
    few = f"cardinality({quoted(name)}) <= {MOST_TAGS}"
    return _check(name, f"{few} AND {quoted(name)}::text = lower({quoted(name)}::text)")


def _normalised(name: str) -> CheckConstraint:
    return CheckConstraint(
        escaped(f"{quoted(name)} = lower({quoted(name)})"), name=f"{name}_normalised", info=about(name)
    )


def _check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(escaped(condition), name=name, info=about(name))
