"""Functions: what policies call, and what lends its owner's rights."""

from __future__ import annotations

from typing import Any

from tenantapp.rls.operations.functions import function_text
from tests.integration.rls.audit.story import PROJECT, Story, scratch

_BODY = "LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS 'SELECT 1'"
_LISTED = {"definer_functions": (*PROJECT.definer_functions, "tenancy.help()")}
_TRIGGER = """
    CREATE FUNCTION tenancy.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN NEW; END';
    ALTER FUNCTION tenancy.note() OWNER TO {directory};
    REVOKE EXECUTE ON FUNCTION tenancy.note() FROM PUBLIC;
    CREATE TRIGGER note BEFORE INSERT ON customers FOR EACH ROW EXECUTE FUNCTION tenancy.note()
"""

_UNASKED = """
    CREATE OR REPLACE FUNCTION tenancy.current_context() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL RESTRICTED RETURN {}
"""

_TENANT = """
    CREATE OR REPLACE FUNCTION tenancy.current_tenant_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL RESTRICTED RETURN {}
"""
_CONTEXTS = "(tenancy.current_context())[2]::uuid"
_PLANS = """
    CREATE OR REPLACE FUNCTION tenancy.plan_policies_first() RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED AS $body${}$body$
"""


def _definer(changes: str = "") -> str:
    """Return the SQL of a faultless definer function, and what is done to it."""
    return (
        f"CREATE FUNCTION tenancy.help() RETURNS int SECURITY DEFINER {_BODY}; "
        "REVOKE EXECUTE ON FUNCTION tenancy.help() FROM PUBLIC; "
        "ALTER FUNCTION tenancy.help() OWNER TO {directory}; " + changes
    )


def _verifier(change: str, detail: str, **further: Any) -> Story:
    """Return the story of a change to what verifies contexts."""
    return Story(
        check="0093_context_unsealed",
        object="tenancy.verified_context()",
        broken=f"ALTER FUNCTION tenancy.verified_context() {change}",
        detail=detail,
        **further,
    )


def _first(change: str, detail: str, function: str = "plan_policies_first", **further: Any) -> Story:
    """Return the story of a change to what has the planner put policies first."""
    return Story(
        check="0096_policies_not_first",
        object=f"tenancy.{function}()",
        broken=change if "RETURNS" in change else f"ALTER FUNCTION tenancy.{function}() {change}",
        detail=detail,
        **further,
    )


STORIES = (
    Story(
        check="0022_policy_function_immutable",
        object="tenancy.current_tenant_id()",
        broken="ALTER FUNCTION tenancy.current_tenant_id() IMMUTABLE",
    ),
    Story(
        check="0022_policy_function_immutable",
        object="tenancy.current_context()",
        broken="ALTER FUNCTION tenancy.current_context() IMMUTABLE",
    ),
    Story(
        check="0023_function_leakproof",
        object="tenancy.current_tenant_id()",
        broken="ALTER FUNCTION tenancy.current_tenant_id() LEAKPROOF",
    ),
    Story(
        check="0024_policy_function_volatile",
        object="tenancy.current_tenant_id()",
        broken="ALTER FUNCTION tenancy.current_tenant_id() VOLATILE",
    ),
    Story(check="0025_definer_function_unlisted", object="tenancy.help()", broken=_definer()),
    Story(
        check="0026_definer_function_search_path",
        object="tenancy.find_tenant(text)",
        broken="ALTER FUNCTION tenancy.find_tenant(text) RESET search_path",
        detail="no search_path is pinned",
    ),
    Story(
        check="0026_definer_function_search_path",
        object="tenancy.find_tenant(text)",
        broken="ALTER FUNCTION tenancy.find_tenant(text) SET search_path = pg_temp, public",
    ),
    Story(
        check="0026_definer_function_search_path",
        object="tenancy.find_tenant(text)",
        broken="ALTER FUNCTION tenancy.find_tenant(text) SET search_path = public",
    ),
    Story(
        check="0027_definer_function_owner",
        object="tenancy.help()",
        broken=_definer("ALTER FUNCTION tenancy.help() OWNER TO {owner}"),
        declared=_LISTED,
    ),
    Story(
        check="0027_definer_function_owner",
        object="tenancy.help()",
        broken=_definer("ALTER FUNCTION tenancy.help() OWNER TO CURRENT_USER"),
        detail="is a superuser",
        declared=_LISTED,
    ),
    Story(
        check="0028_definer_function_public",
        object="tenancy.find_tenant(text)",
        broken="GRANT EXECUTE ON FUNCTION tenancy.find_tenant(text) TO PUBLIC",
    ),
    Story(
        check="0029_function_public",
        object="tenancy.bind(text)",
        broken="GRANT EXECUTE ON FUNCTION tenancy.bind(text) TO PUBLIC",
    ),
    Story(check="0030_trigger_definer_function", object="note on public.customers", broken=_TRIGGER),
    Story(
        check="0031_trigger_disabled",
        object="public.customers",
        broken="ALTER TABLE customers DISABLE TRIGGER ALL",
    ),
    Story(
        check="0073_view_without_security_invoker",
        object="public.lively",
        broken="CREATE VIEW lively AS SELECT * FROM customers; GRANT SELECT ON lively TO {app}",
    ),
    Story(
        check="0073_view_without_security_invoker",
        object="public.outer_view",
        broken="""CREATE VIEW inner_view WITH (security_invoker = true) AS SELECT * FROM customers;
                  CREATE VIEW outer_view AS SELECT * FROM inner_view""",
        detail="public.customers",
    ),
    Story(
        check="0074_materialized_view_granted",
        object="public.kept",
        broken="CREATE MATERIALIZED VIEW kept AS SELECT * FROM customers; GRANT SELECT ON kept TO {app}",
        detail="public.customers; granted to",
    ),
    Story(
        check="0075_materialized_view",
        object="public.kept",
        broken="CREATE MATERIALIZED VIEW kept AS SELECT * FROM customers",
    ),
    Story(
        check="0045_sequence_numbers",
        object="public.scratch.number",
        broken=scratch("number bigint GENERATED ALWAYS AS IDENTITY"),
    ),
    Story(
        check="0045_sequence_numbers",
        object="public.scratch.number",
        broken=scratch("number serial"),
    ),
    _verifier(
        "SECURITY INVOKER",
        "caller's rights",
        also=frozenset({("0085_declaration_unmatched", "tenancy.verified_context()")}),
    ),
    _verifier("PARALLEL SAFE", "parallel worker"),
    _verifier("SET search_path = public, pg_temp", "by another path: search_path=public, pg_temp"),
    _verifier("OWNER TO {directory}", "belongs to"),
    Story(
        check="0093_context_unsealed",
        object="tenancy.verified_context()",
        broken=_UNASKED.format("pg_catalog.string_to_array(current_setting('tenancy.context', true), '.')"),
        detail="no policy asks it",
        repair=_UNASKED.format("tenancy.verified_context()"),
    ),
    _first("STABLE", "not IMMUTABLE"),
    _first("SET work_mem = '1MB'", "settings of its own"),
    _first(
        _PLANS.format(" BEGIN RETURN true; END "),
        "another text",
        repair=_PLANS.format(
            function_text("tenancy.plan_policies_first()", 1).split("$body$")[1].replace("{", "{{")
        ),
    ),
    _first("SET work_mem = '1MB'", "settings of its own", "current_tenant_id"),
    _first(
        _TENANT.format(_CONTEXTS),
        "does not call",
        "current_tenant_id",
        repair=_TENANT.format(f"CASE WHEN tenancy.plan_policies_first() THEN {_CONTEXTS} END"),
    ),
)
