"""Statements beside calls: what the parser, the planner and commands do before any function is called."""

# ruff: noqa: E501 - one statement a line
from __future__ import annotations

from collections.abc import Iterator

from benchmarks.endless.calls import Call

_MARKS = "\u0301\u0316"


def all_statements(length: int) -> Iterator[Call]:
    """Yield statements that grow with a length."""
    for name, text in (_commands(length) | _queries(length) | _executed(length)).items():
        yield Call(name, text, f"a statement of {len(text):,} characters")


def _commands(length: int) -> dict[str, str]:
    return {
        "ALTER ROLE CURRENT_USER PASSWORD, combining marks": _password(_MARKS * (length // 4)),
        "ALTER ROLE CURRENT_USER PASSWORD, letters": _password("a" * length),
        "SAVEPOINT, many": _many("SAVEPOINT s{i}", length // 10, "; "),
        "DECLARE, many": _many("DECLARE c{i} CURSOR FOR SELECT 1", length // 20, "; "),
        "NOTIFY, many": _many("NOTIFY c{i}", length // 5, "; "),
        "LISTEN, many": _many("LISTEN c{i}", length // 5, "; "),
        "UNLISTEN after many": _many("LISTEN c{i}", length // 5, "; ") + "; UNLISTEN *",
        "PREPARE, many": _many("PREPARE p{i} AS SELECT 1", length // 20, "; "),
        "SET search_path, many": "SET search_path = " + _many("s{i}", length // 4),
    }


def _queries(length: int) -> dict[str, str]:
    """Return what is long itself."""
    joined = _many("JOIN pg_class c{i} ON c{i}.oid = c0.oid", 18, " ", first=1)
    return {
        "IN, many": f"SELECT 1 WHERE 0 IN ({_many('{i}', length, first=1)})",
        "LIKE ANY, many": f"SELECT 1 WHERE 'x' LIKE ANY (ARRAY[{_many('$${i}$$', length)}])",
        "AND, many": f"SELECT 1 WHERE {_many('now() > to_timestamp({i})', length // 10, ' AND ')}",
        "OR, many": f"SELECT FROM pg_class WHERE {_many('(oid = {i} AND relname = $${i}$$)', length // 10, ' OR ')}",
        "OR, many, another column": f"SELECT FROM pg_class WHERE {_many('relpages = {i}', length // 10, ' OR ')}",
        "CASE, many": f"SELECT CASE relpages {_many('WHEN {i} THEN 1', length // 10, ' ')} END FROM pg_class",
        "VALUES, many": f"SELECT count(*) FROM (VALUES {_many('({i})', length)}) AS v",
        "an operator of many characters": f"SELECT 1 {'+' * (4 * length)} 1",
        "operators nested": f"SELECT {'1 + ' * (length // 20)}1",
        "UNION, many": f"SELECT count(*) FROM ({_many('SELECT {i}', length // 50, ' UNION ')}) AS u",
        "CTEs that double": _doubling(22),
        "joins of 18 tables without GEQO": "SET LOCAL geqo = off; SET LOCAL join_collapse_limit = 100; "
        f"SELECT count(*) FROM pg_class c0 {joined}",
        "joins of 100 tables": f"SELECT FROM {_many('pg_class c{i}', 100)} WHERE c0.oid = 0",
        "joins of 100 tables by subqueries": f"SELECT {_many('(SELECT max(oid) FROM pg_class)', length // 100)}",
        "GROUPING SETS, many": "SELECT count(*) FROM pg_class GROUP BY GROUPING SETS ("
        f"{_many('(oid, relname, {i} + relpages)', length // 100)})",
        "CUBE": f"SELECT count(*) FROM pg_class GROUP BY CUBE ({_many('(relpages + {i})', 12)})",
        "ORDER BY, many": f"SELECT FROM pg_class ORDER BY {_many('oid + {i}', length // 50)}",
        "DISTINCT, many": f"SELECT DISTINCT {_many('oid + {i}', 1600)} FROM pg_class",
        "WINDOW, many": f"SELECT {_many('sum({i}) OVER (ORDER BY oid + {i})', length // 100)} FROM pg_class",
        "comments nested": f"SELECT 1 {'/*' * length}{'*/' * length}",
    }


def _executed(length: int) -> dict[str, str]:
    """Return what is short, and whose execution goes through much."""
    series = f"generate_series(1, {length}) AS i"
    return {
        "percentile_cont of many": f"SELECT percentile_cont(ARRAY(SELECT i / {length}.0 FROM {series})::float8[]) "
        f"WITHIN GROUP (ORDER BY i) IS NULL FROM {series}",
        "set_config, many": f"SELECT count(set_config('x.a' || i, 'v', true)) FROM {series}",
        "a window that excludes": "SELECT count(*) FROM (SELECT sum(i) OVER (ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING "
        f"AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM {series}) AS w",
        "a window to the end": "SELECT count(*) FROM (SELECT max(i) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW "
        f"AND UNBOUNDED FOLLOWING) FROM {series}) AS w",
        "a recursion": "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "a product of rows": "SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d WHERE a.oid < b.oid",
        "entities of XML": _entities(),
    }


def _many(pattern: str, count: int, by: str = ", ", first: int = 0) -> str:
    return by.join(pattern.replace("{i}", str(number)) for number in range(first, count))


def _password(password: str) -> str:
    return f"ALTER ROLE CURRENT_USER PASSWORD '{password}'"


def _doubling(times: int) -> str:
    parts = _many("a{i} AS NOT MATERIALIZED (SELECT l.x FROM a{j} AS l, a{j} AS r)", times, first=1)
    for number in range(1, times):
        parts = parts.replace("{j}", str(number - 1), 2)
    return f"WITH a0 AS (SELECT 1 AS x), {parts} SELECT count(*) FROM a{times - 1}"


def _entities() -> str:
    declared = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 10))
    return f"SELECT xmlparse(DOCUMENT $$<!DOCTYPE d [<!ENTITY a0 'aaa'>{declared}]><d>&a9;</d>$$) IS NULL"
