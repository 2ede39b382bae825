-- The credential or user that acts in this transaction; NULL for the program itself.
CREATE FUNCTION tenancy.current_actor_id() RETURNS uuid
LANGUAGE sql STABLE PARALLEL RESTRICTED
RETURN nullif((tenancy.current_context())[3], '')::pg_catalog.uuid
