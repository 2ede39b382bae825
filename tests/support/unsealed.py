"""The context as it would be without its seal: whatever SQL writes into the variable is believed."""

from __future__ import annotations

UNSEALED = """
CREATE OR REPLACE FUNCTION tenancy.current_context() RETURNS text[]
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
"""
