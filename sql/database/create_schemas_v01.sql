-- The owner owns every schema that migrations write to; PUBLIC reaches none of them.
CREATE SCHEMA IF NOT EXISTS public;
CREATE SCHEMA IF NOT EXISTS tenancy;
CREATE SCHEMA IF NOT EXISTS control;
ALTER SCHEMA public OWNER TO {{owner}};
ALTER SCHEMA tenancy OWNER TO {{owner}};
ALTER SCHEMA control OWNER TO {{owner}};
REVOKE ALL ON SCHEMA public, tenancy, control FROM PUBLIC, {{app}}, {{platform}}, {{directory}}, {{sealer}};
GRANT USAGE ON SCHEMA public, tenancy TO {{app}}, {{platform}};
GRANT USAGE ON SCHEMA tenancy TO {{sealer}};
GRANT USAGE ON SCHEMA control TO {{platform}}, {{directory}};
DO $revoke_create$
DECLARE
    schema name;
BEGIN
    FOR schema IN
        SELECT nspname FROM pg_catalog.pg_namespace n
        WHERE nspname !~ '^pg_(toast_)?temp_'
          AND (pg_catalog.has_schema_privilege('public', n.oid, 'CREATE')
               OR pg_catalog.has_schema_privilege({{'app'}}, n.oid, 'CREATE')
               OR pg_catalog.has_schema_privilege({{'platform'}}, n.oid, 'CREATE'))
    LOOP
        EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, {{app}}, {{platform}}', schema);
    END LOOP;
END
$revoke_create$;
