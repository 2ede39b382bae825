"""The attacks: each with the counter-measure without which it gains something."""

from __future__ import annotations

import pytest

from tenantapp.db import connection as connections
from tenantapp.db import pool
from tests.isolation.red_team.attack import Attack
from tests.support.databases import LIMITS

SEE = "SELECT * FROM customers"
UNSEALED = """
    CREATE OR REPLACE FUNCTION tenancy.verified_context() RETURNS text[]
    LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    RETURN (string_to_array(current_setting('tenancy.context', true), '.'))[1:5]
"""
UNCHECKED = """
    ALTER POLICY customers_tenant_isolation ON customers WITH CHECK (true);
    ALTER POLICY customers_tenant_fence ON customers WITH CHECK (true)
"""
# No foreign key leads here or from here, which would be in the way of an attack as well.
ALONE = "idempotency_keys"
LIMITED = f"ALTER ROLE {{app}} SET temp_file_limit = '{LIMITS.temp_file_mb}MB'"
# More than the tests' roles may: 14 bytes a row, and as many for the sort.
SPILL = "SELECT count(*) FROM (SELECT n FROM generate_series(1, 1500000) AS g (n) ORDER BY -n OFFSET 0) AS s"
NO_RLS = "ALTER TABLE customers DISABLE ROW LEVEL SECURITY"


def uncleaned(patched: pytest.MonkeyPatch) -> None:
    """Let connections be lent as they come back."""
    patched.setattr(
        connections, "_CLEAN", b"SELECT 0, count(*) FROM pg_catalog.pg_prepared_statements WHERE NOT from_sql"
    )


def found_where(condition: str) -> tuple[str, ...]:
    """Return what is accepted if a row meets a condition that is tried before whose row it is.

    A sub-select runs for the rows alone that meet it, and leaves a note.
    """
    note = "(SELECT set_config('eve.found', 'yes', true) = '')"
    return (
        "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off",
        f"SELECT count(*) FROM customers WHERE CASE WHEN {condition} THEN {note} END",
        "SELECT 1 / (coalesce(current_setting('eve.found', true), '') <> '')::integer",
    )


def unsafe(patched: pytest.MonkeyPatch) -> None:
    """Let the program work with a role that it refuses otherwise."""
    patched.setattr(pool, "check_role", lambda *_: [])


