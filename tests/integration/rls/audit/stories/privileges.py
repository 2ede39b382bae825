"""Privileges that let a role do more than read and write its tenant's rows."""

from __future__ import annotations

from tests.integration.rls.audit.story import PROJECT, Story, scratch


def _granted(
    check: str, name: str, privileges: str, to: str = "{app}", on: str = "", **options: object
) -> Story:
    return Story(
        check=check,
        object=name,
        broken=f"GRANT {privileges} ON {on or name} TO {to}",
        **options,  # type: ignore[arg-type]
    )


STORIES = (
    _granted("0055_create_on_schema", "public", "CREATE", on="SCHEMA public"),
    _granted("0055_create_on_schema", "tenancy", "CREATE", to="PUBLIC", on="SCHEMA tenancy"),
    _granted("0056_database_privileges", "database {database}", "TEMPORARY", on="DATABASE {database}"),
    _granted("0056_database_privileges", "database {database}", "CONNECT", "PUBLIC", "DATABASE {database}"),
    _granted("0057_languages", "plpgsql", "USAGE", on="LANGUAGE plpgsql"),
    _granted("0057_languages", "sql", "USAGE", to="PUBLIC", on="LANGUAGE sql"),
    _granted("0058_table_privileges", "public.customers", "TRUNCATE"),
    _granted("0058_table_privileges", "public.customers", "TRIGGER"),
    _granted("0058_table_privileges", "public.customers", "REFERENCES (id)"),
    _granted("0059_maintain_privilege", "public.customers", "MAINTAIN", since=17),
    _granted("0060_public_relation", "public.customers", "SELECT", to="PUBLIC"),
    _granted("0060_public_relation", "public.customers", "UPDATE (name)", to="PUBLIC"),
    _granted("0061_public_schema", "public", "USAGE", to="PUBLIC", on="SCHEMA public"),
    Story(
        check="0062_default_privileges",
        object="defaults of {owner} in public",
        broken="ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {app}",
    ),
    Story(
        check="0062_default_privileges",
        object="defaults of {owner}",
        broken="ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE ON SEQUENCES TO PUBLIC",
    ),
    Story(
        check="0062_default_privileges",
        object="defaults of {app}",
        broken="ALTER DEFAULT PRIVILEGES FOR ROLE {app} GRANT SELECT ON TABLES TO PUBLIC",
    ),
    Story(
        check="0062_default_privileges",
        object="defaults of {owner}",
        broken="ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        detail="new FUNCTIONS are granted to PUBLIC",
    ),
    Story(
        check="0063_grant_option",
        object="public.customers",
        broken="GRANT SELECT ON customers TO {app} WITH GRANT OPTION",
    ),
    Story(
        check="0063_grant_option",
        object="tenancy.bind(text)",
        broken="GRANT EXECUTE ON FUNCTION tenancy.bind(text) TO {app} WITH GRANT OPTION",
    ),
    _granted("0064_tenants_writable", "public.tenants", "DELETE"),
    _granted("0064_tenants_writable", "public.tenants", "UPDATE (id)"),
    _granted("0065_unexpected_grantee", "public.customers", "SELECT", to="{platform}"),
    Story(
        check="0066_readable_sequence",
        object="public.numbers",
        broken="CREATE SEQUENCE numbers; GRANT SELECT ON SEQUENCE numbers TO {app}",
    ),
    Story(
        check="0067_parameter_privileges",
        object="backtrace_functions",
        broken="GRANT SET ON PARAMETER backtrace_functions TO {app}",
        afterwards="REVOKE SET ON PARAMETER backtrace_functions FROM {app}",
    ),
    _granted("0068_large_object_functions", "lo_get(oid)", "EXECUTE", on="FUNCTION lo_get(oid)"),
    _granted(
        "0069_system_functions", "pg_notify(text,text)", "EXECUTE", "PUBLIC", "FUNCTION pg_notify(text, text)"
    ),
    _granted(
        "0097_endless_functions",
        "arrayoverlap(anyarray,anyarray)",
        "EXECUTE",
        "PUBLIC",
        "FUNCTION arrayoverlap(anyarray, anyarray)",
    ),
    _granted("0070_system_views", "pg_stat_activity", "SELECT", on="pg_catalog.pg_stat_activity"),
    Story(check="0071_large_objects", object="large objects", broken="SELECT lo_create(0)"),
    Story(
        check="0072_maintenance_databases",
        object="database template1",
        broken="GRANT CONNECT ON DATABASE template1 TO PUBLIC",
        afterwards="REVOKE CONNECT ON DATABASE template1 FROM PUBLIC",
    ),
    Story(
        check="0005_undeclared_table",
        object="public.alembic_version",
        broken="SELECT 1",
        declared={
            "unscoped_tables": {
                name: reason
                for name, reason in PROJECT.unscoped_tables.items()
                if name != "public.alembic_version"
            }
        },
    ),
    Story(
        check="0065_unexpected_grantee",
        object="public.scratch",
        broken=scratch(then="GRANT SELECT ON scratch TO pg_monitor"),
    ),
    Story(
        check="0091_context_keys_reachable",
        object="tenancy.context_keys",
        broken="GRANT SELECT (ipad) ON tenancy.context_keys TO {app}",
    ),
    Story(
        check="0091_context_keys_reachable",
        object="tenancy.context_keys",
        broken="GRANT INSERT ON tenancy.context_keys TO {platform}",
    ),
)
