-- error: A role that serves requests may make temporary tables or schemas here, or anyone may connect.
SELECT 'database ' || d.datname, format('%s has %s', g.name, a.privilege_type),
       format('REVOKE %s ON DATABASE %I FROM %s', a.privilege_type, d.datname, g.quoted)
FROM pg_database d
CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
WHERE d.datname = current_database() AND (a.privilege_type <> 'CONNECT' OR g.oid = 0);
