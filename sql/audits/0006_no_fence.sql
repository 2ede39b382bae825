-- error: A tenants' table without a fence: one careless policy opens it, and conditions may come before its policy.
SELECT t.name, 'no restrictive policy of the tenant''s predicate, in COALESCE',
       format('DROP POLICY IF EXISTS %I ON %s; '
              'CREATE POLICY %1$I ON %2$s AS RESTRICTIVE USING (%3$s) WITH CHECK (%3$s)',
              t.relname || '_tenant_fence', t.name, t.fence)
FROM ({{scoped_tables}}) AS t
CROSS JOIN LATERAL (SELECT format('COALESCE(%s, false)', t.predicate) AS text) AS f
WHERE NOT t.is_child
  AND NOT EXISTS (SELECT FROM pg_policy p
                  WHERE p.polrelid = t.oid AND NOT p.polpermissive AND p.polcmd = '*' AND p.polroles = '{0}'
                    AND pg_get_expr(p.polqual, p.polrelid) = f.text
                    AND coalesce(pg_get_expr(p.polwithcheck, p.polrelid), f.text) = f.text);
