-- warning: A role that serves requests may VACUUM, CLUSTER, REINDEX or LOCK a table (since PostgreSQL 17).
SELECT g.name, format('%s has MAINTAIN', g.grantee_name),
       format('REVOKE MAINTAIN ON %s FROM %s', g.name, g.grantee_name)
FROM ({{table_grants}}) AS g
JOIN ({{request_roles}}) AS r ON r.oid = g.grantee AND r.oid <> 0
WHERE g.privilege_type = 'MAINTAIN';
