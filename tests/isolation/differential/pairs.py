"""Two databases that differ in B's values alone, and what A is answered by each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from tests.isolation.differential.columns import read_tables, rewrite
from tests.isolation.differential.statements import Statements
from tests.isolation.world import MakeWorld, World

# A time-out tells how long something took, and no more.
_TOOK_TOO_LONG = "57014"
# To compile a statement changes neither its plan nor its answer, and takes longer than to run it.
_ALWAYS = "SET LOCAL statement_timeout = '20s'; SET LOCAL jit = off"


@dataclass(frozen=True, slots=True)
class Answer:
    """All that A learns from a statement: rows in no order, their number, the error, and the note."""

    rows: tuple[str, ...]
    count: int
    error: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A statement that was answered by B's values."""

    statement: tuple[str, ...]
    answers: tuple[Answer, Answer]

    def __str__(self) -> str:
        return "\n".join(("; ".join(self.statement), *map(str, self.answers)))


@dataclass(frozen=True, slots=True)
class Pair:
    """One database, and another in which all of B's values are others."""

    one: World
    other: World

    def differences(self, seed: int, number: int, most: int = 3) -> Iterator[Difference]:
        """Run statements in both, and yield the first ones that are answered differently.

        Args:
            seed: what the statements follow from.
            number: how many are run.
            most: how many differences are looked for.
        """
        statements = Statements(seed, read_tables(self.one))
        for _ in range(number):
            statement = statements.one()
            first, second = (_answer(world, statement) for world in (self.one, self.other))
            if first != second and _TOOK_TOO_LONG not in {first.error[:5], second.error[:5]}:
                yield Difference(statement, (first, second))
                most -= 1
                if not most:
                    return

    def weaken(self, statements: str) -> None:
        """Take a protection away in both."""
        for world in (self.one, self.other):
            with world.server.connect("bootstrap", world.database) as superuser:
                superuser.execute(statements)


@contextmanager
def pair(make_world: MakeWorld) -> Iterator[Pair]:
    """Lend two databases of the same tenants, of which B has other values in the second."""
    with make_world() as one, make_world() as other:
        tables = read_tables(one)
        rewrite(one, tables, others=False)
        rewrite(other, tables, others=True)
        yield Pair(one, other)


def _answer(world: World, statement: tuple[str, ...]) -> Answer:
    with world.transaction(world.a) as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        cursor, rows, error = raw.cursor(), [], ""
        try:
            cursor.execute("; ".join((_ALWAYS, *statement[:-1])).encode())
            if statement[-1].startswith("COPY"):
                with cursor.copy(statement[-1].encode()) as copied:
                    rows = [bytes(block).decode() for block in copied]
            else:
                cursor.execute(statement[-1].encode())
                rows = [str(row) for row in cursor.fetchall()] if cursor.description else []
        except psycopg.Error as refused:
            error = f"{refused.sqlstate}: {refused}"
        note = None if error else raw.execute("SELECT current_setting('eve.found', true)").fetchall()[0][0]
        return Answer(tuple(sorted(rows)), cursor.rowcount, error, note)
