"""The attacks: each with the counter-measure without which it gains something."""

from __future__ import annotations

from tests.isolation.red_team.attacks import conditions, contexts, objects, rows, sessions

ATTACKS = contexts.ATTACKS + rows.ATTACKS + conditions.ATTACKS + sessions.ATTACKS + objects.ATTACKS

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
