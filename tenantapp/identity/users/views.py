"""The tenant's users over HTTP."""

from __future__ import annotations

from tenantapp.db.repository import Repository
from tenantapp.http.listing import Listing
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.identity.users.models import User
from tenantapp.identity.users.schemas import UserSchema

blueprint = ResourceBlueprint(
    "users",
    __name__,
    repository=Repository.of(User),
    schema=UserSchema,
    listing=Listing(sorts=("created_at", "name", "email"), equal=("email", "role", "status")),
    read="admin",
    write="admin",
    description="The people who act for the tenant",
)
blueprint.serve("list", "create", "get", "update", "delete")
