-- warning: Tenants' rows are granted to a role that serves no tenant.
SELECT t.name, format('%s has %s', g.grantee_name, string_agg(DISTINCT g.privilege_type, ', ')),
       format('REVOKE ALL ON %s FROM %s', t.name, g.grantee_name)
FROM ({{scoped_tables}}) AS t
JOIN ({{table_grants}}) AS g ON g.relation = t.oid AND g.grantee <> 0
LEFT JOIN ({{our_roles}}) AS r ON r.oid = g.grantee
WHERE coalesce(r.purpose, '') NOT IN ('owner', 'app') AND NOT (t.is_root AND coalesce(r.purpose, '') = 'platform')
GROUP BY t.name, g.grantee_name;
