"""What the checks of the walk share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tenantapp.testing.ask import Ask
from tenantapp.testing.observation import Observation, observe
from tenantapp.testing.tenants import Inhabitant
from tenantapp.testing.walk import list_something
from tests.isolation.tables import scoped_tables
from tests.isolation.world import World


def remembered(world: World) -> None:
    """Let the application look up both tenants and their keys, so that no request that follows does."""
    for tenant in (world.a, world.b):
        assert list_something(world, tenant).status_code == 200


def observed(world: World, ask: Ask, changes: dict[str, Any], *own: UUID | str) -> Observation:
    """Send A's request, changed so, and return what A observes."""
    return observe(world.app, lambda: ask.send(world, world.a, **changes), *own)


def ids_of(tenant: Inhabitant) -> list[UUID]:
    """Return the ids of all of a tenant's rows."""
    return [row["id"] for rows in tenant.rows.values() for row in rows]


def everything(world: World, tenant: Inhabitant) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of a tenant as the owner sees them now; when a key was last used is no matter."""
    with world.transaction(tenant, "owner") as connection:
        found = {}
        for table in scoped_tables():
            columns = [column for column in table.c if column.name != "last_used_at"]
            rows = connection.execute(table.select().with_only_columns(*columns).order_by(table.c.id))
            found[table.name] = [dict(row) for row in rows.mappings()]
        return found
