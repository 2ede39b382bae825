"""Where todos are kept."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import case, func, null

from tenantapp.db.repository import Repository, Versions
from tenantapp.resources.todos.models import Todo


class TodoRepository(Repository[Todo]):
    """The tenant's todos, completed ones too."""

    model = Todo

    def toggle(self, row_id: UUID, versions: Versions = None) -> Todo:
        """Complete a todo, or open a completed one again, and return it.

        Raises:
            RowNotFound: there is no such todo.
            RowChanged: it has none of these versions.
        """
        now_or_never = case((Todo.completed_at.is_(None), func.now()), else_=null())
        return self.change(row_id, {"completed_at": now_or_never}, versions)

    def complete_all(self, row_ids: Collection[UUID]) -> set[UUID]:
        """Complete todos and return the ids of those that there are; one that is completed stays as it is."""
        opened = self._live_update().where(Todo.completed_at.is_(None))
        completed = self._write_all(row_ids, opened.values(completed_at=func.now()))
        left = set(row_ids) - completed
        return completed | self.present(left) if left else completed
