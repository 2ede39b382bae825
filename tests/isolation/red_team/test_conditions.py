"""No condition is evaluated on another tenant's rows, whatever it costs and however it is asked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.isolation.red_team.attacks.conditions import (
    NO_INDEX,
    PLAIN_FENCES,
    SMALLEST,
    UNPLANNED,
    noted_id,
    noted_where,
)
from tests.isolation.world import MakeWorld, World

_NO_PLAN_OF_ITS_OWN = "SET LOCAL plan_cache_mode = force_generic_plan"
SETTINGS = {
    "none": "SELECT",
    "the smallest cost": SMALLEST,
    "the largest cost": "SET LOCAL cpu_operator_cost = 1e308",
    "no cost at all": "SET LOCAL cpu_operator_cost = 0; SET LOCAL cpu_tuple_cost = 0",
    "less than no cost": "SET LOCAL cpu_operator_cost = '-0'",
    "no hash, no merge": "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off",
    "generic plans": _NO_PLAN_OF_ITS_OWN,
    "a genetic search for plans": "SET LOCAL geqo_threshold = 2; SET LOCAL join_collapse_limit = 8",
    "no collapsing": "SET LOCAL from_collapse_limit = 1; SET LOCAL join_collapse_limit = 1",
}
WAYS = {
    "a scan": "SELECT count(*) FROM {t} AS x WHERE {found}",
    "a UNION ALL": "SELECT count(*) FROM (SELECT * FROM {t} UNION ALL SELECT * FROM {t}) AS x WHERE {found}",
    "a join": "SELECT count(*) FROM {t} AS y LEFT JOIN {t} AS x USING (tenant_id) WHERE {found}",
    "a semi-join": "SELECT FROM {t} AS y WHERE EXISTS (SELECT FROM {t} AS x WHERE x.id = y.id AND {found})",
    "a lateral sub-select": "SELECT FROM {t} y, LATERAL (SELECT FROM {t} AS x WHERE {found} OFFSET 0) AS z",
    "a CTE": "WITH x AS NOT MATERIALIZED (SELECT * FROM {t}) SELECT count(*) FROM x WHERE {found}",
    "a row's address": "SELECT count(*) FROM {t} AS x WHERE ctid >= '(0,0)' AND {found}",
    "a sample": "SELECT count(*) FROM {t} AS x TABLESAMPLE SYSTEM (100) WHERE {found}",
    "a lock": "SELECT FROM {t} AS x WHERE {found} FOR UPDATE",
    "an UPDATE": "UPDATE {t} AS x SET updated_at = updated_at WHERE {found}",
    "a DELETE": "DELETE FROM {t} AS x WHERE {found}",
    "a MERGE": "MERGE INTO {t} AS x USING (SELECT) AS s ON {found} WHEN MATCHED THEN DO NOTHING",
    "a statement that SQL prepares": "PREPARE eve AS SELECT FROM {t} AS x WHERE {found}; EXECUTE eve",
}
# From an equality with a key the planner derives another, which it may evaluate where the key's policy is.
EQUALITIES = {
    "a join": "SELECT FROM tenants AS y, {t} AS x WHERE y.id = {id}",
    "a join with itself": "SELECT FROM {t} AS y, {t} AS x WHERE y.tenant_id = {id}",
    "two equalities": "SELECT FROM {t} AS x WHERE {id} = CASE WHEN x.id IS NULL THEN x.id END "
    "AND CASE WHEN x.id IS NULL THEN x.id END = x.tenant_id",
    "a UNION ALL": "SELECT FROM (SELECT * FROM {t} UNION ALL SELECT * FROM {t}) AS x, tenants AS y "
    "WHERE y.id = {id}",
    "a lock": "SELECT FROM tenants AS y, {t} AS x WHERE y.id = {id} FOR SHARE OF x",
    "an UPDATE": "UPDATE {t} AS y SET updated_at = y.updated_at FROM {t} AS x WHERE y.tenant_id = {id}",
    "a statement that SQL prepares": "PREPARE eve AS SELECT FROM tenants AS y, {t} AS x WHERE y.id = {id}; "
    "EXECUTE eve",
}
# What a table's column is made to say for all tenants but B, and for B.
COLUMNS = (
    ("customers", "x.company IS NULL", "company = 'Any'", "company = NULL"),
    (
        "customers",
        "('[7:7]={1}'::integer[])[x.row_version] IS NOT NULL",
        "row_version = 1",
        "row_version = 7",
    ),
    ("customers", "x.tags[2] IS NOT NULL", "tags = '{one}'", "tags = '{one,two}'"),
    ("customers", """('{"Any": 1}'::jsonb)[x.company] IS NOT NULL""", "company = 'Other'", "company = 'Any'"),
    ("customers", "x.company < ANY (ARRAY['M'])", "company = 'Z'", "company = 'A'"),
    ("todos", "x.completed", "completed_at = NULL", "completed_at = now()"),
)


@pytest.mark.parametrize(("table", "condition", "others", "bs"), COLUMNS)
def test_no_condition_is_evaluated_on_another_tenants_rows(
    make_world: MakeWorld, table: str, condition: str, others: str, bs: str
) -> None:
    """With each setting and in each way; what has the planner put policies first is what prevents it."""
    with make_world() as world:
        with world.server.connect("bootstrap", world.database) as superuser:
            superuser.execute(f"UPDATE {table} SET {others}")
            superuser.execute(f"UPDATE {table} SET {bs} WHERE tenant_id = %s", (world.b.id,))
        told = {
            (setting, way)
            for setting, given in SETTINGS.items()
            for way, statement in (
                WAYS | {f"{way}, by equality": each for way, each in EQUALITIES.items()}
            ).items()
            if _told(
                world, given, statement.format(t=table, found=noted_where(condition), id=noted_id(condition))
            )
        }
        assert told == set()
        with world.server.connect("bootstrap", world.database) as superuser:
            superuser.execute(UNPLANNED)
        union = WAYS["a UNION ALL"].format(t=table, found=noted_where(condition))
        assert _told(world, SMALLEST, union)


@pytest.mark.parametrize(("table", "condition", "others", "bs"), COLUMNS)
def test_a_fence_that_is_an_equality_comes_no_sooner_than_what_is_derived_from_it(
    make_world: MakeWorld, table: str, condition: str, others: str, bs: str
) -> None:
    with make_world() as world:
        with world.server.connect("bootstrap", world.database) as superuser:
            superuser.execute(f"UPDATE {table} SET {others}")
            superuser.execute(f"UPDATE {table} SET {bs} WHERE tenant_id = %s", (world.b.id,))
            superuser.execute(PLAIN_FENCES)
        join = EQUALITIES["a join"].format(t=table, id=noted_id(condition))
        assert _told(world, SETTINGS["none"], join)


def _told(world: World, setting: str, statement: str) -> bool:
    """Tell whether a statement of A's came upon a row that meets its condition."""
    with world.transaction(world.a) as connection:
        for each in (NO_INDEX, setting, *statement.split("; ")):
            connection.exec_driver_sql(each.replace("%", "%%"))
        return bool(_note(connection))


def _note(connection: Connection) -> str | None:
    return connection.scalar(sa.text("SELECT current_setting('eve.found', true)"))
