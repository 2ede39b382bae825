"""The routes of a tenant's, found by walking the application's own table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tenantapp.identity.guards import permission_of
from tests.isolation.canaries import Inhabitant
from tests.isolation.tables import scoped_tables
from tests.isolation.world import World

_ITEM = re.compile(r"/(?P<resource>[a-z0-9-]+)/<uuid:\w+>")


def tenant_requests(world: World, tenant: Inhabitant) -> Iterator[tuple[str, str, UUID | None]]:
    """Yield every method and path of a tenant's routes, with the ids of `tenant`'s rows."""
    found = 0
    for rule in world.app.url_map.iter_rules():
        if permission_of(world.app.view_functions[rule.endpoint]) is None:
            continue
        path, row_id = _fill(rule, tenant)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found += 1
            yield method, path, row_id
    assert found, "no route of a tenant's was found"


def _fill(rule: Rule, tenant: Inhabitant) -> tuple[str, UUID | None]:
    if not rule.arguments:
        return rule.rule, None
    match = _ITEM.search(rule.rule)
    tables = {table.name: table for table in scoped_tables()}
    table = tables.get(match["resource"].replace("-", "_")) if match else None
    assert match, f"{rule.rule}: tell tests/isolation/routes.py what to put into this path"
    assert table is not None, f"{rule.rule}: {match['resource']} is the name of no scoped table"
    row_id: UUID = tenant.row(table)["id"]
    return _ITEM.sub(f"/{match['resource']}/{row_id}", rule.rule, count=1), row_id


def list_something(world: World, tenant: Inhabitant) -> TestResponse:
    """Ask for the first list there is."""
    path = next(
        path for method, path, row_id in tenant_requests(world, tenant) if method == "GET" and not row_id
    )
    return world.request(tenant, "GET", path)
