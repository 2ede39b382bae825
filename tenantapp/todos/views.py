"""The tenant's todos over HTTP."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.engine import Connection

from tenantapp.db.repository import Versions
from tenantapp.http.listing import Listing
from tenantapp.http.resource import ITEM, ResourceBlueprint
from tenantapp.todos.models import Todo
from tenantapp.todos.repository import TodoRepository
from tenantapp.todos.schemas import TodoSchema

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
blueprint.bulk("complete", TodoRepository.complete_all)


@blueprint.writes(f"{ITEM}/toggle", answers=TodoSchema)
def toggle_todo(connection: Connection, item_id: UUID, versions: Versions) -> Todo:
    """Complete a todo, or open a completed one again."""
    return TodoRepository(connection).toggle(item_id, versions)
