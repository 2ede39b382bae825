-- They are not prepared: there the application's role could run code and make temporary tables.
DO $revoke_maintenance_databases$
DECLARE
    maintenance name;
BEGIN
    FOR maintenance IN
        SELECT d.datname FROM pg_catalog.pg_database d
        WHERE d.datname IN ('postgres', 'template1') AND d.datname <> current_database()
          AND pg_catalog.has_database_privilege('public', d.oid, 'CONNECT, TEMPORARY')
    LOOP
        EXECUTE format('REVOKE CONNECT, TEMPORARY ON DATABASE %I FROM PUBLIC', maintenance);
    END LOOP;
END
$revoke_maintenance_databases$;