ATTACKS = (
    # The context.
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
    # The role.
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
    # The rows.
    Attack("a plain SELECT", (SEE,), NO_RLS),
    Attack("a COPY of the table", ("COPY (SELECT * FROM customers) TO STDOUT",), NO_RLS),
    Attack(
        "rows planted in B",
        ("INSERT INTO customers (tenant_id, name, email) VALUES ('{b}', 'Eve', 'eve@example.com')",),
        UNCHECKED,
    ),
    Attack(
        "rows moved into B",
        (f"UPDATE {ALONE} SET tenant_id = '{{b}}'",),
        UNCHECKED.replace("customers", ALONE),
    ),
    Attack("all rows changed", ("UPDATE customers SET name = 'Eve'",), NO_RLS),
    Attack("all rows deleted", (f"DELETE FROM {ALONE}",), NO_RLS.replace("customers", ALONE)),
    Attack(
        "all rows truncated",
        ("TRUNCATE customers CASCADE",),
        "GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO {app}",
        patch=unsafe,
    ),
    Attack(
        "rows told by the error of a leaky function",
        ("SELECT * FROM customers WHERE tenant_id <> '{a}' AND email::integer = 1",),
        NO_RLS,
    ),
    Attack(
        "rows told by the planner's statistics",
        ("SELECT * FROM pg_stats WHERE tablename = 'customers'",),
        "ANALYZE customers; " + NO_RLS,
    ),
    Attack(
        "rows told by the statistics themselves",
        ("SELECT stavalues1::text, stavalues2::text, stavalues3::text FROM pg_statistic",),
        "ANALYZE customers; GRANT SELECT ON pg_catalog.pg_statistic TO {app}",
    ),
    Attack(
        "a value confirmed by a comparison before the policy is asked",
        found_where("tenant_id = ANY (ARRAY['{b}'::uuid]) AND email = ANY (ARRAY['{b_email}'])"),
        "ALTER FUNCTION texteq(text, text) COST 1; ALTER FUNCTION uuid_eq(uuid, uuid) COST 1",
        wins="accepted",
    ),
    Attack(
        "a value read letter by letter before the policy is asked",
        found_where("tenant_id = ANY (ARRAY['{b}'::uuid]) AND email < ANY (ARRAY['{b_email}z'])"),
        "ALTER FUNCTION text_lt(text, text) COST 1; ALTER FUNCTION uuid_eq(uuid, uuid) COST 1",
        wins="accepted",
    ),
    Attack(
        "a value confirmed by a subscript before the policy is asked",
        found_where("""('{"{b_email}": 1}'::jsonb)[email] IS NOT NULL"""),
        "ALTER TYPE pg_catalog.jsonb SET (SUBSCRIPT = jsonb_subscript_handler)",
        wins="accepted",
    ),
    Attack(
        "where tenants live",
        ("SELECT * FROM control.directory",),
        "GRANT USAGE ON SCHEMA control TO {app}; GRANT SELECT ON control.directory TO {app}",
    ),
    # The keys.
    Attack(
        "a reference to B's row",
        (
            "INSERT INTO deployments (service_id, version, environment) "
            "VALUES ('{b_service}', '1', 'production')",
        ),
        """
        ALTER TABLE deployments DROP CONSTRAINT fk_deployments_services;
        CREATE UNIQUE INDEX ON services (id);
        ALTER TABLE deployments ADD FOREIGN KEY (service_id) REFERENCES services (id)
        """,
        wins="accepted",
    ),
    Attack(
        "a value that B has, where it is unique",
        ("INSERT INTO customers (name, email) VALUES ('Eve', '{b_email}')",),
        "CREATE UNIQUE INDEX ON customers (email)",
        wins="refused",
    ),
    Attack(
        "the keys of contexts read",
        ("SELECT * FROM tenancy.context_keys",),
        "GRANT SELECT ON tenancy.context_keys TO {app}",
        wins="accepted",
    ),
    # What is left to the next borrower.
    Attack(
        "a temporary table in a table's place",
        ("CREATE TEMPORARY TABLE customers AS SELECT * FROM public.customers",),
        "GRANT TEMPORARY ON DATABASE {database} TO {app}",
        patch=unsafe,
    ),
    Attack("a statement prepared by SQL", ("PREPARE planted AS SELECT 1",), patch=uncleaned),
    Attack(
        "a cursor held over the end",
        ("DECLARE kept CURSOR WITH HOLD FOR SELECT * FROM customers",),
        patch=uncleaned,
    ),
    Attack("a LISTEN", ("LISTEN anything",), patch=uncleaned),
    Attack(
        "settings of the session",
        ("SET SESSION statement_timeout = 0", "SET SESSION work_mem = '1GB'"),
        patch=uncleaned,
    ),
    # The limits.
    Attack(
        "the server's disk filled",
        (SPILL,),
        "ALTER ROLE {app} RESET temp_file_limit",
        LIMITED,
        wins="accepted",
    ),
    Attack(
        "the limit on temporary files lifted",
        ("SET LOCAL temp_file_limit = -1",),
        "GRANT SET ON PARAMETER temp_file_limit TO {app}",
        "REVOKE SET ON PARAMETER temp_file_limit FROM {app}",
        wins="accepted",
    ),
    Attack(
        "the limit on temporary files lifted for later sessions",
        ("ALTER ROLE CURRENT_USER RESET temp_file_limit",),
        "GRANT SET ON PARAMETER temp_file_limit TO {app}",
        f"REVOKE SET ON PARAMETER temp_file_limit FROM {{app}}; {LIMITED}",
        wins="accepted",
    ),
    # Objects.
    Attack(
        "a function in the application's schema",
        ("CREATE FUNCTION public.lower(text) RETURNS text RETURN 'eve'",),
        "GRANT CREATE ON SCHEMA public TO {app}; GRANT USAGE ON LANGUAGE sql TO {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "a view of everybody's rows",
        ("CREATE VIEW public.everything AS SELECT * FROM customers",),
        "GRANT CREATE ON SCHEMA public TO {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "a trigger on a table",
        (
            "CREATE TRIGGER planted BEFORE UPDATE ON customers "
            "FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        ),
        "GRANT TRIGGER ON customers TO {app}",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "a large object",
        ("SELECT lo_from_bytea(0, 'everybody reads this')",),
        "GRANT EXECUTE ON FUNCTION lo_from_bytea(oid, bytea) TO {app}",
        wins="accepted",
    ),
    # Others' work.
    Attack(
        "another's backend terminated",
        ("SELECT pg_terminate_backend(0)",),
        "GRANT EXECUTE ON FUNCTION pg_terminate_backend(integer, bigint) TO {app}",
        wins="accepted",
    ),
    Attack(
        "an advisory lock",
        ("SELECT pg_try_advisory_lock(1)",),
        "GRANT EXECUTE ON FUNCTION pg_try_advisory_lock(bigint) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a file of the server read",
        ("SELECT pg_read_file('PG_VERSION')",),
        "GRANT EXECUTE ON FUNCTION pg_read_file(text) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a program run on the server",
        ("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null'",),
        "ALTER ROLE {app} INHERIT; GRANT pg_execute_server_program TO {app}",
        "REVOKE pg_execute_server_program FROM {app}; ALTER ROLE {app} NOINHERIT",
        wins="accepted",
        patch=unsafe,
    ),
    Attack(
        "what others ask the server",
        ("SELECT query FROM pg_stat_activity",),
        "GRANT SELECT ON pg_catalog.pg_stat_activity TO {app}; "
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_get_activity(integer) TO {app}",
        wins="accepted",
    ),
    Attack(
        "a reference made to a table",
        ("CREATE TABLE eve (id uuid REFERENCES services)",),
        "GRANT CREATE ON SCHEMA public TO {app}; CREATE UNIQUE INDEX ON services (id); "
        "ALTER TABLE services DROP CONSTRAINT services_pkey CASCADE; "
        "ALTER TABLE services ADD PRIMARY KEY (id); "
        "GRANT REFERENCES ON services TO {app}",
        patch=unsafe,
        wins="accepted",
    ),
)

BLOCKED = (
    ("COPY customers FROM STDIN", "0A000"),
    ("SET SESSION AUTHORIZATION {owner}", "42501"),
    ("ALTER ROLE {app} BYPASSRLS", "42501"),
    ("ALTER ROLE {app} CONNECTION LIMIT -1", "42501"),
    ("CREATE POLICY eve ON customers USING (true)", "42501"),
    ("ALTER POLICY customers_tenant_isolation ON customers USING (true)", "42501"),
    ("DROP POLICY customers_tenant_fence ON customers", "42501"),
    ("ALTER TABLE customers NO FORCE ROW LEVEL SECURITY", "42501"),
    ("ALTER FUNCTION tenancy.current_tenant_id() IMMUTABLE", "42501"),
    ("CREATE SCHEMA eve", "42501"),
    ("CREATE PUBLICATION eve FOR TABLE customers", "42501"),
    ("SELECT pg_create_physical_replication_slot('eve')", "42501"),
    ("SELECT * FROM pg_authid", "42501"),
    ("SELECT pg_ls_dir('.')", "42501"),
)
"""What PostgreSQL refuses by itself, with the state that it refuses it with."""
