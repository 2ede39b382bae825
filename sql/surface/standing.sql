-- What stands in the catalog beside objects and their privileges, and opens something: settings that sessions start
-- with, memberships, default privileges, PostgreSQL's own objects in other hands.
SELECT 'setting', format('%s%s: %s', coalesce(h.name, 'every role'), coalesce(' in ' || quote_ident(d.datname), ''),
                         c.setting),
       coalesce(h.name, 'PUBLIC'), 'sessions start with it',
       format('ALTER %s RESET %s',
              CASE WHEN s.setrole = 0 AND s.setdatabase <> 0 THEN format('DATABASE %I', d.datname)
                   ELSE 'ROLE ' || coalesce(h.quoted, 'ALL') || coalesce(' IN DATABASE ' || quote_ident(d.datname), '')
              END, split_part(c.setting, '=', 1))
FROM pg_db_role_setting s
LEFT JOIN pg_database d ON d.oid = s.setdatabase
LEFT JOIN ({{holders}}) AS h ON h.oid = s.setrole AND h.oid <> 0
CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
WHERE (s.setrole = 0 OR h.oid IS NOT NULL) AND (s.setdatabase = 0 OR d.datname = current_database())
  AND NOT (coalesce(h.name, '') IN ('app', 'platform') AND s.setdatabase = 0 AND c.setting LIKE 'temp\_file\_limit=%')
  AND format('%s: %s', CASE WHEN s.setrole = 0 THEN 'database' ELSE pg_get_userbyid(s.setrole) END, c.setting)
      <> ALL ({{role_settings}})
UNION ALL
SELECT 'membership', format('%s in %s', h.name, coalesce(g.name, r.rolname)), h.name,
       'has that role''s rights, or can become it', format('REVOKE %I FROM %s', r.rolname, h.quoted)
FROM pg_auth_members m
JOIN ({{our_roles}}) AS o ON o.oid = m.member
JOIN ({{holders}}) AS h ON h.oid = m.member
JOIN pg_roles r ON r.oid = m.roleid
LEFT JOIN ({{holders}}) AS g ON g.oid = m.roleid
WHERE (h.name, coalesce(g.name, '')) NOT IN (('owner', 'directory'), ('owner', 'sealer'), ('watchdog', 'app'))
UNION ALL
-- Whoever made the roles may be a member of them.
SELECT 'membership', format('%I in %s', s.rolname, h.name), quote_ident(s.rolname),
       'has that role''s rights, or can become it', format('REVOKE %s FROM %I', h.quoted, s.rolname)
FROM pg_auth_members m
JOIN pg_roles s ON s.oid = m.member AND NOT s.rolsuper AND NOT s.rolcreaterole
JOIN ({{our_roles}}) AS o ON o.oid = m.roleid
JOIN ({{holders}}) AS h ON h.oid = m.roleid
WHERE m.member NOT IN (SELECT r.oid FROM ({{our_roles}}) AS r)
UNION ALL
SELECT 'default privileges', format('of %s%s on %s', coalesce(o.name, pg_get_userbyid(a.defaclrole)),
                                    coalesce(' in schema ' || quote_ident(n.nspname), ''),
                                    CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
                                         WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
                                         ELSE 'large objects' END),
       h.name, format('gets %s on whatever that role makes', g.privilege_type),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM %s', pg_get_userbyid(a.defaclrole),
              coalesce(' IN SCHEMA ' || quote_ident(n.nspname), ''), g.privilege_type,
              CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                   WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END, h.quoted)
FROM pg_default_acl a
CROSS JOIN LATERAL aclexplode(a.defaclacl) AS g
JOIN ({{holders}}) AS h ON h.oid = g.grantee
LEFT JOIN ({{holders}}) AS o ON o.oid = a.defaclrole
LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
WHERE g.grantee <> a.defaclrole
  -- What every role has on new functions and types unless it is taken away.
  AND NOT (a.defaclnamespace = 0 AND g.grantee = 0 AND a.defaclobjtype IN ('f', 'T'))
UNION ALL
-- What the first superuser owns is not written down there.
SELECT i.type, i.identity, coalesce(h.name, pg_get_userbyid(s.refobjid)), 'owns an object of PostgreSQL''s',
       format('REASSIGN OWNED BY %I TO %I', pg_get_userbyid(s.refobjid), pg_get_userbyid(10))
FROM pg_shdepend s
CROSS JOIN LATERAL pg_identify_object(s.classid, s.objid, 0) AS i
LEFT JOIN ({{holders}}) AS h ON h.oid = s.refobjid
WHERE s.deptype = 'o' AND s.objid < 16384 AND s.refclassid = 'pg_authid'::regclass
  AND s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND NOT (s.classid = 'pg_namespace'::regclass AND i.name IN ('public', 'tenancy', 'control') AND h.name = 'owner')
UNION ALL
SELECT 'schema', quote_ident(n.nspname), coalesce(h.name, pg_get_userbyid(n.nspowner)), 'owns it',
       format('ALTER SCHEMA %I OWNER TO {{owner}}', n.nspname)
FROM pg_namespace n LEFT JOIN ({{holders}}) AS h ON h.oid = n.nspowner
WHERE n.nspname IN ('public', 'tenancy', 'control') AND h.name IS DISTINCT FROM 'owner'
UNION ALL
-- None of PostgreSQL's own functions is so.
SELECT 'function', p.oid::regprocedure::text, 'PUBLIC',
       CASE WHEN p.prosecdef THEN 'runs with its owner''s rights' ELSE 'runs with settings of its own' END,
       CASE WHEN p.prosecdef THEN format('ALTER FUNCTION %s SECURITY INVOKER', p.oid::regprocedure)
            ELSE format('ALTER FUNCTION %s RESET ALL', p.oid::regprocedure) END
FROM pg_proc p WHERE p.oid < 16384 AND (p.prosecdef OR p.proconfig IS NOT NULL)
ORDER BY 1, 2, 3
