-- The roles, with just the attributes they need. Only what differs is changed: before PostgreSQL 16 a role that
-- is not a superuser may not even name SUPERUSER, REPLICATION or BYPASSRLS in ALTER ROLE.
DO $create_roles$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT w.role, w.login, w.inherit, r.oid IS NULL AS missing, r.rolcanlogin, r.rolinherit, r.rolsuper,
               r.rolbypassrls, r.rolcreatedb, r.rolcreaterole, r.rolreplication
        FROM (VALUES ({{'owner'}}, true, false), ({{'app'}}, true, false), ({{'platform'}}, true, false),
                     ({{'directory'}}, false, false), ({{'sealer'}}, false, false),
                     ({{'watchdog'}}, {{watchdog_logs_in}}, true)) AS w (role, login, inherit)
        LEFT JOIN pg_catalog.pg_roles r ON r.rolname = w.role
    LOOP
        IF wanted.missing THEN
            EXECUTE format(
                'CREATE ROLE %I %s %s NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION',
                wanted.role, CASE WHEN wanted.login THEN 'LOGIN' ELSE 'NOLOGIN' END,
                CASE WHEN wanted.inherit THEN 'INHERIT' ELSE 'NOINHERIT' END);
            CONTINUE;
        END IF;
        IF wanted.rolcanlogin <> wanted.login THEN
            EXECUTE format('ALTER ROLE %I %s', wanted.role,
                           CASE WHEN wanted.login THEN 'LOGIN' ELSE 'NOLOGIN' END);
        END IF;
        IF wanted.rolinherit <> wanted.inherit THEN
            EXECUTE format('ALTER ROLE %I %s', wanted.role,
                           CASE WHEN wanted.inherit THEN 'INHERIT' ELSE 'NOINHERIT' END);
        END IF;
        IF wanted.rolsuper THEN EXECUTE format('ALTER ROLE %I NOSUPERUSER', wanted.role); END IF;
        IF wanted.rolbypassrls THEN EXECUTE format('ALTER ROLE %I NOBYPASSRLS', wanted.role); END IF;
        IF wanted.rolcreatedb THEN EXECUTE format('ALTER ROLE %I NOCREATEDB', wanted.role); END IF;
        IF wanted.rolcreaterole THEN EXECUTE format('ALTER ROLE %I NOCREATEROLE', wanted.role); END IF;
        IF wanted.rolreplication THEN EXECUTE format('ALTER ROLE %I NOREPLICATION', wanted.role); END IF;
    END LOOP;
END
$create_roles$;
