-- warning: A policy to a list of roles: the owner under FORCE, and every other role, then meets none.
SELECT format('%I on %s', p.polname, t.name),
       'TO ' || (SELECT string_agg(r::regrole::text, ', ') FROM unnest(p.polroles) AS r),
       format('ALTER POLICY %I ON %s TO PUBLIC', p.polname, t.name)
FROM ({{scoped_tables}}) AS t JOIN pg_policy p ON p.polrelid = t.oid
WHERE p.polroles <> '{0}';
