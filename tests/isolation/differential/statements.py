"""Statements at random, from a seed: conditions of every kind, and every way to have them evaluated."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from tests.isolation.differential.columns import Column, Table

NOTE = "(SELECT set_config('eve.found', 'yes', true) = '')"
NOTE_ID = "(SELECT set_config('eve.found', '00000000-0000-0000-0000-000000000000', true)::uuid)"
# Neither is worked out while the statement is planned.
_TOLD_BY = (NOTE, NOTE, "(SELECT 1 / (random() * 0)::integer = 1)")
_COSTS = ("0", "-0", "0x1p-1074", "1e-300", "0.0025", "1", "1e300", "1e308")
_SWITCHES = (
    *(
        "seqscan",
        "indexscan",
        "indexonlyscan",
        "bitmapscan",
        "tidscan",
        "sort",
        "hashjoin",
        "mergejoin",
        "nestloop",
    ),
    *("hashagg", "material", "memoize", "incremental_sort", "gathermerge", "partition_pruning"),
)
_OTHER_SETTINGS = (
    "plan_cache_mode = force_generic_plan",
    "plan_cache_mode = force_custom_plan",
    "geqo_threshold = 2",
    "from_collapse_limit = 1",
    "join_collapse_limit = 1",
    "constraint_exclusion = on",
    "cursor_tuple_fraction = 0",
    "work_mem = 64",
    "seq_page_cost = 0",
    "random_page_cost = 1e300",
    "cpu_tuple_cost = 0",
    "cpu_index_tuple_cost = 1e300",
)
_WAYS = (
    "SELECT count(*) FROM {t} AS x WHERE {found}",
    "SELECT {columns} FROM {t} AS x WHERE {found}",
    "SELECT count(*) FROM (SELECT * FROM {t} UNION ALL SELECT * FROM {t}) AS x WHERE {found}",
    "SELECT count(*) FROM {u} AS y JOIN {t} AS x ON {joined} WHERE {found}",
    "SELECT count(*) FROM {u} AS y LEFT JOIN {t} AS x ON {joined} AND {found}",
    "SELECT count(*) FROM {t} AS x FULL JOIN {u} AS y ON {joined} WHERE {found}",
    "SELECT count(*) FROM {u} AS y WHERE EXISTS (SELECT FROM {t} AS x WHERE {joined} AND {found})",
    "SELECT count(*) FROM {u} AS y WHERE NOT EXISTS (SELECT FROM {t} AS x WHERE {found})",
    "SELECT count(*) FROM {u} AS y, LATERAL (SELECT FROM {t} AS x WHERE {found} LIMIT 1) AS z",
    "SELECT (SELECT count(*) FROM {t} AS x WHERE {found}) FROM {u} AS y LIMIT 1",
    "WITH x AS NOT MATERIALIZED (SELECT * FROM {t}) SELECT count(*) FROM x WHERE {found}",
    "WITH x AS MATERIALIZED (SELECT * FROM {t} AS x WHERE {found}) SELECT count(*) FROM x",
    "SELECT count(*) FROM {t} AS x WHERE x.ctid >= '(0,0)' AND {found}",
    "SELECT count(*) FROM {t} AS x WHERE x.ctid = ANY (ARRAY['(0,1)', '(0,5)', '(0,9)']::tid[]) AND {found}",
    "SELECT count(*) FROM {t} AS x TABLESAMPLE SYSTEM (100) WHERE {found}",
    "SELECT count(*) FILTER (WHERE {found}) FROM {t} AS x",
    "SELECT count(*) FROM {t} AS x GROUP BY x.{owner} HAVING bool_or({found})",
    "SELECT x.{owner} FROM {t} AS x WHERE {found} FOR UPDATE",
    "SELECT x.{owner} FROM {t} AS x WHERE {found} ORDER BY {term} LIMIT 1",
    "UPDATE {t} AS x SET {written} = {written} WHERE {found}",
    "UPDATE {t} AS x SET {written} = x.{written} FROM {u} AS y WHERE {joined} AND {found}",
    "DELETE FROM {t} AS x WHERE {found}",
    "DELETE FROM {t} AS x USING {u} AS y WHERE {joined} AND {found}",
    "MERGE INTO {t} AS x USING (SELECT * FROM {u}) AS y ON {joined} AND {found} WHEN MATCHED THEN DO NOTHING",
    "MERGE INTO {t} AS x USING (SELECT) AS y ON {found} WHEN MATCHED AND {found} THEN DELETE",
    "INSERT INTO {t} SELECT * FROM {t} AS x WHERE {found} ON CONFLICT DO NOTHING",
    "COPY (SELECT count(*) FROM {t} AS x WHERE {found}) TO STDOUT",
    "PREPARE eve AS SELECT count(*) FROM {t} AS x WHERE {found}; EXECUTE eve",
    "DECLARE eve CURSOR FOR SELECT x.{owner} FROM {t} AS x WHERE {found}; FETCH ALL FROM eve",
    # Which pages are in memory just then follows from no value.
    "EXPLAIN (ANALYZE, COSTS off, TIMING off, SUMMARY off, BUFFERS off) "
    "SELECT count(*) FROM {t} AS x WHERE {found}",
)


class Statements:
    """Makes statements, the same ones from the same seed.

    Args:
        seed: what they follow from.
        tables: what they read.
    """

    def __init__(self, seed: int, tables: Sequence[Table]) -> None:
        self._random = random.Random(seed)  # noqa: S311 - the same statements from the same seed
        self._tables = tables

    def one(self) -> tuple[str, ...]:
        """Return what is run in one transaction: settings, and a statement."""
        pick = self._random.choice
        table, other = pick(self._tables), pick(self._tables)
        filled = pick(_WAYS).format(
            t=table.name,
            u=other.name,
            owner=table.owner,
            joined=self._joined(table, other),
            columns=", ".join(f"x.{column.name}" for column in self._random.sample(table.columns, 3)),
            written=pick(table.columns).name,
            term=self._term(table),
            found=self._found(table),
        )
        return (*self._settings(), *filled.split("; "))

    def _settings(self) -> list[str]:
        chosen = [
            f"enable_{name} = off" for name in self._random.sample(_SWITCHES, self._random.randrange(6))
        ]
        if self._random.random() < 0.7:
            chosen += ["enable_indexscan = off", "enable_bitmapscan = off", "enable_indexonlyscan = off"]
        if self._random.random() < 0.7:
            chosen.append(f"cpu_operator_cost = '{self._random.choice(_COSTS)}'")
        chosen += self._random.sample(_OTHER_SETTINGS, self._random.randrange(3))
        return [f"SET LOCAL {setting}" for setting in chosen]

    def _joined(self, table: Table, other: Table) -> str:
        mine, theirs = (self._random.choice(each.columns).name for each in (table, other))
        return self._random.choice(
            [
                "true",
                f"x.{table.owner} = y.{other.owner}",
                f"x.{table.owner} <> y.{other.owner}",
                f"y.{other.owner} = (CASE WHEN {self._condition(table)} THEN {NOTE_ID} END)",
                f"y.{other.owner} = (CASE WHEN {self._condition(table)} THEN {NOTE_ID} END)",
                f"x.{mine}::text = y.{theirs}::text",
            ]
        )

    def _found(self, table: Table) -> str:
        """Return a condition, mostly one that leaves a note or an error for the rows that meet it."""
        condition = self._condition(table)
        if self._random.random() < 0.2:
            return condition
        told = self._random.choice(_TOLD_BY)
        return self._random.choice(
            [
                f"CASE WHEN {condition} THEN {told} END",
                f"CASE WHEN {condition} THEN {told} ELSE true END",
                f"coalesce(({condition}) AND {told}, true)",
                f"(({condition}) AND {told})",
                f"(NOT ({condition}) OR {told})",
                f"x.{table.owner} = (CASE WHEN {condition} THEN {NOTE_ID} END)",
                self._merged(table, condition),
            ]
        )

    def _merged(self, table: Table, condition: str) -> str:
        """Return equalities from which the planner makes one, with the tenant's."""
        never = f"CASE WHEN x.{table.owner} IS NULL THEN x.{table.owner} END"
        return f"(CASE WHEN {condition} THEN {NOTE_ID} END = {never} AND {never} = x.{table.owner})"

    def _condition(self, table: Table) -> str:
        if self._random.random() < 0.3:
            joint = self._random.choice((" AND ", " OR "))
            return "(" + joint.join(self._simple(table) for _ in range(2)) + ")"
        return self._simple(table)

    def _simple(self, table: Table) -> str:
        column = self._random.choice(table.columns)
        kinds: list[Callable[[Column], str]] = [self._empty, self._compared]
        if column.type == "bool":
            kinds = [lambda c: f"x.{c.name}", lambda c: f"x.{c.name} IS NOT TRUE"]
        if column.type == "int4":
            kinds.append(
                lambda c: f"('[1:{self._random.randint(1, 9)}]={{{{1}}}}'::integer[])[x.{c.name}] IS NULL"
            )
            kinds = [self._subscripted, *kinds]
        if column.type in {"text", "varchar"}:
            kinds += [self._guessed, self._length, self._like]
        if column.type.startswith("_"):
            kinds = [
                self._empty,
                lambda c: f"x.{c.name}[{self._random.randint(1, 3)}] IS NULL",
                self._length_of_array,
            ]
        if column.type == "jsonb":
            kinds = [self._empty, lambda c: f"x.{c.name}['other'] IS NULL"]
        if self._random.random() < 0.1:
            return f"{self._term(table)} {self._random.choice('<>')} {self._random.randint(-1, 9)}"
        return self._random.choice(kinds)(column)

    def _empty(self, column: Column) -> str:
        return f"x.{column.name} IS {self._random.choice(('', 'NOT '))}NULL"

    def _compared(self, column: Column) -> str:
        value = self._value(column)
        operator = self._random.choice(("=", "<", ">=", "<>"))
        return self._random.choice(
            [
                f"x.{column.name} {operator} {value}",
                f"x.{column.name} {operator} ANY (ARRAY[{value}])",
                f"x.{column.name} = ANY (ARRAY[{value}, {self._value(column)}])",
                f"CASE x.{column.name} WHEN {value} THEN true END",
                f"nullif(x.{column.name}, {value}) IS NULL",
                f"least(x.{column.name}, {value}) {operator} {value}",
                f"(x.{column.name}, true) {operator} ({value}, false)",
                f"x.{column.name} IS NOT DISTINCT FROM {value}",
                f"x.{column.name} BETWEEN {value} AND {self._value(column)}",
            ]
        )

    def _subscripted(self, column: Column) -> str:
        bound = self._random.randint(1, 9)
        number = self._random.choice(
            (f"x.{column.name}", f"least(x.{column.name}, {bound})", f"greatest(x.{column.name}, {bound})")
        )
        return f"(array_fill(1, ARRAY[1], ARRAY[{bound}]))[{number}] IS NOT NULL"

    def _guessed(self, column: Column) -> str:
        return f"(jsonb_build_object({self._value(column)}, 1))[x.{column.name}] IS NOT NULL"

    def _length(self, column: Column) -> str:
        return f"length(x.{column.name}) > {self._random.randint(0, 40)}"

    def _like(self, column: Column) -> str:
        return f"x.{column.name} LIKE '{self._random.choice('abc012xyz')}%'"

    def _length_of_array(self, column: Column) -> str:
        return f"coalesce(array_length(x.{column.name}, 1), 0) > {self._random.randint(0, 3)}"

    def _value(self, column: Column) -> str:
        kind = "text" if column.type in {"varchar", "name"} else column.type
        return f"{self._random.choice(column.values)}::{kind}" if column.values else f"NULL::{kind}"

    def _term(self, table: Table) -> str:
        numbers = table.of("int4")
        column = self._random.choice(numbers or list(table.columns))
        text = f"x.{column.name}" if numbers else f"length(x.{column.name}::text)"
        other = self._random.randint(0, 9)
        return self._random.choice(
            (text, f"least({text}, {other})", f"greatest({text}, {other})", f"coalesce({text}, {other})")
        )
