"""Views of a flask-smorest blueprint and of ours, declared alike."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask.views import MethodView
from flask_smorest import Blueprint as SmorestBlueprint
from flask_smorest import abort
from marshmallow import Schema, fields

from tenantapp.db.session import db
from tenantapp.http.permissions import PUBLIC, permission
from tenantapp.http.transactions import transaction
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.customers.schemas import CustomerSchema

BOTH = ("smorest", "ours")
ITEM = "/<uuid:customer_id>"


class NameSchema(Schema):
    """What a customer is called."""

    name = fields.String(required=True)


def renamed(customer_id: UUID, given: dict[str, Any]) -> Customer:
    customer = db.get_or_404(Customer, customer_id, with_for_update=True)
    customer.name = given["name"]
    return customer


def declare(blueprint: SmorestBlueprint) -> SmorestBlueprint:
    """Declare the same views on a blueprint of either kind."""
    declare_above(blueprint)
    declare_writes(blueprint)

    @blueprint.route("/refused", methods=["POST"])
    @permission("write")
    def refuse() -> str:
        """Refuse."""
        abort(409, message="Not now.", errors={"name": ["Another."]}, headers={"Retry-After": "7"})

    @blueprint.route("/things")
    class Things(MethodView):
        """One permission a method."""

        @permission("read")
        @blueprint.etag
        @blueprint.response(200, CustomerSchema)
        def get(self) -> dict[str, Any]:
            """Get a thing."""
            return {"name": "Ada"}

    return blueprint


def declare_above(blueprint: SmorestBlueprint) -> None:
    @permission("admin")
    @blueprint.route("/above")
    @blueprint.response(200)
    def find_above() -> list[str]:
        """Have the permission above the route."""
        return []

    @permission("write")
    @transaction
    @blueprint.route("/above", methods=["POST"])
    @blueprint.arguments(NameSchema)
    @blueprint.response(200, CustomerSchema)
    def add_above(given: dict[str, Any]) -> Customer:
        """Have the transaction above the route too."""
        customer = Customer(**given, email="above@example.com")
        db.session.add(customer)
        db.session.flush()
        return customer

    @permission(PUBLIC)
    @blueprint.route("/open")
    @blueprint.response(200)
    def find_open() -> list[str]:
        """Be open to everybody."""
        return []


def declare_writes(blueprint: SmorestBlueprint) -> None:
    @blueprint.route(ITEM, methods=["PATCH"])
    @permission("write")
    @transaction
    @blueprint.arguments(NameSchema)
    @blueprint.etag
    @blueprint.response(200, CustomerSchema)
    def rename(given: dict[str, Any], customer_id: UUID) -> Customer:
        """Rename a customer."""
        customer = db.get_or_404(Customer, customer_id, with_for_update=True)
        blueprint.check_etag(customer, CustomerSchema)
        customer.name = given["name"]
        db.session.flush()
        return customer

    @blueprint.route(f"/forgetful{ITEM}", methods=["PATCH"])
    @permission("write")
    @transaction
    @blueprint.arguments(NameSchema)
    @blueprint.etag
    @blueprint.response(200, CustomerSchema)
    def rename_forgetfully(given: dict[str, Any], customer_id: UUID) -> Customer:
        """Look at no version, and have it committed."""
        return renamed(customer_id, given)

    @blueprint.route(f"/committing{ITEM}", methods=["PATCH"])
    @permission("write")
    @blueprint.arguments(NameSchema)
    @blueprint.etag
    @blueprint.response(200, CustomerSchema)
    def rename_and_commit(given: dict[str, Any], customer_id: UUID) -> Customer:
        """Look at no version, and commit."""
        customer = renamed(customer_id, given)
        db.session.commit()
        return customer
