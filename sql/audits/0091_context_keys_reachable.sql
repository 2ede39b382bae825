-- error: Somebody but the function that verifies contexts may read or write the keys they are sealed with.
SELECT 'tenancy.context_keys', format('%s may %s', g.grantee_name, g.privilege_type),
       format('REVOKE %s%s ON tenancy.context_keys FROM %s', g.privilege_type,
              coalesce(' (' || quote_ident(g.column_name) || ')', ''), g.grantee_name)
FROM ({{table_grants}}) AS g
WHERE g.relation = to_regclass('tenancy.context_keys')
  AND (g.privilege_type, g.grantee_name) <> ('SELECT', quote_ident({{'sealer'}}))
UNION ALL
SELECT r.rolname, 'reads everything, and so tenancy.context_keys',
       format('REVOKE pg_read_all_data FROM %I', r.rolname)
FROM pg_roles r
WHERE to_regclass('tenancy.context_keys') IS NOT NULL AND r.rolcanlogin AND NOT r.rolsuper
  AND has_database_privilege(r.oid, current_database(), 'CONNECT')
  AND pg_has_role(r.oid, 'pg_read_all_data', 'MEMBER')
  AND r.rolname NOT IN ({{'app'}}, {{'platform'}}, {{'owner'}}, {{'watchdog'}});
