-- Why the role of this session must not serve requests: one row a reason, read after "role x ".
WITH me AS (SELECT * FROM pg_catalog.pg_roles WHERE rolname = session_user)
SELECT 'error' AS severity, 'is a superuser' AS reason FROM me WHERE rolsuper
UNION ALL
SELECT 'error', 'has BYPASSRLS' FROM me WHERE rolbypassrls
UNION ALL
SELECT 'error', 'has CREATEDB' FROM me WHERE rolcreatedb
UNION ALL
SELECT 'error', 'has CREATEROLE' FROM me WHERE rolcreaterole
UNION ALL
SELECT 'error', 'has REPLICATION' FROM me WHERE rolreplication
UNION ALL
SELECT 'error', format('acts as another role, %I', current_user) WHERE current_user <> session_user
UNION ALL
-- A superuser counts as a member of every role: said once is enough.
SELECT 'error', format('is a member of role %I', r.rolname)
FROM pg_catalog.pg_roles r, me
WHERE NOT me.rolsuper AND r.oid <> me.oid AND pg_catalog.pg_has_role(me.oid, r.oid, 'MEMBER')
UNION ALL
(SELECT 'error', format('owns %s', pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid))
 FROM pg_catalog.pg_shdepend d, me
 WHERE d.refclassid = 'pg_authid'::regclass AND d.refobjid = me.oid AND d.deptype = 'o'
   AND (d.dbid = 0 OR d.dbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
   -- Every role may alter its own: of no effect where it creates nothing, and no reason to refuse every session.
   AND d.classid <> 'pg_default_acl'::regclass
 -- What belongs to this database, before the databases of the server.
 ORDER BY d.dbid = 0, d.classid, d.objid LIMIT 5)
UNION ALL
SELECT 'error', format('has %s on database %I', p.privilege, current_database())
FROM (VALUES ('CREATE'), ('TEMPORARY')) AS p (privilege), me
WHERE NOT me.rolsuper AND pg_catalog.has_database_privilege(me.oid, current_database(), p.privilege)
UNION ALL
SELECT 'error', format('has CREATE on schema %I', n.nspname)
FROM pg_catalog.pg_namespace n, me
WHERE NOT me.rolsuper AND n.nspname !~ '^pg_(toast_)?temp_'
  AND pg_catalog.has_schema_privilege(me.oid, n.oid, 'CREATE')
UNION ALL
(SELECT 'error', format('has %s on %s', p.privilege, c.oid::regclass)
 FROM pg_catalog.pg_class c CROSS JOIN (VALUES ('TRUNCATE'), ('REFERENCES'), ('TRIGGER')) AS p (privilege), me
 WHERE NOT me.rolsuper AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relowner <> me.oid
   AND (pg_catalog.has_table_privilege(me.oid, c.oid, p.privilege)
        OR p.privilege = 'REFERENCES' AND pg_catalog.has_any_column_privilege(me.oid, c.oid, 'REFERENCES'))
 ORDER BY c.oid::regclass::text, p.privilege LIMIT 5)
UNION ALL
-- Every role may leave itself defaults; the application's pool removes them.
SELECT 'warning', format('has settings of its own: %s', pg_catalog.string_agg(o.setting, ', '))
FROM ({{own_settings}}) AS o WHERE NOT o.is_unknown HAVING count(*) > 0;
