-- error: The application may write a table that is no tenant's: each tenant edits everyone's rows.
SELECT g.name, format('%s has %s', g.grantee_name, string_agg(DISTINCT g.privilege_type, ', ')),
       format('REVOKE INSERT, UPDATE, DELETE ON %s FROM %s', g.name, g.grantee_name)
FROM ({{table_grants}}) AS g
JOIN ({{our_roles}}) AS r ON r.oid = g.grantee AND r.purpose = 'app'
WHERE g.name = ANY ({{unscoped_tables}}) AND g.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
GROUP BY g.name, g.grantee_name;
