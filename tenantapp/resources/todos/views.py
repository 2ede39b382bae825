"""The tenant's todos over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tenantapp.db.session import db
from tenantapp.http.bulk import BulkQuerySchema, BulkReport, BulkReportSchema, BulkSchema, do_in_bulk
from tenantapp.http.listing import Listing
from tenantapp.http.permissions import permission
from tenantapp.http.preconditions import expected_versions
from tenantapp.http.resource import ResourceBlueprint
from tenantapp.http.transactions import transaction
from tenantapp.resources.todos.models import Todo
from tenantapp.resources.todos.repository import TodoRepository
from tenantapp.resources.todos.schemas import TodoSchema

blueprint = ResourceBlueprint(
    "todos",
    __name__,
    repository=TodoRepository,
    schema=TodoSchema,
    listing=Listing(
        sorts=("created_at", "due_at"),
        equal=("completed", "assignee_id", "rca_id"),
        ranges=("created_at", "due_at"),
    ),
    description="What the tenant's people have to do",
)
blueprint.serve("list", "create", "get", "update", "delete", "bulk_delete", "import", "export")


@blueprint.route("/todos/bulk-complete", methods=["POST"])
@permission("write")
@transaction
@blueprint.arguments(BulkQuerySchema, location="query")
@blueprint.arguments(BulkSchema)
@blueprint.response(200, BulkReportSchema)
def bulk_complete_todos(query: dict[str, Any], given: dict[str, Any]) -> BulkReport:
    """Complete several todos.

    All that are named or none, or, when partial, those that can be.
    """
    repository = TodoRepository(db.session.connection())
    return do_in_bulk(repository, repository.complete_all, given["ids"], 200, query["mode"])


@blueprint.route("/todos/<uuid:item_id>/toggle", methods=["POST"])
@permission("write")
@transaction
@blueprint.etag
@blueprint.response(200, TodoSchema)
def toggle_todo(item_id: UUID) -> Todo:
    """Complete a todo, or open a completed one again."""
    return TodoRepository(db.session.connection()).toggle(item_id, expected_versions())
