-- Migrations, as the owner, hand definer functions to the directory and sealer roles. A bootstrap role that is not a
-- superuser becomes a member of the owner, or it could not give it schemas and databases.
GRANT {{directory}}, {{sealer}} TO {{owner}};
-- The watchdog has the application's rights, by which it may end that role's sessions, and those alone. It becomes the
-- role to undo what that was left (ALTER ROLE CURRENT_USER SET ...), which since PostgreSQL 16 is a right of its own.
DO $grant_memberships$
DECLARE
    is_split CONSTANT boolean := current_setting('server_version_num')::integer >= 160000;
BEGIN
    IF NOT pg_catalog.pg_has_role({{'watchdog'}}, {{'app'}}, 'USAGE')
       OR NOT pg_catalog.pg_has_role({{'watchdog'}}, {{'app'}}, CASE WHEN is_split THEN 'SET' ELSE 'MEMBER' END) THEN
        EXECUTE 'GRANT {{app}} TO {{watchdog}}' || CASE WHEN is_split THEN ' WITH INHERIT TRUE, SET TRUE' ELSE '' END;
    END IF;
    IF NOT pg_catalog.pg_has_role(current_user, {{'owner'}}, 'USAGE') THEN
        GRANT {{owner}} TO CURRENT_USER;
    END IF;
END
$grant_memberships$;
