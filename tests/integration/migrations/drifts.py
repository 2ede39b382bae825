"""What somebody may have changed by hand in a live database: how, and what the check must say of it."""

from __future__ import annotations

from dataclasses import dataclass

_POLICY = "ALTER POLICY customers_tenant_isolation ON customers"
_IS_OURS = "tenant_id = (select tenancy.current_tenant_id())"
_NAMED = ("create_policy", "customers_tenant_isolation", "customers")


@dataclass(frozen=True)
class Drift:
    """One change, and the words by which it is named."""

    sql: str
    named: tuple[str, ...]


def _remade(clauses: str) -> str:
    return (
        "DROP POLICY customers_tenant_isolation ON customers; "
        f"CREATE POLICY customers_tenant_isolation ON customers {clauses}"
    )


POLICIES = {
    "a moved parenthesis": Drift(
        f"{_POLICY} USING ((select tenant_id = tenancy.current_tenant_id()))", _NAMED
    ),
    "USING (true)": Drift(f"{_POLICY} USING (true)", _NAMED),
    "another function": Drift(f"{_POLICY} USING (tenant_id = (select tenancy.current_actor_id()))", _NAMED),
    "no sub-select": Drift(f"{_POLICY} USING (tenant_id = tenancy.current_tenant_id())", _NAMED),
    "a cast of tenant_id": Drift(
        f"{_POLICY} USING (tenant_id::text = (select tenancy.current_tenant_id())::text)", _NAMED
    ),
    "something let in beside": Drift(f"{_POLICY} USING ({_IS_OURS} OR status = 'inactive')", _NAMED),
    "another WITH CHECK": Drift(f"{_POLICY} WITH CHECK (true)", _NAMED),
    "no WITH CHECK": Drift(_remade(f"USING ({_IS_OURS})"), _NAMED),
    "other roles": Drift(f"{_POLICY} TO {{app}}", ("drop_policy", *_NAMED)),
    "another command": Drift(_remade(f"FOR SELECT USING ({_IS_OURS})"), ("drop_policy", *_NAMED)),
    "restrictive for permissive": Drift(
        _remade(f"AS RESTRICTIVE USING ({_IS_OURS}) WITH CHECK ({_IS_OURS})"), ("drop_policy", *_NAMED)
    ),
    "permissive for restrictive": Drift(
        "DROP POLICY customers_tenant_fence ON customers; "
        f"CREATE POLICY customers_tenant_fence ON customers USING ({_IS_OURS}) WITH CHECK ({_IS_OURS})",
        ("create_policy", "customers_tenant_fence"),
    ),
    "a missing policy": Drift("DROP POLICY customers_tenant_isolation ON customers", _NAMED),
    "a stray policy": Drift(
        "CREATE POLICY support ON customers TO {platform} USING (true)",
        ("drop_policy", "support", "customers"),
    ),
    "a stray policy on a table of nobody's": Drift(
        "CREATE POLICY hidden ON control.directory USING (false)",
        ("drop_policy", "hidden", "control.directory"),
    ),
    "row-level security disabled": Drift(
        "ALTER TABLE customers DISABLE ROW LEVEL SECURITY", ("enable_and_force_rls", "customers")
    ),
    "NO FORCE": Drift(
        "ALTER TABLE customers NO FORCE ROW LEVEL SECURITY", ("enable_and_force_rls", "customers")
    ),
    "row-level security where none is declared": Drift(
        "ALTER TABLE control.directory ENABLE ROW LEVEL SECURITY", ("disable_rls", "control.directory")
    ),
}
GRANTS = {
    "a missing grant": Drift(
        "REVOKE UPDATE ON customers FROM {app}", ("grant", "UPDATE", "customers", "app")
    ),
    "a missing grant on a column": Drift(
        "REVOKE UPDATE (settings) ON tenants FROM {app}", ("grant", "UPDATE (settings)", "tenants")
    ),
    "a stray grant": Drift(
        "GRANT TRUNCATE ON customers TO {app}", ("revoke", "TRUNCATE", "customers", "app")
    ),
    "a stray grant to another role": Drift(
        "GRANT SELECT ON customers TO {platform}", ("revoke", "SELECT", "customers", "platform")
    ),
    "a stray grant to PUBLIC": Drift("GRANT SELECT ON customers TO PUBLIC", ("revoke", "SELECT", "public")),
    "a stray grant on a column": Drift(
        "GRANT UPDATE (status) ON tenants TO {app}", ("revoke", "UPDATE (status)", "tenants", "app")
    ),
    "a stray grant in the control schema": Drift(
        "GRANT SELECT ON control.directory TO {app}", ("revoke", "control.directory", "app")
    ),
    "a stray grant on the revision": Drift(
        "GRANT UPDATE ON alembic_version TO {app}", ("revoke", "alembic_version", "app")
    ),
    "another owner of a table": Drift(
        "ALTER TABLE customers OWNER TO {platform}", ("change_owner", "TABLE customers", "platform", "owner")
    ),
}
_REPLACED = ("replace_function", "tenancy.current_tenant_id()")
FUNCTIONS = {
    "another body": Drift(
        "CREATE OR REPLACE FUNCTION tenancy.current_tenant_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL "
        "RESTRICTED RETURN (tenancy.current_context())[3]::uuid",
        _REPLACED,
    ),
    "another volatility": Drift("ALTER FUNCTION tenancy.current_tenant_id() IMMUTABLE", _REPLACED),
    "LEAKPROOF": Drift("ALTER FUNCTION tenancy.current_tenant_id() LEAKPROOF", _REPLACED),
    "SECURITY DEFINER": Drift("ALTER FUNCTION tenancy.current_tenant_id() SECURITY DEFINER", _REPLACED),
    "SECURITY INVOKER for DEFINER": Drift(
        "ALTER FUNCTION tenancy.find_tenant(text) SECURITY INVOKER", ("replace_function", "find_tenant")
    ),
    "another search_path": Drift(
        "ALTER FUNCTION tenancy.find_tenant(text) SET search_path = public",
        ("replace_function", "find_tenant"),
    ),
    "no search_path": Drift(
        "ALTER FUNCTION tenancy.find_tenant(text) RESET search_path", ("replace_function", "find_tenant")
    ),
    "another owner of a function": Drift(
        "ALTER FUNCTION tenancy.find_tenant(text) OWNER TO {owner}",
        ("change_owner", "find_tenant", "owner", "directory"),
    ),
    "another owner, with the same grants": Drift(
        "ALTER FUNCTION tenancy.current_context() OWNER TO {platform}; "
        "GRANT EXECUTE ON FUNCTION tenancy.current_context() TO {owner}",
        ("change_owner", "current_context", "platform", "owner"),
    ),
    "a stray EXECUTE": Drift(
        "GRANT EXECUTE ON FUNCTION tenancy.find_tenant(text) TO {platform}",
        ("revoke", "EXECUTE", "find_tenant", "platform"),
    ),
    "EXECUTE to PUBLIC": Drift(
        "GRANT EXECUTE ON FUNCTION tenancy.bind(text) TO PUBLIC", ("revoke", "EXECUTE", "bind", "public")
    ),
    "a missing EXECUTE": Drift(
        "REVOKE EXECUTE ON FUNCTION tenancy.find_tenant(text) FROM {app}", ("grant", "EXECUTE", "find_tenant")
    ),
    "a missing function": Drift(
        "DROP FUNCTION tenancy.find_tenant(text)", ("create_function", "tenancy.find_tenant(text)")
    ),
    "a stray function": Drift(
        "CREATE FUNCTION tenancy.bind(tenant uuid) RETURNS text RETURN 'active'",
        ("drop_function", "tenancy.bind(uuid)"),
    ),
}
KEYS = {
    "a primary key without the tenant": Drift(
        "ALTER TABLE todos DROP CONSTRAINT todos_pkey, ADD CONSTRAINT todos_pkey PRIMARY KEY (id)",
        ("PrimaryKeyConstraint", "todos"),
    ),
    "a primary key in another order": Drift(
        "ALTER TABLE todos DROP CONSTRAINT todos_pkey, ADD CONSTRAINT todos_pkey PRIMARY KEY (id, tenant_id)",
        ("PrimaryKeyConstraint", "todos"),
    ),
    "a unique key without the tenant": Drift(
        "ALTER TABLE api_keys DROP CONSTRAINT uniq_api_keys_tenant_id_prefix, "
        "ADD CONSTRAINT uniq_api_keys_tenant_id_prefix UNIQUE (prefix)",
        ("remove_constraint", "add_constraint", "UniqueConstraint", "api_keys", "prefix"),
    ),
    "a further unique key without the tenant": Drift(
        "CREATE UNIQUE INDEX uniq_customers_phone ON customers (phone)", ("uniq_customers_phone",)
    ),
    "a missing foreign key": Drift(
        "ALTER TABLE customers DROP CONSTRAINT fk_customers_tenants",
        ("create_scoped_foreign_key", "fk_customers_tenants"),
    ),
    "a further foreign key without the tenant": Drift(
        "CREATE UNIQUE INDEX uniq_customers_id ON customers (id); "
        "ALTER TABLE api_keys ADD CONSTRAINT fk_api_keys_customers "
        "FOREIGN KEY (id) REFERENCES customers (id)",
        ("drop_scoped_foreign_key", "fk_api_keys_customers"),
    ),
    "a tenant_id that may be missing": Drift(
        "ALTER TABLE todos DROP CONSTRAINT todos_pkey, ALTER tenant_id DROP NOT NULL",
        ("modify_nullable", "todos", "tenant_id"),
    ),
    "a tenant_id that is not filled in": Drift(
        "ALTER TABLE customers ALTER tenant_id DROP DEFAULT", ("modify_default", "customers", "tenant_id")
    ),
}
VIEWS = {
    "a stray view": Drift("CREATE VIEW everybody AS SELECT * FROM customers", ("drop_view", "everybody")),
    "a stray view of the right kind": Drift(
        "CREATE VIEW control.everybody WITH (security_invoker) AS SELECT * FROM customers",
        ("drop_view", "control.everybody"),
    ),
}
