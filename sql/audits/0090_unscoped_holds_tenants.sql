-- error: A table that is declared to be no tenant's names tenants in its rows, and the application may read them.
SELECT g.name, format('%s has %s', g.grantee_name, string_agg(DISTINCT g.privilege_type, ', ')),
       format('REVOKE ALL ON %s FROM %s', g.name, g.grantee_name)
FROM ({{table_grants}}) AS g
JOIN ({{our_roles}}) AS r ON r.oid = g.grantee AND r.purpose = 'app'
JOIN pg_attribute a ON a.attrelid = g.relation AND a.attname = {{'tenant_column'}} AND NOT a.attisdropped
WHERE g.name = ANY ({{unscoped_tables}}) AND g.privilege_type = 'SELECT'
GROUP BY g.name, g.grantee_name;
