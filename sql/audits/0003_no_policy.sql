-- error: A tenants' table without a permissive policy: nobody sees a row, and the next policy decides alone.
SELECT t.name, 'no permissive policy',
       format('CREATE POLICY %I ON %s USING (%s) WITH CHECK (%3$s)', t.relname || '_tenant_isolation', t.name,
              t.written)
FROM ({{scoped_tables}}) AS t
WHERE NOT t.is_child AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive);
