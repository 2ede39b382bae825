"""What the rows of a resource belong to, as its paths say."""

from __future__ import annotations

from dataclasses import dataclass

from tenantapp.db.repository import Repository
from tenantapp.models.scoped import Record


@dataclass(frozen=True, slots=True)
class Parent:
    """What the rows of a resource belong to: they are listed and created under one of it.

    Args:
        name: what it is called in paths, in the plural.
        repository: where its rows are kept.
        key: the column by which a row belongs to one.
    """

    name: str
    repository: type[Repository[Record]]
    key: str

    @property
    def path(self) -> str:
        """The path of one, whose id is called as the column is."""
        return f"/{self.name.replace('_', '-')}/<uuid:{self.key}>"
