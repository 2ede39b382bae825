-- error: The application reaches a table that is no tenant's, and nobody has said why.
SELECT r.name, format('granted to %s; has neither a tenant column nor a policy', g.name),
       format('REVOKE ALL ON %s FROM %s', r.name, g.quoted)
FROM ({{relations}}) AS r
CROSS JOIN ({{request_roles}}) AS g
WHERE r.relkind IN ('r', 'p') AND r.name <> ALL ({{unscoped_tables}}) AND g.name <> {{'platform'}}
  AND r.oid NOT IN (SELECT t.oid FROM ({{scoped_tables}}) AS t)
  AND (EXISTS (SELECT FROM aclexplode(r.relacl) a WHERE a.grantee = g.oid)
       OR EXISTS (SELECT FROM pg_attribute c CROSS JOIN LATERAL aclexplode(c.attacl) a
                  WHERE c.attrelid = r.oid AND a.grantee = g.oid));
