-- The roles, with just the attributes they need. Only what differs is changed: before PostgreSQL 16 a role that
-- is not a superuser may not even name SUPERUSER, REPLICATION or BYPASSRLS in ALTER ROLE.
DO $create_roles$
DECLARE
    wanted record;
BEGIN
    FOR wanted IN
        SELECT w.role, w.login, r.oid IS NULL AS missing, r.rolcanlogin, r.rolinherit, r.rolsuper,
               r.rolbypassrls, r.rolcreatedb, r.rolcreaterole, r.rolreplication
        FROM (VALUES ({{'owner'}}, true), ({{'app'}}, true), ({{'platform'}}, true), ({{'directory'}}, false),
                     ({{'sealer'}}, false)) AS w (role, login)
        LEFT JOIN pg_catalog.pg_roles r ON r.rolname = w.role
    LOOP
        IF wanted.missing THEN
            EXECUTE format(
                'CREATE ROLE %I %s NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT',
                wanted.role, CASE WHEN wanted.login THEN 'LOGIN' ELSE 'NOLOGIN' END);
            CONTINUE;
        END IF;
        IF wanted.rolcanlogin <> wanted.login THEN
            EXECUTE format('ALTER ROLE %I %s', wanted.role,
                           CASE WHEN wanted.login THEN 'LOGIN' ELSE 'NOLOGIN' END);
        END IF;
        IF wanted.rolinherit THEN EXECUTE format('ALTER ROLE %I NOINHERIT', wanted.role); END IF;
        IF wanted.rolsuper THEN EXECUTE format('ALTER ROLE %I NOSUPERUSER', wanted.role); END IF;
        IF wanted.rolbypassrls THEN EXECUTE format('ALTER ROLE %I NOBYPASSRLS', wanted.role); END IF;
        IF wanted.rolcreatedb THEN EXECUTE format('ALTER ROLE %I NOCREATEDB', wanted.role); END IF;
        IF wanted.rolcreaterole THEN EXECUTE format('ALTER ROLE %I NOCREATEROLE', wanted.role); END IF;
        IF wanted.rolreplication THEN EXECUTE format('ALTER ROLE %I NOREPLICATION', wanted.role); END IF;
    END LOOP;
END
$create_roles$;
