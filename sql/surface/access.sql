-- Who may do what with any object that has privileges: one row for each privilege of a holder that is not the owner.
SELECT a.classid, a.objid, a.attname, h.name AS holder, h.quoted AS quoted_holder, g.privilege_type AS privilege,
       g.is_grantable
FROM (
    SELECT 'pg_class'::regclass AS classid, c.oid AS objid, NULL::name AS attname, c.relowner AS owner,
           coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)) AS acl
    FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 't')
    UNION ALL
    SELECT 'pg_class', c.oid, t.attname, c.relowner, t.attacl
    FROM pg_attribute t JOIN pg_class c ON c.oid = t.attrelid WHERE t.attacl IS NOT NULL AND NOT t.attisdropped
    UNION ALL
    SELECT 'pg_proc', oid, NULL, proowner, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
    WHERE proacl IS NOT NULL OR oid >= 16384
    UNION ALL
    SELECT 'pg_type', oid, NULL, typowner, coalesce(typacl, acldefault('T', typowner)) FROM pg_type
    WHERE typacl IS NOT NULL OR oid >= 16384
    UNION ALL
    SELECT 'pg_namespace', oid, NULL, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace
    UNION ALL
    SELECT 'pg_language', oid, NULL, lanowner, coalesce(lanacl, acldefault('l', lanowner)) FROM pg_language
    WHERE lanpltrusted OR lanacl IS NOT NULL
    UNION ALL
    SELECT 'pg_database', oid, NULL, datdba, coalesce(datacl, acldefault('d', datdba)) FROM pg_database
    WHERE datallowconn
    UNION ALL
    SELECT 'pg_tablespace', oid, NULL, spcowner, coalesce(spcacl, acldefault('t', spcowner)) FROM pg_tablespace
    UNION ALL
    SELECT 'pg_largeobject', oid, NULL, lomowner, coalesce(lomacl, acldefault('L', lomowner))
    FROM pg_largeobject_metadata
    UNION ALL
    SELECT 'pg_foreign_server', oid, NULL, srvowner, coalesce(srvacl, acldefault('S', srvowner))
    FROM pg_foreign_server
    UNION ALL
    SELECT 'pg_foreign_data_wrapper', oid, NULL, fdwowner, coalesce(fdwacl, acldefault('F', fdwowner))
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_parameter_acl', oid, NULL, 10, paracl FROM pg_parameter_acl
) AS a
CROSS JOIN LATERAL aclexplode(a.acl) AS g
JOIN ({{holders}}) AS h ON h.oid = g.grantee
WHERE g.grantee <> a.owner
