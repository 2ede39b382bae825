-- error: A SECURITY DEFINER function lends more rights than it can need.
SELECT f.signature,
       format('belongs to %s, which %s', f.proowner::regrole,
              concat_ws(', ', CASE WHEN r.rolsuper THEN 'is a superuser' END,
                        CASE WHEN r.rolbypassrls THEN 'has BYPASSRLS' END,
                        CASE WHEN r.rolcreaterole THEN 'has CREATEROLE' END,
                        CASE WHEN o.owns > 0 THEN format('owns %s relations', o.owns) END)),
       format('ALTER FUNCTION %s OWNER TO %I', f.signature, {{'directory'}})
FROM ({{functions}}) AS f
JOIN pg_roles r ON r.oid = f.proowner
CROSS JOIN LATERAL (SELECT count(*) AS owns FROM pg_class c WHERE c.relowner = r.oid) AS o
WHERE f.prosecdef AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR o.owns > 0);
