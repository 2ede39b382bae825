-- error: The application may make, remove or rename tenants.
SELECT t.name, format('%s has %s%s', g.grantee_name, g.privilege_type, ' on ' || g.column_name),
       format('REVOKE %s ON %s FROM %s', g.privilege_type, t.name, g.grantee_name)
FROM ({{scoped_tables}}) AS t
JOIN ({{table_grants}}) AS g ON g.relation = t.oid
JOIN ({{our_roles}}) AS r ON r.oid = g.grantee AND r.purpose = 'app'
WHERE t.is_root AND g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE') AND coalesce(g.column_name, t.key) = t.key;
