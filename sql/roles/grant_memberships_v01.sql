-- Migrations, as the owner, hand definer functions to the directory and sealer roles. A bootstrap role that is not a
-- superuser becomes a member of the owner, or it could not give it schemas and databases.
GRANT {{directory}}, {{sealer}} TO {{owner}};
-- The watchdog has the application's rights, by which it may end that role's sessions, and those alone.
DO $grant_memberships$
BEGIN
    IF NOT pg_catalog.pg_has_role({{'watchdog'}}, {{'app'}}, 'USAGE') THEN
        -- Since PostgreSQL 16 the right to become the role can be kept back.
        EXECUTE 'GRANT {{app}} TO {{watchdog}}'
            || CASE WHEN current_setting('server_version_num')::integer < 160000 THEN ''
                    ELSE ' WITH INHERIT TRUE, SET FALSE' END;
    END IF;
    IF NOT pg_catalog.pg_has_role(current_user, {{'owner'}}, 'USAGE') THEN
        GRANT {{owner}} TO CURRENT_USER;
    END IF;
END
$grant_memberships$;
