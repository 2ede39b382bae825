"""What PostgreSQL does not stop in a shared database: measured, so that a change of it is noticed."""

from __future__ import annotations

import re

import psycopg
import pytest
import sqlalchemy as sa

from tests.isolation.conftest import MakeWorld
from tests.isolation.world import World

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


def _estimate(world: World, company: str) -> int:
    with world.transaction(world.a) as connection:
        plan = connection.execute(
            sa.text(f"EXPLAIN SELECT FROM customers WHERE company = '{company}' OFFSET 0")
        ).scalars()
        return max(int(rows) for line in plan for rows in re.findall(r"rows=(\d+)", line))


def test_estimates_tell_how_often_a_value_occurs_in_all_tenants_together(make_world: MakeWorld) -> None:
    """Leakproof operators are estimated from everybody's statistics: a guessed value is confirmed."""
    with make_world() as world:
        _with_many_rows_of_b(world)
        assert _estimate(world, "Only B") > 10 * _estimate(world, "Of nobody")


def test_without_statistics_on_the_column_estimates_tell_nothing(make_world: MakeWorld) -> None:
    with make_world() as world:
        with world.server.connect("bootstrap", world.database) as superuser:
            superuser.execute("ALTER TABLE customers ALTER COLUMN company SET STATISTICS 0")
        _with_many_rows_of_b(world)
        assert _estimate(world, "Only B") == _estimate(world, "Of nobody")


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
