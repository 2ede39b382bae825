"""The plain application: a tenant filter by hand in each query, no RLS, no authentication, no request log."""

from __future__ import annotations

import csv
import io
import os
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, g, jsonify, request, url_for
from sqlalchemy import select, tuple_
from sqlalchemy.orm import selectinload

from benchmarks.plain.models import Customer, Service, Tenant, db
from benchmarks.plain.schemas import customer_schema, customers_schema, history_schema, page_schema

customers = Blueprint("customers", __name__, url_prefix="/api/v1/customers")
services = Blueprint("services", __name__, url_prefix="/api/v1/services")


def create_app(*, remembers: bool = False) -> Flask:
    """Return the application.

    Args:
        remembers: whether it keeps its tenants in a dictionary, filled once: the fastest a look-up can be,
            of use where no tenant ever comes, goes or is suspended. Otherwise each request asks for its own.
    """
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ["PLAIN_DATABASE_URL"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 10}
    db.init_app(app)
    with app.app_context():
        known = {tenant.subdomain: tenant.id for tenant in db.session.scalars(select(Tenant))}
        db.engine.dispose()

    @app.before_request
    def find_tenant() -> None:
        if request.path == "/healthz":
            return
        subdomain = request.host.partition(".")[0]
        if remembers:
            g.tenant_id = known.get(subdomain) or abort(404)
        else:
            g.tenant_id = db.first_or_404(select(Tenant).where(Tenant.subdomain == subdomain)).id

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    app.register_blueprint(customers)
    app.register_blueprint(services)
    return app


@customers.get("")
def list_customers() -> Response:
    """List the tenant's customers, newest first unless sorted otherwise."""
    page = page_schema.load(request.args)
    query = select(Customer).where(Customer.tenant_id == g.tenant_id, Customer.deleted_at.is_(None))
    for name in ("status", "email", "company"):
        if name in page:
            query = query.where(getattr(Customer, name) == page[name])
    if "created_at_from" in page:
        query = query.where(Customer.created_at >= page["created_at_from"])
    if "created_at_to" in page:
        query = query.where(Customer.created_at < page["created_at_to"])
    sort, descending = page["sort"].removeprefix("-"), page["sort"].startswith("-")
    key = getattr(Customer, sort)
    if "cursor" in page:
        value, _, customer_id = page["cursor"].rpartition("_")
        position, after = tuple_(key, Customer.id), (value, UUID(customer_id))
        query = query.where(position < after if descending else position > after)
    order = (key.desc(), Customer.id.desc()) if descending else (key, Customer.id)
    found = db.session.scalars(query.order_by(*order).limit(page["limit"] + 1)).all()
    shown = found[: page["limit"]]
    more = len(found) > len(shown)
    next_cursor = f"{getattr(shown[-1], sort)}_{shown[-1].id}" if more else None
    return jsonify(items=customers_schema.dump(shown), next_cursor=next_cursor)


@customers.post("/import")
def import_customers() -> Response:
    """Create the customers of a CSV file."""
    rows = list(csv.DictReader(io.StringIO(request.get_data(as_text=True))))
    loaded = customers_schema.load([{name: cell for name, cell in row.items() if cell} for row in rows])
    db.session.add_all([Customer(tenant_id=g.tenant_id, **values) for values in loaded])
    db.session.commit()
    return jsonify(imported=len(loaded))


@customers.get("/export")
def export_customers() -> Response:
    """Return all customers as a CSV file."""
    query = select(Customer).where(Customer.tenant_id == g.tenant_id, Customer.deleted_at.is_(None))
    query = query.order_by(Customer.created_at.desc(), Customer.id.desc())
    text = io.StringIO()
    writer = csv.DictWriter(text, list(customer_schema.dump_fields))
    writer.writeheader()
    writer.writerows(customers_schema.dump(db.session.scalars(query).all()))
    return Response(text.getvalue(), content_type="text/csv")


@customers.get("/<uuid:customer_id>")
def get_customer(customer_id: UUID) -> Response:
    """Return one customer."""
    query = select(Customer).where(
        Customer.tenant_id == g.tenant_id, Customer.id == customer_id, Customer.deleted_at.is_(None)
    )
    return jsonify(customer_schema.dump(db.first_or_404(query)))


@customers.post("")
def create_customer() -> Any:
    """Create a customer."""
    customer = Customer(tenant_id=g.tenant_id, **customer_schema.load(request.get_json()))
    db.session.add(customer)
    db.session.commit()
    location = url_for("customers.get_customer", customer_id=customer.id)
    return jsonify(customer_schema.dump(customer)), 201, {"Location": location}


@services.get("/<uuid:service_id>/history")
def get_history(service_id: UUID) -> Response:
    """Return one service with its deployments."""
    query = select(Service).where(Service.tenant_id == g.tenant_id, Service.id == service_id)
    query = query.options(selectinload(Service.deployments))
    return jsonify(history_schema.dump(db.first_or_404(query)))
