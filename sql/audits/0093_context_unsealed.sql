-- error: What verifies the tenants' contexts is not as it must be, or no policy asks it.
SELECT f.signature, w.fault, w.repair
FROM ({{functions}}) AS f
CROSS JOIN LATERAL (
    VALUES (NOT f.prosecdef, 'runs with its caller''s rights', format('ALTER FUNCTION %s SECURITY DEFINER', f.signature)),
           (f.proowner::regrole <> to_regrole(quote_ident({{'sealer'}})), format('belongs to %s', f.proowner::regrole),
            format('ALTER FUNCTION %s OWNER TO {{sealer}}', f.signature)),
           (f.proparallel <> 'r', 'may run in a parallel worker, which is another backend',
            format('ALTER FUNCTION %s PARALLEL RESTRICTED', f.signature)),
           (f.proconfig IS DISTINCT FROM ARRAY['search_path=pg_catalog, pg_temp'],
            'finds names by another path: ' || coalesce(array_to_string(f.proconfig, ', '), 'none is pinned'),
            format('ALTER FUNCTION %s RESET ALL; ALTER FUNCTION %s SET search_path = pg_catalog, pg_temp',
                   f.signature, f.signature)),
           (NOT f.in_policy, 'no policy asks it', '-- flask db check names the function that differs')
    ) AS w (holds, fault, repair)
WHERE f.oid = to_regprocedure('tenancy.verified_context()') AND w.holds;
