-- Calls that load each library of this database's functions, whose settings are known from then on: without a value a
-- strict function is looked up, and not run.
SELECT DISTINCT ON (p.probin) format('SELECT %s(%s) FROM (SELECT NULL AS n OFFSET 0) AS q', p.oid::regproc, a.given)
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang AND l.lanname = 'c'
JOIN pg_catalog.pg_namespace s ON s.oid = p.pronamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.string_agg(format('q.n::%s', pg_catalog.format_type(t.oid, NULL)), ', ') AS given,
           bool_and(t.typtype <> 'p') AS has_values
    FROM pg_catalog.unnest(p.proargtypes) AS t_oid JOIN pg_catalog.pg_type t ON t.oid = t_oid) AS a
WHERE p.proisstrict AND p.prokind = 'f' AND NOT p.proretset AND a.has_values
  AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE') AND pg_catalog.has_schema_privilege(s.oid, 'USAGE')
ORDER BY p.probin, p.oid
