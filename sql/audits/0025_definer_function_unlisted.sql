-- error: A SECURITY DEFINER function that the configuration does not list.
SELECT f.signature, format('runs with the rights of %s', f.proowner::regrole),
       format('ALTER FUNCTION %s SECURITY INVOKER', f.signature)
FROM ({{functions}}) AS f
WHERE f.prosecdef AND f.signature <> ALL ({{definer_functions}})
  AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgfoid = f.oid);
