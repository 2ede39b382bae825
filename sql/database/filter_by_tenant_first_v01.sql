-- The planner lets a leakproof comparison that costs less than ten operators go before a policy, and a scalar
-- sub-select in it runs for what it found: an oracle of other tenants' values. ANY of one value costs half a
-- comparison, so that none of 21 is cheap. A document's subscript compares at no cost at all, and is leakproof.
DO $filter_by_tenant_first$
DECLARE
    compared regprocedure;
BEGIN
    FOR compared IN SELECT p.oid FROM pg_catalog.pg_proc p WHERE p.proleakproof AND p.procost < 21 LOOP
        EXECUTE format('ALTER FUNCTION %s COST 21', compared);
    END LOOP;
    IF (SELECT t.typsubscript <> 0 FROM pg_catalog.pg_type t WHERE t.oid = 'pg_catalog.jsonb'::regtype) THEN
        ALTER TYPE pg_catalog.jsonb SET (SUBSCRIPT = NONE);
    END IF;
END
$filter_by_tenant_first$;
