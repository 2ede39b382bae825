-- warning: A role that serves requests may read or draw from a sequence: its values tell how much all write.
SELECT g.name, format('%s has %s', g.grantee_name, string_agg(DISTINCT g.privilege_type, ', ')),
       format('REVOKE ALL ON SEQUENCE %s FROM %s', g.name, g.grantee_name)
FROM ({{table_grants}}) AS g
JOIN ({{request_roles}}) AS r ON r.oid = g.grantee AND r.oid <> 0
WHERE g.relkind = 'S'
GROUP BY g.name, g.grantee_name;
