"""Another tenant's rows read, changed and referred to."""

from __future__ import annotations

from tests.isolation.red_team.attack import NO_RLS, SEE, Attack, unsafe

UNCHECKED = """
    ALTER POLICY customers_tenant_isolation ON customers WITH CHECK (true);
    ALTER POLICY customers_tenant_fence ON customers WITH CHECK (true)
"""
# No foreign key leads here or from here, which would be in the way of an attack as well.
ALONE = "idempotency_keys"
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
