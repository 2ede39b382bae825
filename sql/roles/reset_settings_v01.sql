-- Every role may change its own defaults (ALTER ROLE CURRENT_USER SET ...), so an injection may leave one behind
-- for all later sessions. The one that the operator sets stays.
DO $reset_settings$
DECLARE
    setting record;
BEGIN
    FOR setting IN
        SELECT s.setrole::regrole AS role, d.datname, pg_catalog.split_part(c.setting, '=', 1) AS name
        FROM pg_catalog.pg_db_role_setting s
        JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
        WHERE r.rolname IN ({{'app'}}, {{'platform'}})
          AND NOT (s.setdatabase = 0 AND c.setting LIKE 'temp\_file\_limit=%')
    LOOP
        IF setting.datname IS NULL THEN
            EXECUTE format('ALTER ROLE %s RESET %s', setting.role, setting.name);
        ELSE
            EXECUTE format('ALTER ROLE %s IN DATABASE %I RESET %s', setting.role, setting.datname, setting.name);
        END IF;
    END LOOP;
END
$reset_settings$;
