-- error: A foreign table holds tenants' rows or is granted: no policy can be put on it.
SELECT r.name, 'is a foreign table', format('DROP FOREIGN TABLE %s', r.name)
FROM ({{relations}}) AS r
WHERE r.relkind = 'f' AND r.name <> ALL ({{unscoped_tables}})
  AND (EXISTS (SELECT FROM pg_attribute a
               WHERE a.attrelid = r.oid AND a.attname = {{'tenant_column'}} AND NOT a.attisdropped)
       OR EXISTS (SELECT FROM ({{table_grants}}) AS g WHERE g.relation = r.oid));
