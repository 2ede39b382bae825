"""Tables whose policies do not bind, or that have none."""

from __future__ import annotations

from tests.integration.rls.audit.story import PROJECT, Story, scratch
from tests.isolation.tables import scoped_tables

STORIES = (
    Story(
        check="0001_rls_disabled",
        object="public.customers",
        broken="ALTER TABLE customers DISABLE ROW LEVEL SECURITY",
    ),
    Story(
        check="0001_rls_disabled",
        object="public.tenants",
        broken="""ALTER TABLE tenants DISABLE ROW LEVEL SECURITY""",
    ),
    Story(
        check="0002_rls_not_forced",
        object="public.customers",
        broken="ALTER TABLE customers NO FORCE ROW LEVEL SECURITY",
    ),
    Story(
        check="0003_no_policy",
        object="public.customers",
        broken="DROP POLICY customers_tenant_isolation ON customers",
    ),
    Story(
        check="0003_no_policy",
        object="public.tenants",
        broken="DROP POLICY tenants_tenant_isolation ON tenants",
    ),
    Story(
        check="0004_policies_not_enforced",
        object="control.directory",
        broken="CREATE POLICY everyone ON control.directory USING (true)",
    ),
    Story(
        check="0005_undeclared_table",
        object="public.countries",
        broken="CREATE TABLE countries (code text PRIMARY KEY); GRANT SELECT ON countries TO {app}",
    ),
    Story(
        check="0005_undeclared_table",
        object="public.countries",
        broken="CREATE TABLE countries (code text PRIMARY KEY); GRANT SELECT (code) ON countries TO {app}",
    ),
    Story(
        check="0006_no_fence",
        object="public.customers",
        broken="DROP POLICY customers_tenant_fence ON customers",
    ),
    Story(
        check="0006_no_fence",
        object="public.customers",
        broken="""DROP POLICY customers_tenant_fence ON customers;
                  CREATE POLICY customers_tenant_fence ON customers AS RESTRICTIVE FOR SELECT
                  USING (tenant_id = (SELECT tenancy.current_tenant_id()))""",
    ),
    Story(
        check="0076_child_reachable",
        object="public.scratch_part",
        broken="""CREATE TABLE scratch_part (LIKE customers INCLUDING ALL);
                  ALTER TABLE scratch_part OWNER TO {owner}, INHERIT customers,
                  ADD FOREIGN KEY (tenant_id) REFERENCES tenants (id);
                  GRANT SELECT ON scratch_part TO {app}""",
    ),
    Story(
        check="0077_child_without_policy",
        object="public.events_1",
        broken="""CREATE TABLE events (tenant_id uuid NOT NULL REFERENCES tenants (id), id uuid,
                                       PRIMARY KEY (tenant_id, id)) PARTITION BY HASH (tenant_id);
                  ALTER TABLE events OWNER TO {owner}, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
                  CREATE POLICY events_tenant_isolation ON events
                      USING (tenant_id = (SELECT tenancy.current_tenant_id()))
                      WITH CHECK (tenant_id = (SELECT tenancy.current_tenant_id()));
                  CREATE POLICY events_tenant_fence ON events AS RESTRICTIVE
                      USING (coalesce(tenant_id = (SELECT tenancy.current_tenant_id()), false))
                      WITH CHECK (coalesce(tenant_id = (SELECT tenancy.current_tenant_id()), false));
                  CREATE TABLE events_1 PARTITION OF events FOR VALUES WITH (MODULUS 1, REMAINDER 0);
                  ALTER TABLE events_1 OWNER TO {owner}""",
    ),
    Story(
        check="0078_foreign_table",
        object="public.elsewhere",
        broken="""CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
                  CREATE FOREIGN TABLE elsewhere (tenant_id uuid) SERVER nowhere""",
    ),
    Story(
        check="0079_foreign_server",
        object="nowhere",
        broken="""CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
                  GRANT USAGE ON FOREIGN SERVER nowhere TO {app}""",
    ),
    Story(
        check="0079_foreign_server",
        object="nowhere",
        broken="""CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER nowhere FOREIGN DATA WRAPPER nothing;
                  CREATE USER MAPPING FOR {app} SERVER nowhere""",
    ),
    Story(
        check="0080_publication_without_filter",
        object="outbound publishes public.customers",
        broken="CREATE PUBLICATION outbound FOR TABLE customers",
    ),
    Story(
        check="0080_publication_without_filter",
        object="everything publishes public.tenants",
        broken="CREATE PUBLICATION everything FOR ALL TABLES",
        also=frozenset(
            ("0080_publication_without_filter", f"everything publishes public.{table}")
            for table in scoped_tables()
            if table.name != "tenants"
        ),
    ),
    Story(
        check="0087_extension_reachable",
        object="dblink",
        broken="CREATE EXTENSION dblink",
        extension="dblink",
    ),
    Story(
        check="0088_owned_by_another",
        object="public.customers",
        broken="ALTER TABLE customers OWNER TO CURRENT_USER",
    ),
    Story(
        check="0088_owned_by_another",
        object="tenancy.current_tenant_id()",
        broken="ALTER FUNCTION tenancy.current_tenant_id() OWNER TO {directory}",
    ),
    Story(
        check="0089_unscoped_writable",
        object="public.countries",
        broken="""CREATE TABLE countries (code text PRIMARY KEY);
                  GRANT SELECT, UPDATE (code) ON countries TO {app}""",
        declared={"unscoped_tables": {**PROJECT.unscoped_tables, "public.countries": "the same for all"}},
    ),
    Story(
        check="0090_unscoped_holds_tenants",
        object="control.directory",
        broken="GRANT SELECT (subdomain) ON control.directory TO {app}",
    ),
    Story(
        check="0032_rule",
        object="kept on public.scratch",
        broken=scratch(then="CREATE RULE kept AS ON DELETE TO scratch DO INSTEAD NOTHING"),
    ),
)
