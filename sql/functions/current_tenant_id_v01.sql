-- The tenant whose rows this transaction sees. Every policy asks this, and nothing else.
CREATE FUNCTION tenancy.current_tenant_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN (tenancy.current_context())[2]::pg_catalog.uuid
