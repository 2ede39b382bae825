"""What PostgreSQL does not stop in a shared database: measured, so that a change of it is noticed."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from tenantapp.platform.preparation import create_roles
from tenantapp.postgres.connection import TenantConnection
from tenantapp.testing.tenants import Inhabitant
from tests.isolation.red_team.attack import lists_of_b, one_connection
from tests.isolation.world import MakeWorld, World, refused
from tests.support.backends import all_returned, begin_bound, pool_of
from tests.support.databases import LIMITS, PASSWORDS

MANY = 2000


def _with_many_rows_of_b(world: World) -> None:
    """Give B customers that share a company which A has none of, and let the server gather statistics."""
    with world.server.connect("bootstrap", world.database) as superuser:
        superuser.execute(
            "INSERT INTO customers (tenant_id, name, email, company) "
            "SELECT %s, 'Many', n || '@many.example', 'Only B' FROM generate_series(1, %s) n",
            (world.b.id, MANY),
        )
        superuser.execute("ANALYZE customers")


def _estimate(world: World, condition: str) -> int:
    with world.transaction(world.a) as connection:
        plan = connection.execute(
            sa.text(f"EXPLAIN SELECT FROM customers WHERE {condition} OFFSET 0")
        ).scalars()
        return int(re.findall(r"rows=(\d+)", plan.first())[0])


def test_estimates_tell_how_often_a_value_occurs_in_all_tenants_together(make_world: MakeWorld) -> None:
    """Leakproof operators are estimated from everybody's statistics: a guessed value is confirmed.

    A tenant's id is such a value: how many rows it has is told.
    """
    with make_world() as world:
        _with_many_rows_of_b(world)
        assert _estimate(world, "company = 'Only B'") > 10 * _estimate(world, "company = 'Of nobody'")
        # Of the fence a half is expected.
        assert MANY <= 2 * _estimate(world, f"tenant_id = '{world.b.id}'") < 1.1 * MANY


def test_estimates_tell_a_value_letter_by_letter(make_world: MakeWorld) -> None:
    """Whoever asks for each next letter in turn reads what is frequent, knowing nothing of it."""
    with make_world() as world:
        _with_many_rows_of_b(world)
        read = ""
        for _ in range(len("Only B")):
            guesses = {
                letter: _estimate(
                    world, f"company COLLATE \"C\" BETWEEN '{read}{letter}' AND '{read}{letter}~'"
                )
                for letter in f" {string.ascii_letters}"
            }
            read += max(guesses, key=lambda letter: guesses[letter])
        assert read == "Only B"


def test_without_statistics_on_the_column_estimates_tell_nothing(make_world: MakeWorld) -> None:
    with make_world() as world:
        with world.server.connect("bootstrap", world.database) as superuser:
            superuser.execute("ALTER TABLE customers ALTER COLUMN company SET STATISTICS 0")
        _with_many_rows_of_b(world)
        assert _estimate(world, "company = 'Only B'") == _estimate(world, "company = 'Of nobody'")


def test_explain_analyze_counts_the_rows_that_were_put_aside(world: World) -> None:
    """As many as all other tenants have."""
    with world.transaction(world.a) as connection:
        connection.exec_driver_sql("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")
        plan = connection.scalars(sa.text("EXPLAIN (ANALYZE, TIMING OFF) SELECT FROM customers")).all()
    told = re.findall(r"Rows Removed by Filter: (\d+)", "\n".join(plan))
    assert told == [str(len(world.b.rows["customers"]))]


def test_a_merge_that_reads_nothing_passes_by_all_tenants_rows(world: World) -> None:
    """No policy is asked for what is not read: all rows are counted, and where A's lie among them is told."""
    count = "set_config('eve.n', (current_setting('eve.n')::integer + 1)::text, true) = ''"
    merge = "MERGE INTO customers USING (SELECT 1) AS s ON true WHEN MATCHED"
    with world.transaction(world.a) as connection:
        connection.exec_driver_sql("SELECT set_config('eve.n', '0', true)")
        connection.exec_driver_sql(f"{merge} AND {count} THEN DELETE")
        told = connection.scalar(sa.text("SELECT current_setting('eve.n')"))
        assert told == str(len(world.a.rows["customers"]) + len(world.b.rows["customers"]))
        for change in ("UPDATE SET name = 'Eve'", "DELETE"):
            with refused(connection, change):
                connection.exec_driver_sql(f"{merge} THEN {change}")


