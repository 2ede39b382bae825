"""A statement verifies its token once for each policy, however many rows it reads."""

from __future__ import annotations

from flask import Flask

from tenantapp.models.security import tenant_policies
from tests.integration.tenancy.seal.conftest import enter
from tests.support.backends import eventually
from tests.support.databases import Server
from tests.support.sealing import sealed
from tests.support.tenants import make_tenant

ROWS = 1_000_000
SOME = 1_000
_CALLS = """
    SELECT coalesce(sum(pg_stat_get_function_calls(oid)), 0)::integer FROM pg_proc
    WHERE oid = 'tenancy.verified_context()'::regprocedure
"""


def test_a_sequential_scan_of_a_million_rows_verifies_once(
    server: Server, database: str, own_app: Flask
) -> None:
    tenant = make_tenant(own_app)
    own_app.extensions["tenantapp"].pool.close()
    with server.connect("bootstrap", database) as superuser:
        superuser.execute("CREATE TABLE readings (tenant_id uuid NOT NULL)")
        superuser.execute(
            "INSERT INTO readings SELECT %s::uuid FROM generate_series(1, %s)", (tenant.id, ROWS)
        )
        superuser.execute("ALTER TABLE readings ENABLE ROW LEVEL SECURITY")
        for policy in tenant_policies("readings"):
            kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
            superuser.execute(
                f"CREATE POLICY {policy.name} ON readings AS {kind} "
                f"USING ({policy.using}) WITH CHECK ({policy.check})"
            )
        superuser.execute(f'GRANT SELECT ON readings TO "{server.names.app}"')
        superuser.execute(f"ALTER DATABASE \"{database}\" SET track_functions = 'all'")

        def calls() -> int:
            row = superuser.execute(_CALLS).fetchone()
            assert row is not None
            return int(row[0])

        before = calls()
        with server.connect("app", database) as attacker, attacker.transaction():
            assert enter(attacker, sealed(attacker, tenant.context)) == tenant.id
            plan = str(attacker.execute("EXPLAIN SELECT count(*) FROM readings").fetchall())
            assert "Seq Scan on readings" in plan
            assert attacker.execute("SELECT count(*) FROM readings").fetchone() == (ROWS,)
        # Once by `enter`, and by the scan once for each policy; told when the session ends.
        eventually(lambda: calls() > before)
        assert calls() - before == 3

        # Why the function stands in a sub-select.
        superuser.execute(
            "ALTER POLICY readings_tenant_isolation ON readings "
            "USING (tenant_id = tenancy.current_tenant_id())"
        )
        before = calls()
        with server.connect("app", database) as attacker, attacker.transaction():
            assert enter(attacker, sealed(attacker, tenant.context)) == tenant.id
            attacker.execute(f"SELECT FROM readings LIMIT {SOME}")
        eventually(lambda: calls() > before)
        assert calls() - before > SOME
