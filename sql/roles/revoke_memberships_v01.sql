-- A membership lends rights or a SET ROLE: the roles that serve requests, and those that own definer
-- functions, have none; the watchdog has the application's alone. Since PostgreSQL 16 each grantor's grant is revoked on its own.
DO $revoke_memberships$
DECLARE
    membership record;
BEGIN
    FOR membership IN
        SELECT m.roleid::regrole AS granted, m.member::regrole AS member, m.grantor::regrole AS grantor
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles r ON r.oid = m.member
        WHERE r.rolname IN ({{'app'}}, {{'platform'}}, {{'directory'}}, {{'sealer'}})
           OR r.rolname = {{'watchdog'}} AND m.roleid <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = {{'app'}})
    LOOP
        EXECUTE format('REVOKE %s FROM %s GRANTED BY %s CASCADE',
                       membership.granted, membership.member, membership.grantor);
    END LOOP;
END
$revoke_memberships$;
