-- error: A table that is declared to be no tenant's has policies, and they are not enforced.
SELECT r.name, 'has policies, and row-level security is not enabled',
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.name)
FROM ({{relations}}) AS r
WHERE r.name = ANY ({{unscoped_tables}}) AND NOT r.relrowsecurity
  AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = r.oid);
