-- warning: An extension is reachable that looks past policies, runs texts as queries, or logs in elsewhere.
SELECT e.extname, format('%s may use it', string_agg(DISTINCT g.name, ', ')), format('DROP EXTENSION %I', e.extname)
FROM pg_extension e
JOIN pg_depend d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND d.deptype = 'e'
LEFT JOIN pg_proc f ON d.classid = 'pg_proc'::regclass AND f.oid = d.objid
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
CROSS JOIN LATERAL aclexplode(CASE WHEN f.oid IS NULL THEN c.relacl
                                   ELSE coalesce(f.proacl, acldefault('f', f.proowner)) END) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
WHERE e.extname IN ('adminpack', 'dblink', 'file_fdw', 'lo', 'pageinspect', 'pg_buffercache', 'pg_freespacemap',
                    'pg_prewarm', 'pg_stat_statements', 'pg_surgery', 'pg_visibility', 'pg_walinspect',
                    'pgrowlocks', 'pgstattuple', 'postgres_fdw', 'tablefunc', 'xml2')
GROUP BY e.extname;
