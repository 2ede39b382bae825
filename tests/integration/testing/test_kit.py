"""The kit's fixtures and assertions, on this project's own models and routes; each fails where it must."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from marshmallow import Schema, fields

from tenantapp.db.session import db
from tenantapp.http import Blueprint, permission, transaction
from tenantapp.http.api import register_blueprint
from tenantapp.models.base import Base
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.services.models import Service
from tenantapp.testing import hint as kit_hints
from tenantapp.testing.canaries import Neighbours, settle
from tenantapp.testing.isolation import assert_isolated as isolated
from tenantapp.testing.isolation import assert_route_isolated as route_isolated
from tenantapp.testing.tenants import TenantUnderTest
from tenantapp.testing.walk import every_ask, tenants_rules
from tests.isolation.tables import scoped_tables
from tests.support.databases import Server

CUSTOMER = "/api/v1/customers/<uuid:item_id>"


def test_a_scoped_model_is_isolated(assert_isolated: Callable[..., Any]) -> None:
    """That every one is, the tests of the probe hold."""
    assert assert_isolated(Customer).attempts > 20


@pytest.mark.parametrize("rule", ["/api/v1/customers", CUSTOMER, "/api/v1/todos/bulk-delete"])
def test_a_route_of_a_tenants_is_isolated(assert_route_isolated: Callable[..., None], rule: str) -> None:
    """That every one is, the tests of isolation hold."""
    assert_route_isolated(rule)


def test_neighbours_have_a_row_in_every_table(neighbours: Neighbours) -> None:
    for table in scoped_tables():
        for tenant in (neighbours.a, neighbours.b):
            assert tenant.rows[table.name], f"{table} has no canary"
        assert neighbours.a.ids(table).isdisjoint(neighbours.b.ids(table))
    assert str(neighbours.b.row(Customer.__table__)["id"]) in neighbours.secrets


ALONE = """
    CREATE TABLE preferences (tenant_id uuid PRIMARY KEY DEFAULT tenancy.current_tenant_id()
                              REFERENCES tenants (id), theme text);
    ALTER TABLE preferences OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY preferences_tenant_isolation ON preferences
        USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    GRANT SELECT, INSERT ON preferences TO {app};
"""


def test_neighbours_have_two_rows_where_a_tenant_may_have_two(
    own_app: Flask, server: Server, own_superuser: psycopg.Connection[Any]
) -> None:
    own_superuser.execute(ALONE.format(owner=server.names.owner, app=server.names.app))
    tenant = settle(own_app)
    assert len(tenant.rows["customers"]) == 2
    assert own_superuser.execute("SELECT count(*) FROM preferences").fetchone() == (1,)


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
        route_isolated(neighbours, rule.rule, "GET")


@permission("read")
def get_part(code: str) -> Any:
    return {"code": code}


def test_a_missing_hint_is_told_of_its_route_alone(own_app: Flask) -> None:
    own_app.add_url_rule("/api/v1/customers/parts/<code>", "customers.get_part", get_part)
    neighbours = Neighbours(own_app, settle(own_app), settle(own_app))
    told = (
        r"nobody knows what code may be .* tenantapp/resources/customers/hints\.py: "
        r"HINTS = {'/api/v1/.*/<code>'"
    )
    with pytest.raises(AssertionError, match=told):
        route_isolated(neighbours, "/api/v1/customers/parts/<code>")
    route_isolated(neighbours, "/api/v1/customers", "GET")


def test_a_hint_is_heeded(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "/api/v1/customers/parts/<code>"

    def made(tenant: TenantUnderTest) -> dict[str, Any]:
        return {"into_id": tenant.create("/api/v1/customers", name="Bea", email="bea@kit.example")["id"]}

    monkeypatch.setattr(
        kit_hints,
        "hints",
        lambda: {rule: kit_hints.Hint(arguments={"code": "x"}, body=made, removes_row=True)},
    )
    own_app.add_url_rule(rule, "parts", get_part, methods=["POST"])
    tenant = settle(own_app)
    (ask,) = [ask for ask in every_ask(Neighbours(own_app, tenant, tenant), tenant) if ask.rule == rule]
    assert ask.path == "/api/v1/customers/parts/x"
    assert ask.removes
    assert ask.body is not None
    assert UUID(ask.body["into_id"]) not in tenant.ids(Customer.__table__)


class MergeSchema(Schema):
    """Into which customer, and for which service."""

    into_id = fields.UUID(required=True)
    service_id = fields.UUID(required=True)
    note_id = fields.UUID()


def test_the_rows_that_a_body_must_refer_to_are_found_out(own_app: Flask) -> None:
    merging = Blueprint("merging", __name__, url_prefix="/customers")

    @merging.route("/<uuid:customer_id>/merge", methods=["POST"])
    @permission("write")
    @transaction
    @merging.arguments(MergeSchema)
    @merging.response(204)
    def merge_customers(given: dict[str, Any], customer_id: UUID) -> None:
        """Merge."""
        db.get_or_404(Customer, customer_id)

    (known,) = own_app.extensions["flask-smorest"]["apis"].values()
    register_blueprint(own_app, known["ext_obj"], merging)
    neighbours = Neighbours(own_app, settle(own_app), settle(own_app))
    rule = "/api/v1/customers/<uuid:customer_id>/merge"
    (ask,) = [ask for ask in every_ask(neighbours, neighbours.a) if ask.rule == rule]
    assert ask.body is not None
    assert ask.body["into_id"] in neighbours.a.ids(Customer.__table__)
    assert ask.body["service_id"] in neighbours.a.ids(Service.__table__)
    assert ask.send(neighbours, neighbours.a).status_code == 204
    route_isolated(neighbours, rule)


def test_an_unknown_hint_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    module = SimpleNamespace(
        HINTS={"/api/v1/customers": {"boddy": {}}}, __file__="tenantapp/resources/customers/hints.py"
    )
    monkeypatch.setattr(kit_hints, "modules_named", lambda _name: iter([module]))
    with pytest.raises(AssertionError, match=r"customers/hints\.py: /api/v1/customers: boddy: none of"):
        kit_hints.hints.__wrapped__()


def test_a_rule_that_is_no_tenants_is_told(neighbours: Neighbours) -> None:
    with pytest.raises(AssertionError, match="/healthz is no route that asks for a tenant's permission"):
        route_isolated(neighbours, "/healthz")
