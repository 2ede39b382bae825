-- Verifies the sealed context that the transaction was begun with and returns what it says:
-- {version, tenant, actor, role, request}. Sealed: expiry, backend, key id and HMAC-SHA-256 follow.
-- The pads of the key are columns of one statement, never a variable, which debug settings of plpgsql would show;
-- sums are compared blinded, so that the time a comparison takes tells nothing of them. The MAC is compared as
-- text: hexadecimal digits in another case would be another token of the same meaning.
CREATE FUNCTION tenancy.verified_context() RETURNS text[]
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
    parts CONSTANT text[] := pg_catalog.string_to_array(
        pg_catalog.current_setting('tenancy.context', true), '.');
BEGIN
    -- A variable that was set for one transaction is '' in the next, not NULL: neither has a part.
    IF coalesce(pg_catalog.array_length(parts, 1), 0) = 0 THEN
        RAISE EXCEPTION 'no tenant context in this transaction' USING
            ERRCODE = 'insufficient_privilege',
            HINT = 'Begin the transaction through the application''s session, inside a tenant context.';
    END IF;
    PERFORM FROM tenancy.context_keys k
      WHERE k.key_id = parts[8]
        AND pg_catalog.sha256(k.blind || pg_catalog.convert_to(parts[9], 'UTF8'))
          = pg_catalog.sha256(k.blind || pg_catalog.convert_to(pg_catalog.encode(
                pg_catalog.sha256(k.opad || pg_catalog.sha256(k.ipad || pg_catalog.convert_to(
                    pg_catalog.array_to_string(parts[1:8], '.') || '.' || pg_catalog.current_database(),
                    'UTF8'))), 'hex'), 'UTF8'));
    -- Only what the sealer has made comes this far, so that the parts have their form. A transaction that began
    -- before the expiry goes on.
    -- A token lives for 60 seconds; one that is good for more than 60 further ones was made by a clock that is ahead.
    -- By the clock, not by the transaction's begin: a long transaction binds again.
    IF FOUND THEN
        IF pg_catalog.array_length(parts, 1) = 9 AND parts[1] = 'v2'
           AND parts[7] = pg_catalog.pg_backend_pid()::text
           AND pg_catalog.to_timestamp(parts[6]::double precision) > pg_catalog.transaction_timestamp()
           AND pg_catalog.to_timestamp(parts[6]::double precision)
               <= pg_catalog.clock_timestamp() + pg_catalog.make_interval(secs => 120)
        THEN
            RETURN parts[1:5];
        END IF;
    END IF;
    -- One answer to all that is wrong: which part it was would help to guess.
    RAISE EXCEPTION 'tenant context rejected' USING ERRCODE = 'insufficient_privilege';
END
$body$
