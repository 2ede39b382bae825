-- error: A role that serves requests may grant on what it was granted.
SELECT g.name, format('%s may grant %s', g.grantee_name, g.privilege_type),
       format('REVOKE GRANT OPTION FOR %s%s ON %s FROM %s CASCADE', g.privilege_type,
              ' (' || quote_ident(g.column_name) || ')', g.written, g.grantee_name)
FROM ({{table_grants}}) AS g
JOIN ({{request_roles}}) AS r ON r.oid = g.grantee
WHERE g.is_grantable
UNION ALL
SELECT f.signature, format('%s may grant EXECUTE', r.name),
       format('REVOKE GRANT OPTION FOR EXECUTE ON FUNCTION %s FROM %s CASCADE', f.signature, r.quoted)
FROM ({{functions}}) AS f
CROSS JOIN LATERAL aclexplode(f.proacl) AS a
JOIN ({{request_roles}}) AS r ON r.oid = a.grantee
WHERE a.is_grantable;
