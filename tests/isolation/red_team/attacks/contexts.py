"""Another tenant's context made up, or a role that needs none."""

from __future__ import annotations

from tests.isolation.red_team.attack import NO_RLS, SEE, Attack, unsafe

UNSEALED = """
    CREATE OR REPLACE FUNCTION tenancy.verified_context() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN (string_to_array(current_setting('tenancy.context', true), '.'))[1:5]
"""

ATTACKS = (
    Attack(
        "the variable set by set_config",
        ("SELECT set_config('tenancy.context', '{forged}', true)", SEE),
        UNSEALED,
    ),
    Attack("the variable set by SET LOCAL", ("SET LOCAL tenancy.context = '{forged}'", SEE), UNSEALED),
    Attack(
        "the variable set inside the one SELECT that reads",
        (
            "WITH f AS MATERIALIZED (SELECT set_config('tenancy.context', '{forged}', true) AS set) "
            "SELECT c.* FROM f, customers c WHERE f.set <> ''",
        ),
        UNSEALED,
    ),
    Attack(
        "the variable set in a string of several statements",
        ("SET LOCAL tenancy.context = '{forged}'; " + SEE,),
        UNSEALED,
    ),
    Attack("the context bound again", ("SELECT tenancy.bind('{forged}')", SEE), UNSEALED),
    Attack(
        "a variable for the session, for whoever comes next",
        ("SET SESSION tenancy.context = '{forged}'", "COMMIT", "BEGIN", SEE),
        UNSEALED,
    ),
    Attack(
        "no context at all",
        ("SET LOCAL tenancy.context = ''", SEE),
        """
        CREATE OR REPLACE FUNCTION tenancy.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE
        RETURN CASE WHEN current_setting('tenancy.context', true) = '' THEN '{b}'::uuid ELSE '{a}'::uuid END
    """,
    ),
    Attack(
        "the owner's role taken on",
        ("SET ROLE {owner}", NO_RLS, "SET ROLE {app}", SEE),
        "GRANT {owner} TO {app}",
        "REVOKE {owner} FROM {app}",
        patch=unsafe,
    ),
    Attack(
        "the sealer's role taken on",
        ("SET ROLE {sealer}",),
        "GRANT {sealer} TO {app}",
        "REVOKE {sealer} FROM {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "the watchdog's role taken on",
        ("SET ROLE {watchdog}",),
        "REVOKE {app} FROM {watchdog}; GRANT {watchdog} TO {app}",
        "REVOKE {watchdog} FROM {app}; GRANT {app} TO {watchdog}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "row_security switched off",
        ("SET LOCAL row_security = off", SEE),
        "ALTER ROLE {app} BYPASSRLS",
        "ALTER ROLE {app} NOBYPASSRLS",
        patch=unsafe,
    ),
    Attack(
        "row-level security switched off",
        (NO_RLS, SEE),
        "ALTER TABLE customers OWNER TO {app}; GRANT CREATE ON SCHEMA public TO {app}",
        patch=unsafe,
    ),
)
