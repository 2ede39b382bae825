"""Calls of whatever the session's role may execute, with values of every size."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from benchmarks.endless.values import SHAPES, columns_of, grows, value

MOST_CALLS, MOST_OF_SCALARS = 20, 4
"""Of one function, and of one whose values do not grow: combinations beyond them are chosen by chance."""
_ROWS = 200
_MANY_ROWS = 200_000

_FUNCTIONS = """
    SELECT p.oid::regprocedure::text, p.proname, p.prokind, p.proretset,
           ARRAY(SELECT t.typname FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, place)
                 JOIN pg_type t ON t.oid = a.type ORDER BY a.place),
           p.provariadic <> 0
    FROM pg_proc p
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a')
      AND has_function_privilege(p.oid, 'EXECUTE')
      AND NOT EXISTS (SELECT FROM pg_aggregate g WHERE g.aggfnoid = p.oid AND g.aggkind <> 'n')
    ORDER BY 1
"""
_OPERATORS = """
    SELECT o.oid::regoperator::text, o.oprname, l.typname, r.typname
    FROM pg_operator o JOIN pg_type l ON l.oid = o.oprleft JOIN pg_type r ON r.oid = o.oprright
    WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprresult = 'bool'::regtype
      AND has_function_privilege(o.oprcode, 'EXECUTE')
    ORDER BY 1
"""
_TYPES = """
    SELECT t.typname FROM pg_type t
    WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'r', 'm')
      AND has_function_privilege(t.typinput, 'EXECUTE') ORDER BY 1
"""
Session = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """One statement to try.

    Args:
        of: the function, operator or type that it is about.
        statement: reads a table of values where `{values}` stands.
        with_what: the values, in short.
    """

    of: str
    statement: str
    with_what: str


def all_calls(session: Session, seed: int) -> Iterator[Call]:
    """Yield calls of each function, of operators with ANY, and of each type's input and output."""
    session.execute("SET LOCAL statement_timeout = 0")
    chance = random.Random(seed)  # noqa: S311 - which calls are tried
    functions = session.execute(_FUNCTIONS).fetchall()
    # Those whose values grow come first.
    functions.sort(key=lambda row: (not _grows(row[4]), row[2]))
    for signature, name, kind, is_set, types, is_variadic in functions:
        for columns in _combinations([columns_of(type_name) for type_name in types], chance):
            arguments = [value(column) for column in columns]
            if is_variadic and arguments:
                arguments[-1] = f"VARIADIC {arguments[-1]}"
            call = f'pg_catalog."{name}"({", ".join(arguments)})'
            yield Call(signature, _statement(call, kind, is_set=is_set), ", ".join(columns))
        if kind == "a" and len(types) == 1:
            for many in ("i::int4", "i::text", "int4range(2 * i, 2 * i + 1)", "i::numeric", "i::float8"):
                statement = (
                    f'SELECT pg_catalog."{name}"({many}) IS NULL FROM generate_series(1, {_MANY_ROWS}) AS i'
                )
                yield Call(signature, statement, f"{many}, {_MANY_ROWS} rows")
    yield from _operators_with_any(session)
    yield from _conversions(session)


def _grows(types: Sequence[str]) -> bool:
    return any(grows(column) for type_name in types for column in columns_of(type_name))


def _combinations(choices: Sequence[Sequence[str]], chance: random.Random) -> list[tuple[str, ...]]:
    """Return combinations of values: all, or some by chance and those of equal places."""
    count = 1
    for columns in choices:
        count *= len(columns)
    most = MOST_CALLS if any(map(grows, itertools.chain.from_iterable(choices))) else MOST_OF_SCALARS
    if count <= most:
        return list(itertools.product(*choices))
    longest = max(map(len, choices))
    equal = [tuple(columns[place % len(columns)] for columns in choices) for place in range(longest)]
    others = {
        tuple(chance.choice(columns) for columns in choices) for _ in range(max(most - longest, most // 3))
    }
    return [*equal, *sorted(others - set(equal))]


def _statement(call: str, kind: str, *, is_set: bool) -> str:
    if is_set:
        return f"SELECT count(*) FROM {{values}} AS v, {call}"
    if kind == "a":
        return f"SELECT {call} IS NULL FROM {{values}} AS v, generate_series(1, {_ROWS})"
    return f"SELECT {call} IS NULL FROM {{values}} AS v"


def _operators_with_any(session: Session) -> Iterator[Call]:
    """Yield `value operator ANY (array)`, a loop of its own around the operator's function."""
    for signature, name, left, right in session.execute(_OPERATORS).fetchall():
        for column, array in itertools.product(columns_of(left), columns_of(f"_{right}")):
            statement = f"SELECT {value(column)} {name} ALL ({value(array)}) FROM {{values}} AS v"
            yield Call(f"{signature} with ALL", statement, f"{column}, {array}")
            statement = f"SELECT {value(column)} {name} ANY ({value(array)}) FROM {{values}} AS v"
            yield Call(f"{signature} with ANY", statement, f"{column}, {array}")


def _conversions(session: Session) -> Iterator[Call]:
    """Yield each type's input function, with every text, and its output function."""
    for (name,) in session.execute(_TYPES).fetchall():
        for number in range(len(SHAPES["text"])):
            statement = f'SELECT v.text_{number}::pg_catalog."{name}" IS NULL FROM {{values}} AS v'
            yield Call(f"input of {name}", statement, f"text_{number}")
        for column in columns_of(name):
            yield Call(
                f"output of {name}", f"SELECT ({value(column)})::text IS NULL FROM {{values}} AS v", column
            )
