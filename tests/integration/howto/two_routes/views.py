"""Customers by their open todos, and two customers that are one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask_smorest import abort
from marshmallow import Schema, fields
from sqlalchemy import func, select, update

from tenantapp.db.session import db
from tenantapp.http import Blueprint, PageArguments, keyset_page, page_schema, permission, transaction
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.rcas.models import Rca
from tenantapp.resources.todos.models import Todo

blueprint = Blueprint("merges", __name__, url_prefix="/customers")
open_todos = {"id": fields.UUID(), "name": fields.String(), "open_todos": fields.Integer()}
BusyCustomerSchema = Schema.from_dict(open_todos, name="BusyCustomerSchema")
MergeSchema = Schema.from_dict({"into_id": fields.UUID(required=True)}, name="MergeSchema")


@blueprint.route("/busy")
@permission("read")
@blueprint.arguments(PageArguments, location="query")
@blueprint.response(200, page_schema(BusyCustomerSchema))
def list_busy_customers(_given: dict[str, Any]) -> dict[str, Any]:
    """List the customers that have open todos, those with the most first."""
    count = func.count(Todo.id).label("open_todos")
    statement = select(Customer.id, Customer.name, count).join(Customer.rcas).join(Rca.todos)
    statement = statement.where(~Todo.completed).group_by(Customer.id, Customer.name)
    return keyset_page(statement, count.desc(), Customer.id)


@blueprint.route("/<uuid:customer_id>/merge", methods=["POST"])
@permission("write")
@transaction
@blueprint.arguments(MergeSchema)
@blueprint.response(204)
def merge_customer(given: dict[str, Any], customer_id: UUID) -> None:
    """Hand a customer's analyses to another one, and delete it."""
    into_id = given["into_id"]
    if into_id == customer_id:
        abort(409, message="A customer is not merged into itself.")
    wanted = select(Customer).where(Customer.id.in_([customer_id, into_id])).order_by(Customer.id)
    found = {each.id: each for each in db.session.scalars(wanted.with_for_update())}
    if customer_id not in found:
        abort(404)
    if into_id not in found:
        abort(422, errors={"into_id": ["Unknown."]})
    moved = update(Rca).where(Rca.customer_id == customer_id).values(customer_id=into_id)
    db.session.execute(moved)
    found[customer_id].deleted_at = func.now()
