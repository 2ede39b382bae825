"""The tenant's root cause analyses and their solutions over HTTP."""

from __future__ import annotations

from tenantapp.http.listing import Listing
from tenantapp.http.parents import Parent
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.resources.rcas.repository import RcaRepository, RcaSolutionRepository
from tenantapp.resources.rcas.schemas import RcaSchema, RcaSolutionSchema

rcas = ResourceBlueprint(
    "rcas",
    __name__,
    repository=RcaRepository,
    schema=RcaSchema,
    listing=Listing(
        sorts=("created_at", "occurred_at"),
        equal=("status", "severity", "equipment_type", "rca_owner_id", "service_id", "customer_id"),
        ranges=("created_at", "occurred_at"),
    ),
    one="a root cause analysis",
    many="root cause analyses",
    description="Why what the tenant runs has failed",
)
rcas.serve("list", "create", "get", "update", "delete", "restore")

solutions = ResourceBlueprint(
    "rca_solutions",
    __name__,
    repository=RcaSolutionRepository,
    schema=RcaSolutionSchema,
    parent=Parent("rcas", RcaRepository, "rca_id"),
    listing=Listing(
        sorts=("created_at", "due_at"), equal=("kind", "status", "owner_id"), ranges=("created_at", "due_at")
    ),
    one="a solution",
    many="solutions",
    description="What is done about the causes that were found",
)
solutions.serve("list", "create", "get", "update", "delete")
