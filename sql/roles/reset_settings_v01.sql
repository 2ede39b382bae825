-- Every role may change its own defaults (ALTER ROLE CURRENT_USER SET ...), so an injection may leave one behind
-- for all later sessions.
DO $reset_settings$
DECLARE
    setting record;
BEGIN
    FOR setting IN
        SELECT s.setrole::regrole AS role, d.datname
        FROM pg_catalog.pg_db_role_setting s
        JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
        LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
        WHERE r.rolname IN ({{'app'}}, {{'platform'}})
    LOOP
        IF setting.datname IS NULL THEN
            EXECUTE format('ALTER ROLE %s RESET ALL', setting.role);
        ELSE
            EXECUTE format('ALTER ROLE %s IN DATABASE %I RESET ALL', setting.role, setting.datname);
        END IF;
    END LOOP;
END
$reset_settings$;
