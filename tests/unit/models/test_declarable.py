"""What no migration can keep as it is written is refused in one line when the model is declared."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from tenantapp.models.columns import ShortTexts, enumeration
from tenantapp.models.declarable import require_declarable
from tenantapp.models.errors import Undeclarable
from tenantapp.models.security import TableSecurity, View, tenant_policies


def table(*items: sa.schema.SchemaItem, name: str = "notes") -> sa.Table:
    return sa.Table(name, sa.MetaData(), *items)


def by_day(*items: sa.schema.SchemaItem) -> sa.Table:
    columns = sa.Column("id", sa.Uuid, primary_key=not items), sa.Column("day", sa.Date)
    return sa.Table("notes", sa.MetaData(), *columns, *items, postgresql_partition_by="RANGE (day)")


REFUSED: dict[str, tuple[Callable[[], sa.Table], str]] = {
    "a column in camelCase": (lambda: table(sa.Column("orderLines", sa.Text)), "orderLines"),
    "a table in capitals": (lambda: table(name="Notes"), "Notes"),
    "a table with a blank": (lambda: table(name="my notes"), "my notes"),
    "a column of 64 bytes": (lambda: table(sa.Column("a" * 64, sa.Text)), "64 bytes"),
    "an index of 64 bytes": (lambda: table(sa.Column("a", sa.Text), sa.Index("i" * 64, "a")), "64 bytes"),
    "a check of 64 bytes": (lambda: table(sa.CheckConstraint("true", name="c" * 64)), "64 bytes"),
    "an enumeration of PostgreSQL's": (
        lambda: table(sa.Column("a", sa.Enum("x", name="e"))),
        "columns.enumeration",
    ),
    "another such": (lambda: table(sa.Column("a", postgresql.ENUM("x", name="e"))), "columns.enumeration"),
    "an identity": (lambda: table(sa.Column("a", sa.Integer, sa.Identity())), "sequence"),
    "a partition column outside the primary key": (by_day, "primary key must contain day"),
    "a partition column outside a unique key": (
        lambda: by_day(sa.PrimaryKeyConstraint("id", "day"), sa.UniqueConstraint("id", name="u")),
        "u must contain day",
    ),
    "a partition column outside a unique index": (
        lambda: by_day(sa.PrimaryKeyConstraint("id", "day"), sa.Index("i", "id", unique=True)),
        "i must contain day",
    ),
    "an array that cuts": (lambda: table(sa.Column("a", postgresql.ARRAY(sa.String(5)))), "ShortTexts"),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_it_is_refused(refused: tuple[Callable[[], sa.Table], str]) -> None:
    make, word = refused
    with pytest.raises(Undeclarable, match=word) as told:
        require_declarable(make(), None)
    assert "\n" not in str(told.value)


def test_a_table_whose_policies_names_are_kept_whole_is_taken() -> None:
    require_declarable(table(name="t" * 46), TableSecurity(tenant_policies("t" * 46)))


@pytest.mark.parametrize("length", [47, 59, 63])
def test_a_table_whose_policies_names_would_be_cut_is_refused(length: int) -> None:
    with pytest.raises(Undeclarable, match="policy"):
        require_declarable(table(name="t" * length), TableSecurity(tenant_policies("t" * length)))


def by_month(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), postgresql_partition_by="RANGE (created_at)")


def test_a_table_by_month_whose_partitions_policies_names_are_kept_whole_is_taken() -> None:
    require_declarable(by_month("t" * 38), TableSecurity(tenant_policies("t" * 38)))


def test_a_table_by_month_whose_partitions_policies_names_would_be_cut_is_refused() -> None:
    with pytest.raises(Undeclarable, match="partition"):
        require_declarable(by_month("t" * 39), TableSecurity(tenant_policies("t" * 39)))


def test_a_view_whose_name_would_be_cut_is_refused() -> None:
    with pytest.raises(Undeclarable, match="view"):
        require_declarable(table(), TableSecurity(views=(View("v" * 64, "SELECT 1"),)))


def test_a_word_that_no_row_can_hold_is_refused() -> None:
    with pytest.raises(Undeclarable, match="at most 50"):
        enumeration(("a", "b" * 51))


def test_keywords_and_short_texts_are_taken() -> None:
    require_declarable(
        table(sa.Column("order", sa.Text), sa.Column("tags", ShortTexts(5)), name="user"), None
    )
