"""The kit's fixtures and assertions, on this project's own models and routes; each fails where it must."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tenantapp.customers.models import Customer
from tenantapp.db.base import Base
from tenantapp.testing.canaries import Neighbours
from tenantapp.testing.isolation import assert_isolated as isolated
from tenantapp.testing.isolation import assert_route_isolated as route_isolated
from tenantapp.testing.walk import tenants_rules
from tests.isolation.routes import HINTS
from tests.isolation.tables import models_by_table, scoped_tables
from tests.support.databases import Server

CUSTOMER = "/api/v1/customers/<uuid:customer_id>"


def test_every_scoped_model_is_isolated(assert_isolated: Callable[..., Any]) -> None:
    for model in models_by_table().values():
        assert assert_isolated(model).attempts > 20


def test_every_route_of_a_tenants_is_isolated(app: Flask, assert_route_isolated: Callable[..., None]) -> None:
    rules = {rule.rule for rule, _ in tenants_rules(app)}
    assert len(rules) >= 4
    for rule in rules:
        assert_route_isolated(rule)


def test_neighbours_have_a_row_in_every_table(neighbours: Neighbours) -> None:
    for table in scoped_tables():
        assert neighbours.a.rows[table.name], f"{table} has no canary"
        assert neighbours.a.ids(table).isdisjoint(neighbours.b.ids(table))
    assert str(neighbours.b.row(Customer.__table__)["id"]) in neighbours.secrets


def test_a_model_that_leaks_is_told_with_what_was_tried(
    own_app: Flask, server: Server, database: str
) -> None:
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("ALTER TABLE customers DISABLE ROW LEVEL SECURITY")
    with pytest.raises(AssertionError, match=r'LEAK: read: SELECT "tenant_id" FROM "public"\."customers"'):
        isolated(own_app, Customer)


def test_a_model_that_was_not_migrated_is_told(app: Flask) -> None:
    class Imagined:
        __table__ = sa.Table("imagined", sa.MetaData())

    assert "imagined" not in Base.metadata.tables
    with pytest.raises(AssertionError, match=r"there is no table public\.imagined .* was it migrated"):
        isolated(app, Imagined)


def test_a_route_that_answers_for_another_tenant_is_told(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = neighbours.app.view_functions
    rule = next(rule for rule, _ in tenants_rules(neighbours.app) if rule.rule == "/api/v1/customers")
    secret = neighbours.b.row(Customer.__table__)["email"]

    @wraps(served[rule.endpoint])
    def careless(**_: Any) -> Any:
        return {"items": [secret], "next_cursor": None}

    monkeypatch.setitem(served, rule.endpoint, careless)
    with pytest.raises(AssertionError, match=f"shows A B's .*{secret}"):
        route_isolated(neighbours, rule.rule, "GET", hints=HINTS)


def test_a_rule_that_is_no_tenants_is_told(neighbours: Neighbours) -> None:
    with pytest.raises(AssertionError, match="/healthz is no route that asks for a tenant's permission"):
        route_isolated(neighbours, "/healthz", hints=HINTS)
