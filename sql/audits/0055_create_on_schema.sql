-- error: A role that serves requests may create in a schema: what it puts there, others may run.
SELECT n.nspname, format('%s has CREATE', g.name), format('REVOKE CREATE ON SCHEMA %I FROM %s', n.nspname, g.quoted)
FROM pg_namespace n
CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
WHERE a.privilege_type = 'CREATE' AND n.nspname !~ '^pg_(toast_)?temp_';
