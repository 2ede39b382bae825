"""A SELECT that is compiled once, so that it can travel in the message that begins its transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar, TypeVarTuple, cast

from psycopg.abc import Transformer
from psycopg.pq.abc import PGresult
from sqlalchemy import Dialect, Executable, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.sql.compiler import SQLCompiler

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
        columns = tuple(statement.selected_columns)
        self.statement: Executable = statement
        self.text = compiled.string
        # What it is prepared as, the same on every connection.
        self.name = f"tenantapp_{hashlib.sha256(self.text.encode()).hexdigest()[:16]}".encode()
        self._parameters = tuple(compiled.positiontup or ())
        self._fixed = compiled.params
        make = row_maker(tuple(str(column.key) for column in columns))
        self._as_row = cast("Callable[[Sequence[object]], Selected]", make)
        readers = [column.type.result_processor(_DIALECT, None) for column in columns]
        self._readers = [(place, reader) for place, reader in enumerate(readers) if reader is not None]

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
