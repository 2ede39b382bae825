-- The tenant whose rows this transaction sees. Every policy asks this, and nothing else. The planner puts this text
-- in the place of the call, and so comes by what has it plan the policy before every condition of the statement.
CREATE FUNCTION tenancy.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN CASE WHEN tenancy.plan_policies_first() THEN (tenancy.current_context())[2]::pg_catalog.uuid END
