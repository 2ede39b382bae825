-- The one question that may be asked without a tenant context: which tenant has this subdomain?
-- One name at a time: the directory cannot be listed through it.
CREATE FUNCTION tenancy.find_tenant(wanted text)
RETURNS TABLE (tenant_id uuid, subdomain text, status text, database text, epoch integer)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT d.tenant_id, d.subdomain::text, d.status::text, b.name::text, d.epoch
      FROM control.directory d
      JOIN control.databases b ON b.id = d.database_id
     WHERE d.subdomain = wanted;
END
