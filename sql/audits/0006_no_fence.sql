-- warning: A tenants' table without a restrictive policy of the tenant's predicate: one careless policy opens it.
SELECT t.name, 'no restrictive policy of the tenant''s predicate',
       format('DROP POLICY IF EXISTS %I ON %s; '
              'CREATE POLICY %1$I ON %2$s AS RESTRICTIVE USING (%3$s) WITH CHECK (%3$s)',
              t.relname || '_tenant_fence', t.name, t.written)
FROM ({{scoped_tables}}) AS t
WHERE NOT t.is_child
  AND NOT EXISTS (SELECT FROM pg_policy p
                  WHERE p.polrelid = t.oid AND NOT p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}'
                    AND pg_get_expr(p.polqual, p.polrelid) = t.predicate
                    AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), t.predicate) = t.predicate);
