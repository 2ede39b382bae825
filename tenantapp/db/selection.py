"""A SELECT that is compiled once, so that it can travel in the message that begins its transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar, TypeVarTuple, cast

from psycopg.abc import Transformer
from psycopg.pq.abc import PGresult
from sqlalchemy import ARRAY, Dialect, Executable, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from tenantapp.db.rows import row_maker

Selected = TypeVar("Selected")
Columns = TypeVarTuple("Columns")

# The server's own placeholders: what SQLAlchemy compiles is what is prepared.
_DIALECT: Dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


class Selection(Generic[Selected]):
    """A statement of columns whose values alone vary, as the server is sent it and as its rows are read.

    Args:
        statement: what is selected.
    """

    def __init__(self, statement: Select[*Columns]) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a SELECT compiles to
        self.statement: Executable = statement
        self.text = compiled.string
        self._names: dict[tuple[int, ...], bytes] = {}
        self._parameters = tuple(compiled.positiontup or ())
        self._fixed = compiled.params
        make = row_maker(tuple(statement.selected_columns.keys()))
        self._as_row = cast("Callable[[Sequence[object]], Selected]", make)
        readers = [_reader(column.type) for column in statement.selected_columns]
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]

    def name(self, types: tuple[int, ...]) -> bytes:
        """Return what it is prepared as for parameters of these types, the same on every connection.

        The driver gives a number the smallest type that holds it; what is prepared for one takes no other.
        """
        found = self._names.get(types)
        if found is None:
            digest = hashlib.sha256(f"{self.text} {types}".encode()).hexdigest()
            found = self._names[types] = f"tenantapp_{digest[:16]}".encode()
        return found

    def in_order(self, parameters: Mapping[str, object]) -> list[object]:
        """Return the values as the statement's text numbers them."""
        given = {**self._fixed, **parameters}
        return [given[name] for name in self._parameters]

    def rows(self, result: PGresult, transformer: Transformer) -> list[Selected]:
        """Return the rows of an answer, their values as attributes."""
        transformer.set_pgresult(result)
        if not self._readers:
            return list(transformer.load_rows(0, result.ntuples, self._as_row))
        rows = transformer.load_rows(0, result.ntuples, list)
        for row in rows:
            for place, reader in self._readers:
                row[place] = reader(row[place])
        return [self._as_row(row) for row in rows]


def _reader(kind: TypeEngine[object]) -> Callable[[object], object] | None:
    """Return what makes a column's value of the driver's, or None where they are the same."""
    # SQLAlchemy would copy the driver's list, value by value.
    if isinstance(kind, ARRAY) and not kind.as_tuple and _reader(kind.item_type) is None:
        return None
    return kind.result_processor(_DIALECT, None)
