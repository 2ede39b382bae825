"""What A reads."""

from __future__ import annotations

from itertools import product
from uuid import UUID

import sqlalchemy as sa

from tenantapp.postgres.sealing import bind
from tests.isolation.tables import models_by_table, owner_of, scoped_tables
from tests.isolation.world import World


def the_orm_shows_a_exactly_its_own_rows(world: World) -> None:
    with world.session(world.a) as session:
        for table, model in models_by_table().items():
            seen = {row.id for row in session.scalars(sa.select(model))}
            assert seen == world.a.ids(table), f"the ORM shows other rows of {table} than A's"


def plain_sql_shows_a_exactly_its_own_rows(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            own = world.a.ids(table)
            for locking in ("", "FOR UPDATE"):
                seen = set(connection.scalars(sa.text(f"SELECT id FROM {table} {locking}")))
                assert seen == own, f"{table} shows other rows than A's {locking}"
            counted = connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))
            assert counted == len(own), f"A counts {counted} rows of {table}, and has {len(own)}"


def no_join_reaches_bs_rows(world: World) -> None:
    with world.transaction(world.a) as connection:
        for left, right in product(scoped_tables(), repeat=2):
            one, two = left.alias(), right.alias()
            owners = sa.select(one.c[owner_of(left).name], two.c[owner_of(right).name])
            seen = connection.execute(owners.select_from(one.join(two, sa.true(), full=True)))
            assert set(seen) == {(world.a.id, world.a.id)}, f"{left} joined to {right} shows more than A's"


def bs_rows_do_not_exist_for_a(world: World) -> None:
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            for row_id in world.b.ids(table):
                exists = connection.scalar(sa.select(sa.exists().where(table.c.id == row_id)))
                assert exists is False, f"A is told that B's row of {table} exists"


def no_expression_is_evaluated_on_bs_rows(world: World) -> None:
    """A condition that fails on B's rows does not fail: the policy comes first."""
    with world.transaction(world.a) as connection:
        for table in scoped_tables():
            divisor = sa.case((table.c.id == world.b.row(table)["id"], 0), else_=1)
            try:
                connection.execute(sa.select(table.c.id).where(sa.literal(1) / divisor == 1))
            except sa.exc.DataError as error:
                raise AssertionError(f"a condition met B's row of {table}") from error


def no_condition_goes_before_the_policy(world: World) -> None:
    """Not even a subscript, which costs nothing."""
    free = "('[1:1]={1}'::integer[])[row_version] IS NULL"
    with world.transaction(world.a) as connection:
        connection.exec_driver_sql("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        for table in scoped_tables():
            # Whatever the plan before has set.
            connection.exec_driver_sql("SET LOCAL cpu_operator_cost = 1")
            plan = connection.exec_driver_sql(
                f"EXPLAIN (COSTS off) SELECT FROM {table} WHERE {free}"
            ).scalars()
            conditions = (
                next(line for line in plan if "Filter: " in line).partition("Filter: ")[2].lstrip("(")
            )
            fence = f"COALESCE(({owner_of(table).name} = "
            assert conditions.startswith(fence), f"{table}: asked first: {conditions}"


def copy_to_writes_only_as_rows(world: World) -> None:
    with world.transaction(world.a) as connection:
        cursor = connection.connection.cursor()
        for table in scoped_tables():
            with cursor.copy(f"COPY {table} (id) TO STDOUT") as copy:
                written = {UUID(row[0]) for row in copy.rows()}
            assert written == world.a.ids(table), f"COPY {table} TO writes other rows than A's"


def no_readable_relation_shows_b(world: World) -> None:
    """Tables, views, partitions, whatever is there: what the application may read holds nothing of B's."""
    with world.transaction(world.a) as connection:
        relations = connection.scalars(sa.text(_READABLE)).all()
        assert {f"public.{table}" for table in scoped_tables()} <= set(relations)
        for relation in relations:
            texts = connection.scalars(sa.text(f"SELECT x::text FROM {relation} AS x".replace("::", r"\:\:")))
            shown = "\n".join(texts)
            found = [secret for secret in world.secrets if secret in shown]
            assert not found, f"{relation} shows B's {found}"


_READABLE = r"""
    SELECT format('%I.%I', n.nspname, c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema$)'
      AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
"""


def a_plan_made_for_a_serves_b_its_own_rows(world: World) -> None:
    with world.connect() as connection:
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        connection.commit()
        for table in scoped_tables():
            for tenant in (world.a, world.b):
                bind(connection, tenant.context)
                if tenant is world.a:
                    connection.exec_driver_sql(f"PREPARE {table}_ids AS SELECT id FROM {table}")
                seen = set(connection.exec_driver_sql(f"EXECUTE {table}_ids").scalars())
                assert seen == tenant.ids(table), f"a plan of another tenant's answered on {table}"
                connection.commit()
