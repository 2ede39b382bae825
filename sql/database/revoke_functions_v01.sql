-- REVOKE only warns where the role may not: what came of it is read back by verify.
DO $revoke_functions$
DECLARE
    denied record;
    keeper name;
BEGIN
    FOR denied IN
        SELECT p.oid, p.oid::regprocedure AS signature, d.kept_by
        FROM ({{denied_functions}}) AS d (measure, names, kept_by)
        JOIN pg_catalog.pg_proc p ON p.proname LIKE ANY (d.names)
        WHERE p.pronamespace = 'pg_catalog'::regnamespace
          -- Of ts_rewrite, the form that takes a query's text.
          AND NOT (p.proname = 'ts_rewrite' AND p.pronargs = 3)
    LOOP
        IF has_function_privilege('public', denied.oid, 'EXECUTE')
           OR has_function_privilege({{'app'}}, denied.oid, 'EXECUTE')
           OR has_function_privilege({{'platform'}}, denied.oid, 'EXECUTE')
              AND NOT {{'platform'}} = ANY (denied.kept_by)
        THEN
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC, {{app}}, {{platform}}', denied.signature);
        END IF;
        FOREACH keeper IN ARRAY denied.kept_by LOOP
            IF NOT has_function_privilege(keeper, denied.oid, 'EXECUTE')
               AND has_function_privilege(denied.oid, 'EXECUTE WITH GRANT OPTION') THEN
                EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', denied.signature, keeper);
            END IF;
        END LOOP;
    END LOOP;
END
$revoke_functions$;
