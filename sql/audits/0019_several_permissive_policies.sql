-- warning: Several permissive policies for one command: a row needs to satisfy only one of them.
SELECT t.name, format('%s for %s', string_agg(p.polname, ', ' ORDER BY p.polname), c.command),
       CASE WHEN bool_or(p.polname = t.relname || '_tenant_isolation')
            THEN string_agg(format('DROP POLICY %I ON %s', p.polname, t.name), '; ' ORDER BY p.polname)
                 FILTER (WHERE p.polname <> t.relname || '_tenant_isolation')
            ELSE '-- keep one of them, make further conditions RESTRICTIVE' END
FROM ({{scoped_tables}}) AS t
JOIN pg_policy p ON p.polrelid = t.oid AND p.polpermissive
JOIN (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE')) AS c (code, command)
     ON p.polcmd::text IN ('*', c.code)
GROUP BY t.name, t.relname, c.command
HAVING count(*) > 1;