@pytest.mark.parametrize("counter", ["reltuples", "relpages"])
def test_the_catalog_tells_the_volume_of_all_tenants_together(make_world: MakeWorld, counter: str) -> None:
    with make_world() as world:
        _with_many_rows_of_b(world)
        with world.transaction(world.a) as connection:
            told = connection.scalar(sa.text(f"SELECT {counter} FROM pg_class WHERE relname = 'customers'"))
        assert told is not None
        assert told > MANY / 100


def test_notifications_reach_every_session_of_the_database(make_world: MakeWorld) -> None:
    """Nothing of a tenant's may be in a payload."""
    with (
        make_world() as world,
        world.server.connect("app", world.database) as listening,
        world.server.connect("app", world.database) as notifying,
    ):
        listening.execute("LISTEN anything")
        notifying.execute("NOTIFY anything, 'from another tenant'")
        assert [told.payload for told in listening.notifies(timeout=5, stop_after=1)] == [
            "from another tenant"
        ]


def test_who_may_write_to_a_table_may_lock_it(make_world: MakeWorld) -> None:
    """Until its transaction ends: the deadline of a loan bounds it."""
    with (
        make_world() as world,
        world.server.connect("app", world.database, autocommit=False) as attacker,
        world.server.connect("app", world.database) as other,
    ):
        attacker.execute("LOCK TABLE customers IN ACCESS EXCLUSIVE MODE")
        other.execute("SET lock_timeout = '100ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT FROM customers")


def test_a_plan_that_sql_has_made_for_a_statement_of_the_drivers_stays(make_world: MakeWorld) -> None:
    """Others' lists are read by it, right and slowly, until it is planned again."""
    with make_world() as world, one_connection(world):
        for _ in range(6):
            lists_of_b(world)
        with _lent(world, world.a) as connection:
            call = _call_of_the_list(connection)
            assert "Seq Scan" not in _plan(connection, call)
            connection.execute("DISCARD PLANS")
            for name in ("seq_page_cost", "cpu_tuple_cost", "cpu_operator_cost", "enable_indexscan"):
                connection.execute(f"SET LOCAL {name} = 0")
            connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            connection.execute(call)
        assert {status for status, _ in lists_of_b(world)} == {200}
        with _lent(world, world.b) as connection:
            assert "Seq Scan" in _plan(connection, call)


@contextmanager
def _lent(world: World, tenant: Inhabitant) -> Iterator[TenantConnection]:
    """Lend the connection of the application's pool, in a tenant's transaction."""
    with closing(pool_of(world.app).connect()) as connection:
        begin_bound(connection, tenant.context)
        yield connection
        connection.commit()
    all_returned(world.app)


def _call_of_the_list(connection: TenantConnection) -> str:
    """Return what executes the statement that the driver has prepared for the list of customers."""
    row = connection.execute(
        "SELECT format('EXECUTE %I (100)', name) FROM pg_prepared_statements "
        "WHERE NOT from_sql AND statement LIKE '%FROM customers%'"
    ).fetchone()
    assert row is not None
    return str(row[0])


def _plan(connection: TenantConnection, statement: str) -> str:
    return str(connection.execute(f"EXPLAIN {statement}").fetchall())


def test_a_role_may_change_its_password_until_it_is_set_again(world: World) -> None:
    """As any role may: the application's next sessions are refused, and nobody's rows are told."""
    with world.server.connect("app", world.database) as attacker:
        try:
            attacker.execute("ALTER ROLE CURRENT_USER PASSWORD 'eve'")
            with pytest.raises(psycopg.OperationalError), world.server.connect("app", world.database):
                pass
        finally:
            with world.server.connect("bootstrap", world.database) as superuser:
                create_roles(superuser, world.server.names, PASSWORDS, LIMITS)
    with world.server.connect("app", world.database):
        pass
