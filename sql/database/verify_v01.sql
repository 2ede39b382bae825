-- What `databases prepare` promises, read back: one row a measure, with what contradicts it. The application's
-- role may run it. Without a required measure the application does not start; the others depend on how much the
-- bootstrap role may do. What PUBLIC may do is not said again of each role.
WITH unprivileged (role) AS (
    VALUES ('public'::name), ({{'app'}}), ({{'platform'}})
), denied AS (
    SELECT d.measure, p.oid, p.oid::regprocedure AS signature, d.kept_by
    FROM ({{denied_functions}}) AS d (measure, names, kept_by)
    JOIN pg_catalog.pg_proc p ON p.proname LIKE ANY (d.names)
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND NOT (p.proname = 'ts_rewrite' AND p.pronargs = 3)
), found (measure, detail) AS (
    SELECT 'schemas', CASE WHEN n.oid IS NULL THEN format('schema %s does not exist', s.name)
                           ELSE format('schema %s belongs to %s', s.name, n.nspowner::regrole) END
    FROM (VALUES ('public'), ('tenancy'), ('control')) AS s (name)
    LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = s.name
    WHERE n.oid IS NULL OR n.nspowner <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = {{'owner'}})
    UNION ALL
    SELECT 'schemas', format('%s may create in schema %I', u.role, n.nspname)
    FROM pg_catalog.pg_namespace n CROSS JOIN unprivileged u
    WHERE n.nspname !~ '^pg_(toast_)?temp_' AND pg_catalog.has_schema_privilege(u.role, n.oid, 'CREATE')
    UNION ALL
    SELECT 'schemas', format('%s %s schema %s', s.role,
                             CASE WHEN s.granted THEN 'cannot use' ELSE 'may use' END, s.name)
    FROM (VALUES ('public', 'public', false), ('public', 'tenancy', false), ('public', 'control', false),
                 ({{'app'}}, 'public', true), ({{'app'}}, 'tenancy', true), ({{'app'}}, 'control', false),
                 ({{'platform'}}, 'public', true), ({{'platform'}}, 'tenancy', true),
                 ({{'platform'}}, 'control', true), ({{'directory'}}, 'control', true),
                 ({{'sealer'}}, 'tenancy', true), ({{'sealer'}}, 'control', false))
         AS s (role, name, granted)
    JOIN pg_catalog.pg_namespace n ON n.nspname = s.name
    WHERE pg_catalog.has_schema_privilege(s.role, n.oid, 'USAGE') <> s.granted
    UNION ALL
    SELECT 'default_privileges', 'new functions of the owner are open to PUBLIC'
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_default_acl a JOIN pg_catalog.pg_roles r ON r.oid = a.defaclrole
                      WHERE r.rolname = {{'owner'}} AND a.defaclnamespace = 0 AND a.defaclobjtype = 'f')
    UNION ALL
    SELECT 'default_privileges', format('new objects of the owner are open to %s',
                                        CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE g.grantee::regrole::text END)
    FROM pg_catalog.pg_default_acl a
    JOIN pg_catalog.pg_roles r ON r.oid = a.defaclrole AND r.rolname = {{'owner'}}
    CROSS JOIN LATERAL aclexplode(a.defaclacl) g
    LEFT JOIN pg_catalog.pg_roles e ON e.oid = g.grantee
    WHERE a.defaclobjtype IN ('f', 'r', 'S', 'n')
      AND (g.grantee = 0 OR e.rolname IN ({{'app'}}, {{'platform'}}))
    UNION ALL
    SELECT 'languages', format('%s may use language %s', u.role, l.lanname)
    FROM pg_catalog.pg_language l CROSS JOIN unprivileged u
    WHERE l.lanpltrusted AND pg_catalog.has_language_privilege(u.role, l.oid, 'USAGE')
      AND (u.role = 'public' OR NOT pg_catalog.has_language_privilege('public', l.oid, 'USAGE'))
    UNION ALL
    SELECT 'languages', format('{{owner}} cannot use language %s', l.lanname)
    FROM pg_catalog.pg_language l
    WHERE l.lanpltrusted AND NOT pg_catalog.has_language_privilege({{'owner'}}, l.oid, 'USAGE')
    UNION ALL
    SELECT d.measure, format('%s may call %s', u.role, d.signature)
    FROM denied d CROSS JOIN unprivileged u
    WHERE u.role <> ALL (d.kept_by) AND pg_catalog.has_function_privilege(u.role, d.oid, 'EXECUTE')
      AND (u.role = 'public' OR NOT pg_catalog.has_function_privilege('public', d.oid, 'EXECUTE'))
    UNION ALL
    SELECT d.measure, format('%s cannot call %s', k.role, d.signature)
    FROM denied d CROSS JOIN LATERAL unnest(d.kept_by) AS k (role)
    WHERE NOT pg_catalog.has_function_privilege(k.role, d.oid, 'EXECUTE')
    UNION ALL
    SELECT 'views', format('%s may read %s', r.role, v.name)
    FROM (VALUES ('pg_catalog.pg_stat_activity'), ('pg_catalog.pg_locks'), ('pg_catalog.pg_stat_replication'),
                 ('pg_catalog.pg_stat_ssl'), ('pg_catalog.pg_stat_gssapi'),
                 ('pg_catalog.pg_largeobject_metadata')) AS v (name)
    CROSS JOIN (VALUES ('public'), ({{'app'}})) AS r (role)
    WHERE pg_catalog.has_table_privilege(r.role, v.name, 'SELECT')
      AND (r.role = 'public' OR NOT pg_catalog.has_table_privilege('public', v.name, 'SELECT'))
    UNION ALL
    SELECT 'views', '{{watchdog}} cannot read pg_catalog.pg_stat_activity'
    WHERE NOT pg_catalog.has_table_privilege({{'watchdog'}}, 'pg_catalog.pg_stat_activity', 'SELECT')
    UNION ALL
    SELECT 'maintenance_databases', format('PUBLIC may connect to %I', d.datname)
    FROM pg_catalog.pg_database d
    WHERE d.datname IN ('postgres', 'template1') AND d.datname <> current_database()
      AND pg_catalog.has_database_privilege('public', d.oid, 'CONNECT, TEMPORARY')
    UNION ALL
    SELECT 'database', format('%s %s %s', p.role, CASE WHEN p.granted THEN 'lacks' ELSE 'has' END, p.privilege)
    FROM (VALUES ('public', 'CONNECT', false), ('public', 'CREATE', false), ('public', 'TEMPORARY', false),
                 ({{'app'}}, 'CONNECT', true), ({{'app'}}, 'CREATE', false), ({{'app'}}, 'TEMPORARY', false),
                 ({{'platform'}}, 'CONNECT', true), ({{'platform'}}, 'CREATE', false),
                 ({{'platform'}}, 'TEMPORARY', false), ({{'owner'}}, 'CONNECT', true),
                 ({{'owner'}}, 'CREATE', true)) AS p (role, privilege, granted)
    WHERE pg_catalog.has_database_privilege(p.role, current_database(), p.privilege) <> p.granted
    UNION ALL
    SELECT 'database_owner', format('it belongs to %s', d.datdba::regrole)
    FROM pg_catalog.pg_database d
    WHERE d.datname = current_database()
      AND d.datdba <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = {{'owner'}})
)
SELECT m.step, m.measure, m.required, f.detail IS NULL AS holds, coalesce(f.detail, '') AS detail
FROM (VALUES ('database/create_schemas_v01.sql', 'schemas', true),
             ('database/revoke_default_privileges_v01.sql', 'default_privileges', true),
             ('database/revoke_languages_v01.sql', 'languages', false),
             ('database/revoke_views_v01.sql', 'views', false),
             ('database/revoke_maintenance_databases_v01.sql', 'maintenance_databases', false),
             ('database/revoke_database_v01.sql', 'database', true),
             ('database/give_to_owner_v01.sql', 'database_owner', false)
      UNION ALL
      SELECT 'database/revoke_functions_v01.sql', d.measure, false
      FROM ({{denied_functions}}) AS d (measure, names, kept_by)) AS m (step, measure, required)
LEFT JOIN (SELECT measure, string_agg(DISTINCT detail, '; ' ORDER BY detail) AS detail
           FROM found GROUP BY measure) AS f USING (measure);
