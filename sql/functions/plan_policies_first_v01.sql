-- Has the planner put each policy before every condition of the statement. PostgreSQL lets a leakproof condition go
-- before a policy if it costs less than ten operators: where an operator costs nothing, none does. The planner calls
-- this once a plan, since it is IMMUTABLE and has no arguments, and costs are read after that. Whatever the session
-- has set is overruled until the transaction ends.
CREATE FUNCTION tenancy.plan_policies_first() RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL RESTRICTED
AS $body$
BEGIN
    IF pg_catalog.current_setting('cpu_operator_cost') OPERATOR(pg_catalog.<>) '0' THEN
        PERFORM pg_catalog.set_config('cpu_operator_cost', '0', true);
    END IF;
    RETURN true;
END
$body$
