-- What the sealed context of this transaction says: {version, tenant, actor, role, request}. A name in front of the
-- function that verifies it: the planner puts that one in its place.
CREATE FUNCTION tenancy.current_context() RETURNS text[]
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN tenancy.verified_context()
