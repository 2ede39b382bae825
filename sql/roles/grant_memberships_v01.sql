-- Migrations, as the owner, hand definer functions to the directory and sealer roles. A bootstrap role that is not a
-- superuser becomes a member of the owner, or it could not give it schemas and databases.
GRANT {{directory}}, {{sealer}} TO {{owner}};
DO $grant_memberships$
BEGIN
    IF NOT pg_catalog.pg_has_role(current_user, {{'owner'}}, 'USAGE') THEN
        GRANT {{owner}} TO CURRENT_USER;
    END IF;
END
$grant_memberships$;
