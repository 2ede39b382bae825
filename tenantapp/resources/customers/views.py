"""The tenant's customers over HTTP."""

from __future__ import annotations

from tenantapp.db.repository import Repository
from tenantapp.http.listing import Listing
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.resources.customers.models import Customer
from tenantapp.resources.customers.schemas import CustomerSchema

blueprint = ResourceBlueprint(
    "customers",
    __name__,
    repository=Repository.of(Customer),
    schema=CustomerSchema,
    listing=Listing(
        sorts=("created_at", "name", "email"), equal=("status", "email", "company"), searched=True
    ),
    description="Those the tenant does business with",
)
blueprint.serve("list", "create", "get", "update", "delete", "restore", "import", "export")
