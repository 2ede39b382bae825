-- What `roles create` promises, read back: one row a measure, with what contradicts it.
WITH wanted (role, login, inherit) AS (
    VALUES ({{'owner'}}, true, false), ({{'app'}}, true, false), ({{'platform'}}, true, false),
           ({{'directory'}}, false, false), ({{'sealer'}}, false, false),
           ({{'watchdog'}}, {{watchdog_logs_in}}, true)
), found (measure, detail) AS (
    SELECT 'attributes', CASE WHEN r.oid IS NULL THEN format('role %I does not exist', w.role)
                              ELSE format('role %I has the wrong attributes', w.role) END
    FROM wanted w LEFT JOIN pg_catalog.pg_roles r ON r.rolname = w.role
    WHERE r.oid IS NULL OR r.rolcanlogin <> w.login OR r.rolinherit <> w.inherit OR r.rolsuper OR r.rolbypassrls
          OR r.rolcreatedb OR r.rolcreaterole OR r.rolreplication
    UNION ALL
    SELECT 'no_memberships', format('%s is a member of %s', m.member::regrole, m.roleid::regrole)
    FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member
    WHERE r.rolname IN ({{'app'}}, {{'platform'}}, {{'directory'}}, {{'sealer'}})
       OR r.rolname = {{'watchdog'}} AND m.roleid <> (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = {{'app'}})
    UNION ALL
    SELECT 'memberships', format('%I is not a member of %I', m.member, m.role)
    FROM (VALUES ({{'owner'}}, {{'directory'}}, 'MEMBER'), ({{'owner'}}, {{'sealer'}}, 'MEMBER'),
                 ({{'watchdog'}}, {{'app'}}, 'USAGE'), (current_user::text, {{'owner'}}, 'USAGE'),
                 ({{'watchdog'}}, {{'app'}},
                  CASE WHEN current_setting('server_version_num')::integer < 160000 THEN 'MEMBER' ELSE 'SET' END))
         AS m (member, role, kind)
    LEFT JOIN pg_catalog.pg_roles a ON a.rolname = m.member
    LEFT JOIN pg_catalog.pg_roles b ON b.rolname = m.role
    WHERE NOT coalesce(pg_catalog.pg_has_role(a.oid, b.oid, m.kind), false)
    UNION ALL
    SELECT 'settings', format('%s starts with %s', s.setrole::regrole, c.setting)
    FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
    CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
    WHERE r.rolname IN ({{'app'}}, {{'platform'}})
      AND NOT (s.setdatabase = 0 AND c.setting LIKE 'temp\_file\_limit=%')
    UNION ALL
    SELECT 'connection_limits', format('%I may not have just %s sessions', l.role, l.sessions)
    FROM (VALUES ({{'app'}}, {{app_connections}}), ({{'platform'}}, {{platform_connections}})) AS l (role, sessions)
    LEFT JOIN pg_catalog.pg_roles r ON r.rolname = l.role
    WHERE r.rolconnlimit IS DISTINCT FROM l.sessions
    UNION ALL
    SELECT 'temporary_files', format('%I does not start with temp_file_limit=%s', l.role, {{'temporary_files'}})
    FROM (VALUES ({{'app'}}), ({{'platform'}})) AS l (role)
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_db_role_setting s
                      JOIN pg_catalog.pg_roles r ON r.oid = s.setrole AND r.rolname = l.role
                      WHERE s.setdatabase = 0
                        AND format('temp_file_limit=%s', {{'temporary_files'}}) = ANY (s.setconfig))
)
SELECT m.step, m.measure, m.required, f.detail IS NULL AS holds, coalesce(f.detail, '') AS detail
FROM (VALUES ('roles/create_roles_v01.sql', 'attributes', true),
             ('roles/revoke_memberships_v01.sql', 'no_memberships', true),
             ('roles/grant_memberships_v01.sql', 'memberships', true),
             ('roles/reset_settings_v01.sql', 'settings', false),
             ('roles/limit_connections_v01.sql', 'connection_limits', false),
             ('roles/limit_temporary_files_v01.sql', 'temporary_files', false)) AS m (step, measure, required)
LEFT JOIN (SELECT measure, string_agg(DISTINCT detail, '; ' ORDER BY detail) AS detail
           FROM found GROUP BY measure) AS f USING (measure);
