"""The routes of a tenant's, found by walking the application's own table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tenantapp.http.endpoints import PUBLIC, permission_of
from tests.isolation.canaries import Inhabitant, Row
from tests.isolation.tables import scoped_tables
from tests.isolation.world import World

_ITEM = re.compile(r"/(?P<resource>[a-z0-9-]+)/<uuid:\w+>")


@dataclass(frozen=True)
class Ask:
    """One request that can be made: to a list, or about one row."""

    method: str
    path: str
    row_id: UUID | None
    body: dict[str, Any] | None
    public: bool

    def about(self, row_id: UUID) -> Ask:
        """Return the same request about another row."""
        path = self.path.replace(str(self.row_id), str(row_id))
        return Ask(self.method, path, row_id, self.body, self.public)


def every_ask(world: World, tenant: Inhabitant) -> Iterator[Ask]:
    """Yield every request to a tenant's routes, about `tenant`'s rows and with what they hold."""
    found = False
    for rule in world.app.url_map.iter_rules():
        permission = permission_of(world.app.view_functions[rule.endpoint])
        if permission is None:
            continue
        path, row_id = _fill(rule, tenant)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            body = None if method in ("GET", "DELETE") else _body(world.app, rule, tenant)
            found = True
            yield Ask(method, path, row_id, body, permission == PUBLIC)
    assert found, "no route of a tenant's was found"


def list_something(world: World, tenant: Inhabitant) -> TestResponse:
    """Ask for the first list there is."""
    lists = (ask.path for ask in every_ask(world, tenant) if ask.method == "GET" and ask.row_id is None)
    return world.request(tenant, "GET", next(lists))


def _fill(rule: Rule, tenant: Inhabitant) -> tuple[str, UUID | None]:
    if not rule.arguments:
        return rule.rule, None
    match = _ITEM.search(rule.rule)
    assert match, f"{rule.rule}: tell tests/isolation/routes.py what to put into this path"
    row_id: UUID = _row(match["resource"], tenant)["id"]
    path = _ITEM.sub(f"/{match['resource']}/{row_id}", rule.rule, count=1)
    assert "<" not in path, f"{rule.rule}: tell tests/isolation/routes.py what to put into this path"
    return path, row_id


def _body(app: Flask, rule: Rule, tenant: Inhabitant) -> dict[str, Any]:
    """Return what a resource takes, as `tenant`'s first row has it."""
    blueprint = app.blueprints[rule.endpoint.partition(".")[0]]
    schema = getattr(blueprint, "schema", None)
    if schema is None:
        return {}
    row = _row(blueprint.name, tenant)
    return {name: row[name] for name in schema().load_fields if row.get(name) is not None}


def _row(resource: str, tenant: Inhabitant) -> Row:
    tables = {table.name: table for table in scoped_tables()}
    table = tables.get(resource.replace("-", "_"))
    assert table is not None, f"{resource} is the name of no scoped table: tell tests/isolation/routes.py"
    return tenant.row(table)
