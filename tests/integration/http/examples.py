"""Examples of views by our Blueprint, with what its decorators declare."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from flask import abort
from marshmallow import Schema, fields
from sqlalchemy import func, select

from tenantapp.db.repository import Repository
from tenantapp.db.session import db
from tenantapp.db.units import unit_connection
from tenantapp.http.blueprint import Blueprint
from tenantapp.http.listing import page_schema
from tenantapp.http.pages import keyset_page
from tenantapp.http.permissions import permission
from tenantapp.http.transactions import transaction
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.customers.schemas import CustomerSchema
from tests.support.customers import CUSTOMERS, ada

PLACE = "/api/v1/examples"
NOBODY = UUID(int=0)
blueprint = Blueprint("examples", __name__, url_prefix="/api/v1/examples", description="Examples")
strict = Blueprint("strict", __name__, url_prefix="/api/v1/strict", description="Strict ones")
strict.METHODS_NEEDING_CHECK_ETAG = ("PATCH",)


class FoundSchema(Schema):
    """What may be asked for."""

    name = fields.List(fields.String())
    company = fields.String()


class WorthSchema(Schema):
    """What one is worth."""

    name = fields.String()
    worth = fields.Decimal(as_string=True, data_key="value")
    since = fields.Date(dump_default=None)
    shout = fields.Function(lambda row: row.name.upper())


@blueprint.route("/customers")
@permission("read")
@blueprint.arguments(FoundSchema, location="query")
@blueprint.response(200, CustomerSchema(many=True))
@blueprint.alt_response(418, description="A teapot.")
@blueprint.doc(deprecated=True)
def find_customers(given: dict[str, Any]) -> Any:
    """Find customers.

    By any of several names.
    """
    return db.session.scalars(select(Customer).where(Customer.name.in_(given["name"]))).all()


@blueprint.route("/customers/<uuid:customer_id>")
@permission("read")
@blueprint.etag
@blueprint.response(200, CustomerSchema)
def get_customer(customer_id: UUID) -> Customer:
    """Get a customer."""
    return db.session.scalars(select(Customer).filter_by(id=customer_id)).one()


@blueprint.route("/customers/<uuid:customer_id>", methods=["PATCH"])
@permission("write")
@transaction
@blueprint.arguments(CustomerSchema(partial=True))
@blueprint.etag
@blueprint.response(200, CustomerSchema)
def rename_customer(given: dict[str, Any], customer_id: UUID) -> Customer:
    """Rename a customer."""
    found = db.session.scalars(select(Customer).filter_by(id=customer_id).with_for_update()).one()
    blueprint.check_etag(found)
    found.name = given["name"]
    return found


@blueprint.route("/forgetful", methods=["PATCH"])
@permission("write")
@transaction
@blueprint.etag
@blueprint.response(200, CustomerSchema)
def forget_version() -> dict[str, Any]:
    """Look at no version."""
    return {"name": "Ada"}


@blueprint.route("/made", methods=["POST"])
@permission("write")
@transaction
@blueprint.response(201, CustomerSchema)
def make_customer() -> Any:
    """Make a customer."""
    customer = Customer(**ada())
    db.session.add(customer)
    db.session.flush()
    return customer, {"Location": f"{CUSTOMERS}/{customer.id}"}


@blueprint.route("/worth")
@permission("read")
@blueprint.etag
@blueprint.response(200, WorthSchema)
def get_worth() -> SimpleNamespace:
    """Get what one is worth."""
    return SimpleNamespace(name="Ada", worth=Decimal("1.10"), secret="hidden")


@blueprint.route("/page")
@permission("read")
@blueprint.response(200, page_schema(WorthSchema))
def list_worth() -> dict[str, Any]:
    """List what each is worth."""
    return {"items": [SimpleNamespace(name="Ada", secret=1)], "next_cursor": None, "secret": 2}


class CountSchema(Schema):
    """How many have a name."""

    from_ = fields.String(data_key="from", attribute="from")
    count = fields.Integer()


def _counted() -> Any:
    return select(Customer.name.label("from"), func.count().label("count")).group_by(Customer.name)


@blueprint.route("/counted")
@permission("read")
@blueprint.response(200, CountSchema(many=True))
def count_names() -> Any:
    """Count the names."""
    return db.session.execute(_counted()).all()


@blueprint.route("/counted/one")
@permission("read")
@blueprint.response(200, CountSchema)
def count_one_name() -> Any:
    """Count one."""
    return db.session.execute(_counted()).one()


@blueprint.route("/counted/page")
@permission("read")
@blueprint.response(200, page_schema(CountSchema))
def page_counted_names() -> dict[str, Any]:
    """Page through the names."""
    return keyset_page(_counted(), "from")


class OrderSchema(Schema):
    """In which order rows are added, and whether that fails at last."""

    order = fields.List(fields.String())
    fails = fields.Boolean()


def _by_session() -> None:
    db.session.add(Customer(**ada(name="session")))
    db.session.flush()


def _by_statement() -> None:
    Repository.of(Customer)(unit_connection()).add(ada(name="statement"))


@blueprint.route("/both", methods=["POST"])
@permission("write")
@transaction
@blueprint.arguments(OrderSchema)
@blueprint.response(200)
def add_both(given: dict[str, Any]) -> list[str]:
    """Add customers by the session and by statements."""
    for way in given["order"]:
        {"session": _by_session, "statement": _by_statement}[way]()
    seen = [db.session.scalars(select(Customer.name)), unit_connection().scalars(select(Customer.name))]
    if given["fails"]:
        abort(409)
    first, second = (sorted(each) for each in seen)
    assert first == second
    return first


@strict.route("", methods=["PATCH"])
@permission("write")
@transaction
@strict.etag
@strict.response(204)
def change_strictly() -> None:
    """Change something."""
