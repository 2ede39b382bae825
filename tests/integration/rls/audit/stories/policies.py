"""Policies that say something else than the tenant's predicate."""

from __future__ import annotations

from tests.integration.rls.audit.story import Story

_ISOLATION = "customers_tenant_isolation on public.customers"
_OWN = "tenant_id = (SELECT tenancy.current_tenant_id())"


def _saying(check: str, predicate: str) -> Story:
    """Tell of the isolation policy with another predicate."""
    return Story(
        check=check,
        object=_ISOLATION,
        broken=f"ALTER POLICY customers_tenant_isolation ON customers USING ({predicate})",
    )


STORIES = (
    _saying("0007_policy_always_true", "true"),
    _saying("0007_policy_always_true", f"{_OWN} OR true"),
    _saying("0007_policy_always_true", "1 = 1"),
    _saying("0007_policy_always_true", f"'a'::text = 'a' OR {_OWN}"),
    Story(
        check="0007_policy_always_true",
        object=_ISOLATION,
        broken="ALTER POLICY customers_tenant_isolation ON customers WITH CHECK (true)",
        detail="WITH CHECK is true",
    ),
    _saying("0008_policy_open_without_context", f"{_OWN} OR (SELECT tenancy.current_tenant_id()) IS NULL"),
    _saying(
        "0008_policy_open_without_context",
        f"current_setting('tenancy.context', true) IS NULL OR {_OWN}",
    ),
    _saying("0009_policy_shares_rows", f"{_OWN} OR tenant_id IS NULL"),
    _saying("0010_policy_reads_setting", "tenant_id = (SELECT current_setting('app.tenant_id', true)::uuid)"),
    _saying("0010_policy_reads_setting", f"{_OWN} OR current_setting('app.bypass', true) = 'on'"),
    _saying("0011_policy_by_role", f"{_OWN} AND pg_has_role('pg_monitor', 'MEMBER')"),
    _saying("0014_policy_without_tenant", "name = CURRENT_USER"),
    Story(
        check="0011_policy_by_role",
        object="further on public.customers",
        broken="CREATE POLICY further ON customers AS RESTRICTIVE FOR SELECT USING (name = CURRENT_USER)",
    ),
    _saying("0012_policy_casts_tenant", "tenant_id::text = (SELECT tenancy.current_tenant_id()::text)"),
    _saying("0013_policy_not_in_subselect", "tenant_id = tenancy.current_tenant_id()"),
    _saying("0014_policy_without_tenant", "status = 'active'"),
    _saying("0014_policy_without_tenant", "tenant_id = tenant_id"),
    _saying("0014_policy_without_tenant", "tenant_id = '00000000-0000-0000-0000-000000000001'"),
    _saying("0015_policy_drifted", f"{_OWN} AND status = 'active' OR deleted_at IS NOT NULL"),
    _saying("0015_policy_drifted", "id = (SELECT tenancy.current_tenant_id())"),
    _saying("0015_policy_drifted", "tenant_id <> (SELECT tenancy.current_tenant_id())"),
    _saying("0016_policy_always_false", "false"),
    Story(
        check="0007_policy_always_true",
        object="opened on public.customers",
        broken="CREATE POLICY opened ON customers AS RESTRICTIVE USING (true) WITH CHECK (true)",
    ),
    Story(
        check="0017_with_check_missing",
        object=_ISOLATION,
        broken=f"""DROP POLICY customers_tenant_isolation ON customers;
                   CREATE POLICY customers_tenant_isolation ON customers USING ({_OWN})""",
    ),
    Story(
        check="0018_with_check_differs",
        object=_ISOLATION,
        broken=f"""ALTER POLICY customers_tenant_isolation ON customers
                   WITH CHECK ({_OWN} AND status = 'active')""",
    ),
    Story(
        check="0019_several_permissive_policies",
        object="public.customers",
        broken=f"CREATE POLICY second ON customers FOR SELECT USING ({_OWN})",
        detail="customers_tenant_isolation, second for SELECT",
    ),
    Story(
        check="0020_policy_to_roles",
        object=_ISOLATION,
        broken="ALTER POLICY customers_tenant_isolation ON customers TO {app}",
    ),
    Story(
        check="0021_policy_reads_open_table",
        object=_ISOLATION,
        broken=f"""CREATE TABLE grants (email text PRIMARY KEY);
                   ALTER POLICY customers_tenant_isolation ON customers
                   USING ({_OWN} AND email IN (SELECT g.email FROM grants g))
                   WITH CHECK ({_OWN} AND email IN (SELECT g.email FROM grants g))""",
        detail="reads public.grants",
    ),
)
