-- PostgreSQL's own functions that a role may call though it has no use for them.
SELECT d.measure, p.oid::regprocedure::text AS signature, format('%s may call it', g.name) AS detail,
       format('REVOKE EXECUTE ON FUNCTION %s FROM %s', p.oid::regprocedure, g.quoted) AS repair
FROM ({{denied_functions}}) AS d (measure, names, kept_by)
JOIN pg_proc p ON p.proname LIKE ANY (d.names) AND p.pronamespace = 'pg_catalog'::regnamespace
              AND NOT (p.proname = 'ts_rewrite' AND p.pronargs = 3)
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
WHERE g.name <> ALL (d.kept_by)
