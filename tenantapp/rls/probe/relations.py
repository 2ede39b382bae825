"""The target as its catalog describes it: relations, their columns, keys and references, and functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from tenantapp.rls.probe import queries

TENANT_COLUMN = "tenant_id"
KINDS = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what fits into it, and what the application's role may do with it."""

    number: int
    name: str
    type: str
    base_type: str
    category: str
    required: bool
    has_default: bool
    generated: bool
    always_identity: bool
    labels: list[str]
    domain_checks: list[str]
    insertable: bool
    updatable: bool


@dataclass(frozen=True, slots=True)
class TableCheck:
    """A CHECK constraint."""

    name: str
    columns: tuple[str, ...]
    definition: str


@dataclass(frozen=True, slots=True)
class UniqueKey:
    """A unique index or an exclusion constraint."""

    name: str
    columns: tuple[str, ...]
    terms: tuple[str, ...]
    predicate: str | None
    no_arbiter: bool


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A reference."""

    name: str
    referred: int
    columns: tuple[str, ...]
    referred_columns: tuple[str, ...]


@dataclass(slots=True)
class Relation:
    """A table, view or the like."""

    oid: int
    schema: str
    name: str
    kind: str
    is_partition: bool
    owned: bool
    reachable: bool
    privileges: list[str]
    column_privileges: list[str]
    columns: dict[str, Column] = field(default_factory=dict)
    checks: list[TableCheck] = field(default_factory=list)
    keys: list[UniqueKey] = field(default_factory=list)
    references: list[ForeignKey] = field(default_factory=list)
    is_described: bool = False
    kept_from: list[int] = field(default_factory=list)
    """What a materialized view was filled from."""
    is_tenants: bool = False
    """Whether this is the table whose own id is the tenant's."""

    @property
    def owner(self) -> str | None:
        """The column that says whose a row is."""
        if self.is_tenants:
            return "id"
        column = self.columns.get(TENANT_COLUMN)
        return column.name if column and column.base_type == "uuid" else None

    @property
    def is_table(self) -> bool:
        """Tell whether it holds rows of its own that can be written."""
        return self.kind in ("r", "p")

    @property
    def is_scoped(self) -> bool:
        """Tell whether its rows are tenants'."""
        return self.is_table and self.owner is not None

    @property
    def is_closed(self) -> bool:
        """Tell whether the application's role may do nothing with it."""
        return not self.reachable or not (self.privileges or self.column_privileges)

    @property
    def full_name(self) -> str:
        """Its name with schema."""
        return f"{self.schema}.{self.name}"

    @property
    def ident(self) -> sql.Identifier:
        """Its name as SQL."""
        return sql.Identifier(self.schema, self.name)


@dataclass(frozen=True, slots=True)
class Routine:
    """A function or procedure that the application's role may call."""

    name: str
    signature: str
    is_procedure: bool
    arguments: list[str]
    is_untyped: bool


@dataclass(frozen=True, slots=True)
class Catalog:
    """All of it, and who asked."""

    role: str
    version: str
    relations: dict[int, Relation]
    functions: list[Routine]

    def scoped(self) -> list[Relation]:
        """Return the tables whose rows are tenants', in the order of their names."""
        return [relation for relation in self.relations.values() if relation.is_scoped]

    def others(self) -> list[Relation]:
        """Return what else the application's role may read or write."""
        return [r for r in self.relations.values() if not r.is_scoped and not r.is_closed]

    def tenants(self) -> Relation | None:
        """Return the table of the tenants."""
        return next((relation for relation in self.relations.values() if relation.is_tenants), None)


def read_catalog(connection: psycopg.Connection[Any]) -> Catalog:
    """Read the catalog.

    Args:
        connection: of the role whose privileges count.

    Raises:
        psycopg.Error: the server cannot be asked.
    """
    with connection.cursor(row_factory=dict_row) as cursor:

        def rows(query: str) -> list[dict[str, Any]]:
            return cursor.execute(query.encode()).fetchall()

        role = rows(queries.ROLE)[0]
        names = [*queries.PRIVILEGES, *(["MAINTAIN"] if role["number"] >= 170000 else [])]
        privileges = ", ".join(f"'{name}'" for name in names)
        found = rows(queries.RELATIONS.replace("{privileges}", privileges))
        relations = {row["oid"]: Relation(**row) for row in found}
        for row in rows(queries.COLUMNS):
            if relation := relations.get(row.pop("table")):
                relation.columns[row["name"]] = Column(**row)
        _add_references(relations, rows)
        _find_tenants(relations)
        functions = [Routine(**row) for row in rows(queries.FUNCTIONS)]
    return Catalog(
        role["name"],
        role["version"],
        relations,
        functions,
    )


def describe(connection: psycopg.Connection[Any], relation: Relation) -> None:
    """Read a table's checks and unique keys, unless they are known; it locks as reading the table does.

    Args:
        connection: in a transaction whose waits are bounded.
        relation: the table.

    Raises:
        psycopg.Error: the server gave up.
    """
    if relation.is_described:
        return
    with connection.cursor(row_factory=dict_row) as cursor:
        checks = cursor.execute(queries.CHECKS.encode(), [relation.oid]).fetchall()
        keys = cursor.execute(queries.UNIQUE_KEYS.encode(), [relation.oid]).fetchall()
    for row in checks:
        names = _names(relation, row["columns"] or ())
        relation.checks.append(TableCheck(row["name"], names, row["definition"]))
    for row in keys:
        names, terms = _names(relation, row["columns"]), tuple(row["terms"])
        names += tuple(n for n in relation.columns if n not in names and _mentions(terms, names, n))
        relation.keys.append(UniqueKey(row["name"], names, terms, row["predicate"], row["no_arbiter"]))
    relation.is_described = True


def _add_references(relations: dict[int, Relation], rows: Callable[[str], list[dict[str, Any]]]) -> None:
    for row in rows(queries.FOREIGN_KEYS):
        relation, referred = relations.get(row["table"]), relations.get(row["referred"])
        if relation and referred:
            columns = _names(relation, row["columns"])
            reference = _names(referred, row["referred_columns"])
            relation.references.append(ForeignKey(row["name"], row["referred"], columns, reference))
    for row in rows(queries.SOURCES):
        if relation := relations.get(row["table"]):
            relation.kept_from.append(row["source"])


def _find_tenants(relations: dict[int, Relation]) -> None:
    """Mark the table of the tenants: the one that tenant columns by themselves refer to, most of them."""
    referred = Counter(
        reference.referred
        for relation in relations.values()
        for reference in relation.references
        if reference.columns == (TENANT_COLUMN,)
    )
    for oid, _ in referred.most_common(1):
        relations[oid].is_tenants = True


def _names(relation: Relation, numbers: list[int] | tuple[int, ...]) -> tuple[str, ...]:
    by_number = {column.number: column.name for column in relation.columns.values()}
    return tuple(by_number[number] for number in numbers if number in by_number)


def _mentions(terms: tuple[str, ...], plain: tuple[str, ...], name: str) -> bool:
    """Tell whether a term that is an expression is made of a column."""
    return any(name in term for term in terms if term not in plain)
