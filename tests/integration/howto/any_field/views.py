"""The tenant's samples over HTTP."""

from __future__ import annotations

from tenantapp.resources.samples.repository import SampleRepository
from tenantapp.resources.samples.schemas import SampleSchema

from tenantapp.http.listing import Listing
from tenantapp.http.resource import ResourceBlueprint

SORTS = (
    *("created_at", "name", "price", "ratio", "weight", "reading", "small", "big", "day", "opens", "local"),
    *("at", "size", "grade", "mood", "active", "key", "count", "index"),
)
blueprint = ResourceBlueprint(
    "samples",
    __name__,
    repository=SampleRepository,
    schema=SampleSchema,
    listing=Listing(
        sorts=SORTS,
        equal=(*SORTS[1:], "lasts", "link", "address"),
        ranges=SORTS,
    ),
    description="Something of every kind",
)
blueprint.serve("list", "create", "get", "update", "delete", "import", "export")
