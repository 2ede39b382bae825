"""A canary's row, and the pieces of SQL that are made of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, LiteralString, cast
from uuid import UUID

from psycopg import sql

from tenantapp.rls.probe.relations import Relation

# Types that have no equality.
_INCOMPARABLE = frozenset({"json", "xml", "point", "box", "polygon", "circle", "line", "lseg", "path"})


def raw(text: str) -> sql.SQL:
    """Return SQL that the catalog gave: types, expressions, predicates."""
    return sql.SQL(cast("Any", text))


def listed(parts: Iterable[sql.Composable], separator: LiteralString = ", ") -> sql.Composed:
    """Join parts of SQL."""
    return sql.SQL(separator).join(parts)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table as a tenant has it, or could have it.

    Args:
        table: the table.
        tenant_id: whose it is.
        values: what was inserted, by column, as text.
    """

    table: Relation
    tenant_id: UUID
    values: Mapping[str, str | None]

    def value(self, column: str) -> sql.Composed:
        """Return one value as a literal of its type."""
        of_type = raw(self.table.columns[column].type)
        return sql.SQL("{}::{}").format(sql.Literal(self.values.get(column)), of_type)

    def changed(self, **values: str | None) -> Row:
        """Return a row with other values."""
        return replace(self, values={**self.values, **values})

    def equals(self, columns: Iterable[str]) -> sql.Composed:
        """Return the condition that the columns have this row's values."""
        terms = [self._term(column) for column in columns]
        return listed(terms, " AND ")

    def _term(self, column: str) -> sql.Composed:
        name = sql.Identifier(column)
        if self.values.get(column) is None:
            return sql.SQL("{} IS NULL").format(name)
        return sql.SQL("{} = {}").format(name, self.value(column))

    def identity(self) -> sql.Composed:
        """Return the condition that no row meets but this one: its owner, and a key."""
        owner = self.table.owner
        columns = next((key.columns for key in self.table.keys if key.predicate is None), None)
        if columns is None:
            comparable = (c for c in self.table.columns.values() if c.base_type not in _INCOMPARABLE)
            columns = tuple(column.name for column in comparable)
        return self.equals(dict.fromkeys((*([owner] if owner else []), *columns)))

    def insertion(self) -> sql.Composed:
        """Return the statement that inserts it."""
        names = listed(map(sql.Identifier, self.values))
        always = any(self.table.columns[name].always_identity for name in self.values)
        return sql.SQL("INSERT INTO {} ({}) {}VALUES ({})").format(
            self.table.ident,
            names,
            sql.SQL("OVERRIDING SYSTEM VALUE ") if always else sql.SQL(""),
            listed(self.value(name) for name in self.values),
        )

    def marks(self) -> set[str]:
        """Return the texts by which the row is recognised where it must not be."""
        texts = {value for value in self.values.values() if value and len(value) >= 10}
        return {text for text in texts if not text.startswith(("{", "20"))} | {str(self.tenant_id)}
