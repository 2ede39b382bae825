-- What holders may do with PostgreSQL's own objects, with this database, languages, schemas and parameters, beyond
-- what the server gave out by itself and the preparation grants. What the preparation takes away and somebody gave back
-- counts too, where it was taken away: a preparation without a superuser cannot.
WITH access AS MATERIALIZED ({{access}}),
denied AS (
    SELECT p.oid, d.kept_by
    FROM ({{denied_functions}}) AS d (measure, names, kept_by)
    JOIN pg_proc p ON p.proname LIKE ANY (d.names) AND p.pronamespace = 'pg_catalog'::regnamespace
                  AND NOT (p.proname = 'ts_rewrite' AND p.pronargs = 3)
),
revoked AS (
    SELECT EXISTS (SELECT FROM denied d JOIN pg_proc p ON p.oid = d.oid
                   WHERE p.proname = 'pg_sleep' AND NOT has_function_privilege('public', p.oid, 'EXECUTE')) AS holds
),
given (classid, objid, attname, grantee, privilege) AS (
    SELECT i.classoid, i.objoid, t.attname, g.grantee, g.privilege_type
    FROM pg_init_privs i
    CROSS JOIN LATERAL aclexplode(i.initprivs) AS g
    LEFT JOIN pg_attribute t ON i.classoid = 'pg_class'::regclass AND t.attrelid = i.objoid AND i.objsubid > 0
                            AND t.attnum = i.objsubid
    WHERE i.privtype = 'i' AND i.objoid < 16384
    UNION ALL
    SELECT 'pg_proc'::regclass, p.oid, NULL, 0, 'EXECUTE' FROM pg_proc p
    WHERE p.oid < 16384 AND NOT EXISTS (SELECT FROM pg_init_privs i WHERE i.classoid = 'pg_proc'::regclass
                                                                  AND i.objoid = p.oid)
    UNION ALL
    SELECT 'pg_type'::regclass, oid, NULL, 0, 'USAGE' FROM pg_type WHERE oid < 16384
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, NULL, 0, 'SELECT' FROM pg_class c
    WHERE c.oid < 16384 AND c.relnamespace = 'information_schema'::regnamespace
      AND c.relname NOT LIKE '\_pg\_%' AND c.relname NOT IN ('sql_parts', 'transforms')
    UNION ALL
    SELECT 'pg_namespace'::regclass, oid, NULL, 0, 'USAGE' FROM pg_namespace
    WHERE nspname IN ('pg_catalog', 'information_schema')
    UNION ALL
    -- Who prepares without a superuser cannot take this away.
    SELECT 'pg_language'::regclass, l.oid, NULL, 0, 'USAGE' FROM pg_language l, revoked
    WHERE l.oid < 16384 AND l.lanpltrusted AND NOT revoked.holds
),
prepared (classid, objid, holder, privilege) AS (
    SELECT 'pg_proc'::regclass, d.oid, h.name, 'EXECUTE'
    FROM denied d CROSS JOIN LATERAL unnest(d.kept_by) AS k (role)
    JOIN ({{holders}}) AS h ON h.quoted = quote_ident(k.role)
    UNION ALL
    SELECT 'pg_class'::regclass, c.oid, k.role, 'SELECT'
    FROM pg_class c CROSS JOIN unnest(ARRAY['owner', 'platform', 'pg_monitor', 'watchdog']) AS k (role)
    WHERE c.relnamespace = 'pg_catalog'::regnamespace
      AND c.relname IN ('pg_stat_activity', 'pg_locks', 'pg_stat_replication', 'pg_stat_ssl', 'pg_stat_gssapi',
                        'pg_largeobject_metadata')
      AND (k.role <> 'watchdog' OR c.relname = 'pg_stat_activity')
    UNION ALL
    SELECT 'pg_language'::regclass, l.oid, 'owner', 'USAGE' FROM pg_language l WHERE l.oid < 16384
    UNION ALL
    SELECT 'pg_namespace'::regclass, n.oid, s.holder, 'USAGE'
    FROM (VALUES ('public', 'app'), ('public', 'platform'), ('tenancy', 'app'), ('tenancy', 'platform'),
                 ('tenancy', 'sealer'), ('control', 'platform'), ('control', 'directory')) AS s (schema, holder)
    JOIN pg_namespace n ON n.nspname = s.schema
    UNION ALL
    SELECT 'pg_database'::regclass, d.oid, s.holder, s.privilege
    FROM (VALUES ('app', 'CONNECT'), ('platform', 'CONNECT'), ('owner', 'CONNECT'), ('owner', 'CREATE'),
                 ('owner', 'TEMPORARY')) AS s (holder, privilege)
    JOIN pg_database d ON d.datname = current_database()
)
SELECT i.type, i.identity, a.holder,
       a.privilege || coalesce(' (' || quote_ident(a.attname) || ')', '')
           || CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END,
       CASE WHEN a.classid = 'pg_class'::regclass
            THEN format('REVOKE %s%s ON %s FROM %s', a.privilege, coalesce(' (' || quote_ident(a.attname) || ')', ''),
                        i.identity, a.quoted_holder)
            WHEN a.classid = 'pg_parameter_acl'::regclass
            THEN format('REVOKE %s ON PARAMETER %s FROM %s', a.privilege, i.identity, a.quoted_holder)
            ELSE format('REVOKE %s ON %s %s FROM %s', a.privilege, upper(i.type), i.identity, a.quoted_holder) END
FROM access a
CROSS JOIN LATERAL pg_identify_object(a.classid, a.objid, 0) AS i
CROSS JOIN revoked
LEFT JOIN ({{holders}}) AS h ON h.name = a.holder
WHERE coalesce(i.schema, '') !~ '^pg_(toast_)?temp'
  -- Another database is audited by itself.
  AND NOT (a.classid = 'pg_database'::regclass AND i.name <> quote_ident(current_database())) AND (
    -- The right to pass a right on is never given.
    a.is_grantable
    OR (a.objid < 16384 OR a.classid IN ('pg_parameter_acl'::regclass, 'pg_database'::regclass)
        OR a.classid = 'pg_namespace'::regclass AND i.name IN ('public', 'tenancy', 'control'))
       AND NOT EXISTS (SELECT FROM given g
                       WHERE g.classid = a.classid AND g.objid = a.objid AND g.privilege = a.privilege
                         AND g.grantee = h.oid AND (g.attname IS NULL OR g.attname = a.attname)
                         AND NOT (a.classid = 'pg_proc'::regclass AND revoked.holds
                                  AND EXISTS (SELECT FROM denied d WHERE d.oid = a.objid))
                         -- The views that the preparation takes from PUBLIC are those that it gives to others.
                         AND NOT (a.classid = 'pg_class'::regclass AND revoked.holds
                                  AND EXISTS (SELECT FROM prepared p
                                              WHERE p.classid = a.classid AND p.objid = a.objid)))
       AND NOT EXISTS (SELECT FROM prepared p
                       WHERE p.classid = a.classid AND p.objid = a.objid AND p.holder = a.holder
                         AND p.privilege = a.privilege AND a.attname IS NULL))
ORDER BY 1, 2, 3, 4
