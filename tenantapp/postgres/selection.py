"""A SELECT that is compiled once, so that it can travel in the message that begins its transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Generic, TypeVar, TypeVarTuple, cast

from psycopg.abc import Transformer
from psycopg.pq.abc import PGresult
from sqlalchemy import ARRAY, Dialect, Executable, Select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from tenantapp.models.rows import row_maker

Selected = TypeVar("Selected")
Columns = TypeVarTuple("Columns")

# The server's own placeholders: what SQLAlchemy compiles is what is prepared.
_DIALECT: Dialect = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]

Processor = Callable[[object], object]


class Selection(Generic[Selected]):
    """A statement of columns whose values alone vary, as the server is sent it and as its rows are read.

    Args:
        statement: what is selected.

    Raises:
        sqlalchemy.exc.ArgumentError: its text would vary with its values.
    """

    def __init__(self, statement: Select[*Columns]) -> None:
        compiled = _compiled(statement)
        # The list of an IN becomes a parameter for each of its values.
        open_ones = (parameter.key for parameter in compiled.binds.values() if parameter.required)
        expanded = compiled.construct_expanded_state(dict.fromkeys(open_ones))
        self.statement: Executable = statement
        self.text = expanded.statement
        self._names: dict[tuple[int, ...], bytes] = {}
        self._parameters = tuple(expanded.positiontup or ())
        self._fixed = expanded.parameters
        processors = {**compiled._bind_processors, **expanded.processors}
        self._processors = [
            (place, cast("Processor", processors[name]))
            for place, name in enumerate(self._parameters)
            if name in processors
        ]
        make = row_maker(tuple(statement.selected_columns.keys()))
        self._as_row = cast("Callable[[Sequence[object]], Selected]", make)
        self._kinds = [column.type for column in statement.selected_columns]
        self._readers: list[tuple[int, Processor]] | None = None

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
        """Return the values as the statement's text numbers them, each as its type has the driver take it."""
        given = {**self._fixed, **parameters}
        values = [given[name] for name in self._parameters]
        for place, process in self._processors:
            values[place] = process(values[place])
        return values

    def rows(self, result: PGresult, transformer: Transformer) -> list[Selected]:
        """Return the rows of an answer, their values as attributes."""
        transformer.set_pgresult(result)
        if self._readers is None:
            found = [_reader(kind, result.ftype(place)) for place, kind in enumerate(self._kinds)]
            self._readers = [(place, reader) for place, reader in enumerate(found) if reader is not None]
        if not self._readers:
            return list(transformer.load_rows(0, result.ntuples, self._as_row))
        rows = transformer.load_rows(0, result.ntuples, list)
        for row in rows:
            for place, reader in self._readers:
                row[place] = reader(row[place])
        return [self._as_row(row) for row in rows]


def _compiled(statement: Select[*Columns]) -> SQLCompiler:
    """Compile a statement.

    Raises:
        sqlalchemy.exc.ArgumentError: its text would vary with its values.
    """
    compiled = statement.compile(dialect=_DIALECT)
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - what a SELECT compiles to
    varying = compiled.post_compile_params | compiled.literal_execute_params
    if unknown := sorted(parameter.key for parameter in varying if parameter.required):
        raise ArgumentError(
            f"{', '.join(unknown)}: the statement's text would vary with its value; for a list, compare with "
            "any_(bindparam(name, type_=ARRAY(…)))"
        )
    return compiled


def _reader(kind: TypeEngine[object], oid: int) -> Processor | None:
    """Return what makes a column's value of the driver's, or None where they are the same."""
    # SQLAlchemy would copy the driver's list, value by value.
    if isinstance(kind, ARRAY) and not kind.as_tuple and _reader(kind.item_type, oid) is None:
        return None
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, oid)
