-- Every role may change its own defaults (ALTER ROLE CURRENT_USER SET ...), so an injection may leave one behind
-- for all later sessions. The one that the operator sets stays. A superuser's RESET ALL takes also what RESET refuses,
-- since PostgreSQL 16; to others such a setting stays, without effect.
DO $reset_settings$
DECLARE
    is_superuser CONSTANT boolean := (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user);
    left_to record;
    setting text;
BEGIN
    FOR left_to IN
        SELECT format('%s %s', s.setrole::regrole, 'IN DATABASE ' || quote_ident(d.datname)) AS role,
               ARRAY(SELECT pg_catalog.split_part(c, '=', 1) FROM pg_catalog.unnest(s.setconfig) AS c
                      WHERE NOT (s.setdatabase = 0 AND c LIKE 'temp\_file\_limit=%')) AS settings,
               (SELECT pg_catalog.split_part(c, '=', 2) FROM pg_catalog.unnest(s.setconfig) AS c
                 WHERE s.setdatabase = 0 AND c LIKE 'temp\_file\_limit=%') AS temporary_files
        FROM pg_catalog.pg_db_role_setting s
        JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        WHERE r.rolname IN ({{'app'}}, {{'platform'}})
    LOOP
        CONTINUE WHEN pg_catalog.cardinality(left_to.settings) = 0;
        IF is_superuser THEN
            EXECUTE format('ALTER ROLE %s RESET ALL', left_to.role);
            IF left_to.temporary_files IS NOT NULL THEN
                EXECUTE format('ALTER ROLE %s SET temp_file_limit = %L', left_to.role, left_to.temporary_files);
            END IF;
            CONTINUE;
        END IF;
        FOREACH setting IN ARRAY left_to.settings LOOP
            IF NOT coalesce('NO_RESET' = ANY (pg_catalog.pg_settings_get_flags(setting)), false) THEN
                EXECUTE format('ALTER ROLE %s RESET %s', left_to.role, setting);
            END IF;
        END LOOP;
    END LOOP;
END
$reset_settings$;
