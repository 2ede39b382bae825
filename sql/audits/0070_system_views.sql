-- warning: A system view that shows other sessions is readable.
SELECT c.relname, format('%s may read it', g.name),
       format('REVOKE SELECT ON pg_catalog.%I FROM %s', c.relname, g.quoted)
FROM pg_class c
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND a.privilege_type = 'SELECT' AND g.name <> {{'platform'}}
  AND c.relname IN ('pg_stat_activity', 'pg_locks', 'pg_stat_replication', 'pg_stat_ssl', 'pg_stat_gssapi',
                    'pg_largeobject_metadata');
