-- error: A SECURITY DEFINER function whose names somebody else may resolve: no pinned path, or pg_temp not last.
SELECT f.signature, coalesce(s.setting, 'no search_path is pinned'),
       format('ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp', f.signature)
FROM ({{functions}}) AS f
LEFT JOIN LATERAL (SELECT c AS setting FROM unnest(f.proconfig) AS c WHERE c LIKE 'search\_path=%') AS s ON true
WHERE f.prosecdef
  AND (s.setting IS NULL OR s.setting !~ '^search_path=.*\mpg_temp"?$' OR s.setting ~ '\mpg_temp\M.*\mpg_temp\M'
       OR s.setting ~ '\$user');
