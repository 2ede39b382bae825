-- The role, within the tenant, of whoever acts in this transaction.
CREATE FUNCTION tenancy.current_actor_role() RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN (tenancy.current_context())[4]
