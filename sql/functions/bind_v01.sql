-- Binds a context to this transaction alone and tells the tenant's status in this database and how often its
-- credentials were changed, as 'active.1'; NULL where this database has no such tenant. Names are resolved anew: what
-- an earlier transaction of the session left in search_path is of no effect.
CREATE FUNCTION tenancy.bind(context text) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
AS $body$
BEGIN
    PERFORM pg_catalog.set_config('search_path', 'public', true),
            pg_catalog.set_config('tenancy.context', context, true);
    RETURN (SELECT t.status || '.' || t.credentials_version
              FROM public.tenants t WHERE t.id = (SELECT tenancy.current_tenant_id()));
END
$body$
