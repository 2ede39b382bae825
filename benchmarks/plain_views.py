"""The plain application's views of customers, on ours: no tenant is named, and the list has no filters.

`benchmarks/http.py --parts plain-views` serves them beside the plain application (benchmarks/plain).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, request, url_for
from sqlalchemy import select

from benchmarks.plain.schemas import customer_schema, customers_schema, page_schema
from tenantapp.application import create_app
from tenantapp.db.session import db
from tenantapp.http.permissions import permission
from tenantapp.resources.customers.models import Customer

PREFIX = "/api/v1/plain"

blueprint = Blueprint("plain", __name__)


@blueprint.get("/customers")
@permission("read")
def list_customers() -> Response:
    """List the customers, newest first."""
    page = page_schema.load(request.args)
    query = select(Customer).order_by(Customer.created_at.desc(), Customer.id.desc())
    found = db.session.scalars(query.limit(page["limit"] + 1)).all()
    shown = found[: page["limit"]]
    more = len(found) > len(shown)
    next_cursor = f"{shown[-1].created_at}_{shown[-1].id}" if more else None
    return jsonify(items=customers_schema.dump(shown), next_cursor=next_cursor)


@blueprint.get("/customers/<uuid:customer_id>")
@permission("read")
def get_customer(customer_id: UUID) -> Response:
    """Return one customer."""
    return jsonify(customer_schema.dump(db.session.get(Customer, customer_id) or abort(404)))


@blueprint.post("/customers")
@permission("write")
def create_customer() -> Any:
    """Create a customer."""
    customer = Customer(**customer_schema.load(request.get_json()))
    db.session.add(customer)
    db.session.commit()
    location = url_for("plain.get_customer", customer_id=customer.id)
    return jsonify(customer_schema.dump(customer)), 201, {"Location": location}


app = create_app()
app.register_blueprint(blueprint, url_prefix=PREFIX)
