"""Conditions that are evaluated before the policy: a note tells what they find in another tenant's rows."""

from __future__ import annotations

from tests.isolation.red_team.attack import Attack

NO_INDEX = "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off"
# The smallest number there is: half of it is nothing, so that a comparison by ANY of one value is free.
SMALLEST = "SET LOCAL cpu_operator_cost = '0x1p-1074'"
UNPLANNED = """
    CREATE OR REPLACE FUNCTION tenancy.plan_policies_first() RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED AS 'BEGIN RETURN true; END'
"""
"""Takes away what has the planner put policies first."""
PLAIN_FENCES = """
    ALTER POLICY tenants_tenant_fence ON tenants USING (id = (SELECT tenancy.current_tenant_id()));
    ALTER POLICY customers_tenant_fence ON customers USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    ALTER POLICY todos_tenant_fence ON todos USING (tenant_id = (SELECT tenancy.current_tenant_id()));
    ALTER POLICY users_tenant_fence ON users USING (tenant_id = (SELECT tenancy.current_tenant_id()))
"""
"""Fences from which the planner derives conditions of a policy's own level."""
NOBODYS = "00000000-0000-0000-0000-000000000000"
_PLAIN_FENCE = """
    ; ALTER POLICY customers_tenant_fence ON customers
    USING (tenant_id = (SELECT tenancy.current_tenant_id()))
"""
_BOTH = "(SELECT * FROM customers UNION ALL SELECT * FROM customers)"
_OF_B = "tenant_id = ANY (ARRAY['{b}'::uuid])"


def noted_where(condition: str) -> str:
    """Return what leaves a note, by a sub-select that runs for the rows alone that meet a condition."""
    return f"CASE WHEN {condition} THEN (SELECT set_config('eve.found', 'yes', true) = '') END"


def noted_id(condition: str) -> str:
    """Return an id that leaves a note: an equality with it is one from which the planner derives others."""
    return f"(CASE WHEN {condition} THEN (SELECT set_config('eve.found', '{NOBODYS}', true)::uuid) END)"


def found_where(condition: str, source: str = "customers", setting: str = NO_INDEX) -> tuple[str, ...]:
    """Return what is accepted if a row meets a condition that is evaluated before its policy.

    Args:
        condition: what is asked of each row.
        source: the table, or what reads it.
        setting: what the session sets before.
    """
    return (
        NO_INDEX,
        setting,
        f"SELECT count(*) FROM {source} AS customers WHERE {noted_where(condition)}",
        "SELECT 1 / (coalesce(current_setting('eve.found', true), '') <> '')::integer",
    )


def _found(name: str, condition: str, source: str = "customers", setting: str = NO_INDEX) -> Attack:
    return Attack(
        f"{name} before the policy is asked",
        found_where(condition, source, setting),
        UNPLANNED + _PLAIN_FENCE,
        wins="accepted",
    )


ATTACKS = (
    _found("a value confirmed by a comparison", _OF_B + " AND email = ANY (ARRAY['{b_email}'])"),
    _found("a value read letter by letter", _OF_B + " AND email < ANY (ARRAY['{b_email}z'])"),
    _found("a value confirmed by a subscript", """('{"{b_email}": 1}'::jsonb)[email] IS NOT NULL"""),
    _found("a value confirmed by CASE", "CASE ARRAY[email::text] WHEN ARRAY['{b_email}'] THEN true END"),
    _found(
        "a number confirmed by a subscript",
        "('[1:2]={1,1}'::integer[])[row_version] IS NOT NULL AND " + _OF_B,
    ),
    _found(
        "a value confirmed in a UNION ALL at the smallest cost",
        _OF_B + " AND email = ANY (ARRAY['{b_email}'])",
        _BOTH,
        SMALLEST,
    ),
)
