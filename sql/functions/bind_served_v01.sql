-- Binds a context to this transaction alone, as bind does, to serve a request: a tenant that this database may not
-- serve now is refused, and so is a credential that was looked up before a change of the tenant's. An error ends the
-- message that it comes in, so that nothing of a refused request is run. Tells how often the tenant's credentials were
-- changed. What each error code means to the program is in postgres/binding.py.
CREATE FUNCTION tenancy.bind_served(context text, credentials integer) RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $body$
DECLARE
    tenant record;
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'public', true),
            pg_catalog.set_config('tenancy.context', context, true);
    SELECT t.status, t.credentials_version INTO tenant
      FROM public.tenants t WHERE t.id = (SELECT tenancy.current_tenant_id());
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no such tenant here' USING ERRCODE = 'TN001';
    ELSIF tenant.status = 'suspended' THEN
        RAISE EXCEPTION 'the tenant is suspended' USING ERRCODE = 'TN002';
    ELSIF tenant.status <> 'active' THEN
        RAISE EXCEPTION 'the tenant is not served' USING ERRCODE = 'TN003';
    ELSIF tenant.credentials_version <> credentials THEN
        RAISE EXCEPTION 'the credentials have changed' USING ERRCODE = 'TN004';
    END IF;
    RETURN tenant.credentials_version;
END
$body$
