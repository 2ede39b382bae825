"""What A learns from keys: that a value or a row of B's exists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import Connection, RowMapping

from tenantapp.testing.canaries import new_values
from tests.isolation.tables import has_own_tenant_column, scoped_tables
from tests.isolation.world import World
from tests.support import catalog


def a_may_use_every_key_that_b_uses(world: World) -> None:
    """An upsert with the values of B's unique keys inserts: it neither meets B's row nor is refused."""
    by_name = {table.name: table for table in scoped_tables() if has_own_tenant_column(table)}
    with world.transaction(world.a) as connection:
        for index in catalog.indexes(connection):
            if index.unique and index.table in by_name:
                _upsert_with_bs_values(world, connection, by_name[index.table], index)


def _upsert_with_bs_values(world: World, connection: Connection, table: sa.Table, index: RowMapping) -> None:
    columns = [column for column in index.columns if column != "tenant_id"]
    values = new_values(table, world.a) | {name: world.b.row(table)[name] for name in columns}
    upsert = insert(table).values(values)
    where = None if index.predicate is None else sa.text(index.predicate)
    upsert = upsert.on_conflict_do_update(
        index_elements=index.columns, index_where=where, set_={"row_version": 99}
    )
    try:
        row = connection.execute(upsert.returning(table.c.tenant_id, table.c.row_version)).one()
    except sa.exc.DBAPIError as error:
        raise AssertionError(f"{index.name} told A of B's values: {error.orig}") from error
    assert row == (world.a.id, 1), f"an upsert on {index.name} met a row that is there"


def a_reference_to_bs_row_is_refused_like_one_to_nothing(world: World) -> None:
    by_name = {table.name: table for table in scoped_tables()}
    for key in _references(world):
        table = by_name.get(key.table)
        values = {} if table is None else new_values(table, world.a)
        column = next(name for name in key.columns if name != "tenant_id")
        answers = [
            _refer(world, key.table, values | {column: target})
            for target in (world.b.row(by_name[key.referred_table])["id"], uuid4())
        ]
        assert answers[0] is not None, f"{key.name} lets a row of A's refer to B's"
        assert answers[0] == answers[1], f"{key.name} tells A whether B's row exists"


def _references(world: World) -> list[RowMapping]:
    """Return the foreign keys that lead to a tenant's row by its id."""
    referred = {table.name for table in scoped_tables() if has_own_tenant_column(table)}
    with world.connect("owner") as connection:
        keys = catalog.foreign_keys(connection)
    return [key for key in keys if key.referred_table in referred and "id" in key.referred_columns]


def _refer(world: World, table: str, values: Mapping[str, Any]) -> str | None:
    """Insert a row as A and return how it was refused, or None."""
    target = sa.table(table, *(sa.column(name) for name in values))
    with world.transaction(world.a) as connection:
        try:
            connection.execute(target.insert().values(values))
        except sa.exc.IntegrityError as error:
            said = str(error.orig)
            for value in values.values():
                said = said.replace(str(value), "…")
            return said
    return None
