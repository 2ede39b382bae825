-- Partitions and inheriting tables that, asked directly, are not isolated: the parent's policies do not reach them.
SELECT t.*, concat_ws(', ', CASE WHEN NOT t.relrowsecurity THEN 'row-level security is not enabled' END,
                      CASE WHEN NOT t.relforcerowsecurity THEN 'not forced' END,
                      CASE WHEN NOT p.found THEN 'no policy' END) AS faults,
       EXISTS (SELECT FROM ({{table_grants}}) AS g WHERE g.relation = t.oid) AS reachable,
       format('ALTER TABLE %1$s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', t.name)
       || CASE WHEN p.found THEN ''
               ELSE format('; CREATE POLICY %1$I ON %3$s USING (%4$s) WITH CHECK (%4$s); '
                           'CREATE POLICY %2$I ON %3$s AS RESTRICTIVE USING (%5$s) WITH CHECK (%5$s)',
                           t.relname || '_tenant_isolation', t.relname || '_tenant_fence', t.name, t.written, t.fence)
               END AS repair
FROM ({{scoped_tables}}) AS t
CROSS JOIN LATERAL (
    SELECT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = t.oid AND p.polpermissive) AS found) AS p
WHERE t.is_child AND NOT (t.relrowsecurity AND t.relforcerowsecurity AND p.found)
