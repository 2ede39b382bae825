-- warning: Everyone who may connect may look into a schema.
SELECT n.nspname, 'PUBLIC has USAGE', format('REVOKE USAGE ON SCHEMA %I FROM PUBLIC', n.nspname)
FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) AS a
WHERE a.grantee = 0 AND a.privilege_type = 'USAGE' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  -- An extension brings its schema's grants with it.
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass AND d.objid = n.oid
                                            AND d.deptype = 'e');
