"""What A writes."""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tenantapp.postgres.sealing import bind
from tenantapp.testing.canaries import new_values
from tests.isolation.tables import has_own_tenant_column, owner_of, scoped_tables
from tests.isolation.world import World, refused


def a_inserts_rows_of_its_own(world: World) -> None:
    """The healthy counterpart: what is refused elsewhere is refused for being B's."""
    with world.transaction(world.a) as connection:
        for table in filter(has_own_tenant_column, scoped_tables()):
            insert = table.insert().values(new_values(table, world.a)).returning(owner_of(table))
            try:
                inserted = connection.execute(insert).scalar()
            except sa.exc.DBAPIError as error:
                raise AssertionError(f"A cannot insert a row of its own: {error.orig}") from error
            assert inserted == world.a.id, f"a new row of {table} is not A's"


def a_cannot_insert_for_b(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            values = {**new_values(table, world.a), "id": uuid4(), owner_of(table).name: world.b.id}
            with refused(connection, f"inserting a row of {table} for B"):
                connection.execute(table.insert().values(values))


def a_cannot_move_a_row_to_b(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            move = table.update().values({owner_of(table).name: world.b.id})
            with refused(connection, f"moving a row of {table} to B"):
                connection.execute(move.where(table.c.id == world.a.row(table)["id"]))
            # Where no column is read, WITH CHECK alone stands in the way. A model reads its version.
            bare = sa.text(f"UPDATE {table} SET {owner_of(table).name} = :b")
            with refused(connection, f"moving all of {table} to B"):
                connection.execute(bare, {"b": world.b.id})


def a_cannot_change_bs_rows(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            for row_id in world.b.ids(table):
                aimed = table.update().where(table.c.id == row_id)
                changed = connection.execute(aimed.values(row_version=table.c.row_version + 1)).rowcount
                assert changed == 0, f"A changed B's row of {table}"
                merged = connection.execute(sa.text(_MERGE.format(table=table)), {"id": row_id}).rowcount
                assert merged == 0, f"A changed B's row of {table} by MERGE"
            own = connection.execute(table.update().values(row_version=table.c.row_version + 1)).rowcount
            assert own == len(world.a.ids(table)), f"an UPDATE of all {table} changed {own} rows"


_MERGE = """
    MERGE INTO {table} USING (SELECT CAST(:id AS uuid) AS id) AS aimed ON {table}.id = aimed.id
    WHEN MATCHED THEN UPDATE SET row_version = row_version + 1
"""


def a_cannot_delete_bs_rows(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in reversed(scoped_tables()):
            if not _may_delete(connection, table):
                continue
            aimed = table.delete().where(table.c.id.in_(world.b.ids(table)))
            assert _touched(connection, aimed) == 0, f"A deleted B's rows of {table}"
            own = _touched(connection, table.delete())
            assert own == len(world.a.ids(table)), f"a DELETE of all {table} deleted {own} rows"


def a_cannot_delete_any_tenant(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            if not has_own_tenant_column(table):
                with refused(connection, f"deleting from {table}"):
                    connection.execute(table.delete())


def bs_rows_outlive_what_a_commits(world: World) -> None:
    """A's boldest statements, committed; B then has all its rows as they were."""
    with world.connect() as connection:
        for table in filter(has_own_tenant_column, scoped_tables()):
            bind(connection, world.a.context)
            is_bs = owner_of(table) == world.b.id
            _touched(connection, table.update().where(is_bs).values(row_version=99))
            _touched(connection, table.delete().where(is_bs))
            connection.commit()
    with world.transaction(world.b) as connection:
        for table in filter(has_own_tenant_column, scoped_tables()):
            left = connection.execute(sa.select(table.c.id, table.c.row_version)).all()
            planted = {(row["id"], row["row_version"]) for row in world.b.rows[table.name]}
            assert planted == {(row.id, row.row_version) for row in left}, f"B lost rows of {table}"


def _touched(connection: Connection, statement: sa.Update | sa.Delete) -> int:
    """Return how many rows a statement met; one that a key keeps it from deleting, it met."""
    try:
        return connection.execute(statement).rowcount
    except sa.exc.IntegrityError as error:
        raise AssertionError(f"a statement of A's met rows of B's: {error.orig}") from error


def _may_delete(connection: Connection, table: sa.Table) -> bool:
    return bool(connection.scalar(sa.select(sa.func.has_table_privilege(table.name, "DELETE"))))
