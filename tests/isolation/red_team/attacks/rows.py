"""Another tenant's rows read, changed and referred to."""

from __future__ import annotations

from tests.isolation.red_team.attack import NO_RLS, SEE, Attack, unsafe

UNCHECKED = """
    ALTER POLICY customers_tenant_isolation ON customers WITH CHECK (true);
    ALTER POLICY customers_tenant_fence ON customers WITH CHECK (true)
"""
# No foreign key leads here or from here, which would be in the way of an attack as well.
ALONE = "idempotency_keys"


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


ATTACKS = (
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
        "a value told by an array's conversion before the policy is asked",
        (
            "SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off",
            "SELECT count(*) FROM customers WHERE CASE ARRAY[tenant_id] WHEN ARRAY['{b}'::uuid] "
            "THEN (CASE WHEN true THEN ARRAY[email] END)::integer[] IS NOT NULL END",
        ),
        "ALTER FUNCTION array_eq(anyarray, anyarray) COST 1; "
        "ALTER FUNCTION varcharout(varchar) COST 1; ALTER FUNCTION int4in(cstring) COST 1",
    ),
    Attack(
        "a value confirmed by CASE before the policy is asked",
        found_where("CASE ARRAY[email::text] WHEN ARRAY['{b_email}'] THEN true END"),
        "ALTER FUNCTION array_eq(anyarray, anyarray) COST 1",
        wins="accepted",
    ),
    Attack(
        "where tenants live",
        ("SELECT * FROM control.directory",),
        "GRANT USAGE ON SCHEMA control TO {app}; GRANT SELECT ON control.directory TO {app}",
    ),
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
)
