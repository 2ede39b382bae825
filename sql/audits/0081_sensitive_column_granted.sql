-- error: A column marked as sensitive may be read by others than the application, or than the function that verifies contexts.
SELECT s.object, format('%s may read it', g.grantee_name),
       format('REVOKE SELECT%s ON %s FROM %s', ' (' || quote_ident(g.column_name) || ')', g.name, g.grantee_name)
FROM ({{sensitive_columns}}) AS s
JOIN ({{table_grants}}) AS g ON g.relation = s.attrelid AND coalesce(g.column_name, s.attname) = s.attname
WHERE g.privilege_type = 'SELECT' AND g.grantee_name NOT IN (quote_ident({{'app'}}), quote_ident({{'sealer'}}));
