-- error: A role that serves requests may set a parameter that only superusers may.
SELECT p.parname, format('%s may %s it', g.name, a.privilege_type),
       format('REVOKE %s ON PARAMETER %s FROM %s', a.privilege_type, p.parname, g.quoted)
FROM pg_parameter_acl p
CROSS JOIN LATERAL aclexplode(p.paracl) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee;
