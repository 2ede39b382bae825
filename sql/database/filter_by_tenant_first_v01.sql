-- The planner lets a condition that it takes for leakproof go before a policy where it costs less than ten operators,
-- and a scalar sub-select in it runs for what it found: an oracle of other tenants' values. ANY of one value costs
-- half a comparison, so that none of 21 is cheap. A document's subscript compares at no cost at all, and is leakproof.
DO $filter_by_tenant_first$
DECLARE
    early regprocedure;
BEGIN
    FOR early IN SELECT f.oid FROM ({{early_functions}}) AS f WHERE f.procost < 21 LOOP
        EXECUTE format('ALTER FUNCTION %s COST 21', early);
    END LOOP;
    IF (SELECT t.typsubscript <> 0 FROM pg_catalog.pg_type t WHERE t.oid = 'pg_catalog.jsonb'::regtype) THEN
        ALTER TYPE pg_catalog.jsonb SET (SUBSCRIPT = NONE);
    END IF;
END
$filter_by_tenant_first$;
