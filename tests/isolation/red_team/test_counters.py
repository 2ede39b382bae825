"""What EXPLAIN ANALYZE counts on the way to A's rows tells no value of B's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.isolation.world import MakeWorld, World

AN_INDEX = "CREATE INDEX ON tenants (subdomain)"


@pytest.mark.parametrize(("without", "told"), [("SELECT", False), (AN_INDEX, True)])
def test_counters_tell_no_subdomain_unless_an_index_finds_it_first(
    make_world: MakeWorld, without: str, told: bool
) -> None:
    with make_world() as world:
        with world.server.connect("bootstrap", world.database) as superuser:
            superuser.execute(without)
        of_b, of_nobody = (_counted(world, name) for name in (world.b.subdomain, "nobody"))
        assert (of_b != of_nobody) == told


def _counted(world: World, subdomain: str) -> list[str]:
    """Return how many rows were found and put aside, by an index on the condition if one is there."""
    with world.transaction(world.a) as connection:
        connection.exec_driver_sql("SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off")
        plan = connection.execute(
            sa.text(
                "EXPLAIN (ANALYZE, TIMING OFF) SELECT FROM tenants "
                "WHERE subdomain BETWEEN :wanted AND :wanted ORDER BY subdomain"
            ),
            {"wanted": subdomain},
        ).scalars()
        return [line for line in plan if "Removed" in line or "actual" in line]
