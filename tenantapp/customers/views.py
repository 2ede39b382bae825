"""The tenant's customers over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import url_for

from tenantapp.customers.models import Customer
from tenantapp.customers.repository import CustomerRepository
from tenantapp.customers.schemas import CustomerPage, CustomerSchema
from tenantapp.db.unit_of_work import reading, writing
from tenantapp.http.problems import NotFound
from tenantapp.identity.guards import TenantBlueprint, requires

PAGE = 50

blueprint = TenantBlueprint("customers", __name__, url_prefix="/api/v1/customers")


@blueprint.route("", methods=["GET"])
@requires("read")
@blueprint.response(200, CustomerPage)
def list_customers() -> dict[str, Any]:
    """List the newest customers."""
    with reading() as session:
        return {"items": CustomerRepository(session).newest(PAGE), "next_cursor": None}


@blueprint.route("", methods=["POST"])
@requires("write")
@blueprint.arguments(CustomerSchema)
@blueprint.response(201, CustomerSchema)
def create_customer(given: dict[str, Any]) -> tuple[Customer, dict[str, str]]:
    """Create a customer."""
    with writing() as session:
        customer = CustomerRepository(session).add(Customer(**given))
        session.commit()
    return customer, {"Location": url_for("customers.get_customer", customer_id=customer.id)}


@blueprint.route("/<uuid:customer_id>", methods=["GET"])
@requires("read")
@blueprint.response(200, CustomerSchema)
def get_customer(customer_id: UUID) -> Customer:
    """Return a customer."""
    with reading() as session:
        return _existing(CustomerRepository(session), customer_id)


@blueprint.route("/<uuid:customer_id>", methods=["PATCH"])
@requires("write")
@blueprint.arguments(CustomerSchema(partial=True))
@blueprint.response(200, CustomerSchema)
def update_customer(given: dict[str, Any], customer_id: UUID) -> Customer:
    """Change the fields that are given."""
    with writing() as session:
        customers = CustomerRepository(session)
        customer = _existing(customers, customer_id)
        for name, value in given.items():
            setattr(customer, name, value)
        customers.save()
        session.commit()
    return customer


@blueprint.route("/<uuid:customer_id>", methods=["DELETE"])
@requires("write")
@blueprint.response(204)
def delete_customer(customer_id: UUID) -> None:
    """Delete a customer."""
    with writing() as session:
        customers = CustomerRepository(session)
        customers.remove(_existing(customers, customer_id))
        session.commit()


def _existing(customers: CustomerRepository, customer_id: UUID) -> Customer:
    customer = customers.find(customer_id)
    if customer is None:
        raise NotFound("There is no such customer.")
    return customer
