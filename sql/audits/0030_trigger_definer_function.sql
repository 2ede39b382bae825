-- error: A trigger on a tenants' table runs a SECURITY DEFINER function: it writes past the writer's policies.
SELECT format('%I on %s', g.tgname, t.name), format('runs %s as %s', f.signature, f.proowner::regrole),
       format('ALTER FUNCTION %s SECURITY INVOKER', f.signature)
FROM ({{scoped_tables}}) AS t
JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
JOIN ({{functions}}) AS f ON f.oid = g.tgfoid
WHERE f.prosecdef AND f.signature <> ALL ({{definer_functions}});
