-- Reads the tenant context that the transaction was begun with: {version, tenant, actor, role, request}.
-- The only reader of the variable; whatever seals the context later changes this function and nothing above it.
CREATE FUNCTION tenancy.current_context() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
AS $body$
DECLARE
    parts CONSTANT text[] := pg_catalog.string_to_array(
        pg_catalog.current_setting('tenancy.context', true), '.');
BEGIN
    -- A variable that was set for one transaction is '' in the next, not NULL: neither has five parts.
    IF pg_catalog.array_length(parts, 1) IS DISTINCT FROM 5 OR parts[1] <> 'v1' THEN
        RAISE EXCEPTION 'no tenant context in this transaction' USING
            ERRCODE = 'insufficient_privilege',
            HINT = 'Begin the transaction through the application''s session, inside a tenant context.';
    END IF;
    RETURN parts;
END
$body$
