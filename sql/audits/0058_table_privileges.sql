-- error: A role that serves requests may empty a table, refer to it or put triggers on it, past every policy.
SELECT g.name, format('%s has %s', g.grantee_name, g.privilege_type),
       format('REVOKE %s ON %s FROM %s', g.privilege_type, g.name, g.grantee_name)
FROM ({{table_grants}}) AS g
JOIN ({{request_roles}}) AS r ON r.oid = g.grantee AND r.oid <> 0
WHERE g.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER');
