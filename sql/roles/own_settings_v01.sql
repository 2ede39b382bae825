-- What the role of this session has left itself to start sessions with, everywhere or in this database, and what this
-- session has started with. What a superuser alone may set is the operator's.
SELECT c.setting
FROM pg_catalog.pg_db_role_setting s
JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) AS c (setting)
JOIN pg_catalog.pg_settings g ON g.name = pg_catalog.split_part(c.setting, '=', 1)
WHERE r.rolname = session_user AND g.context = 'user'
  AND s.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
UNION
SELECT format('%s=%s', g.name, g.setting)
FROM pg_catalog.pg_settings g
WHERE g.context = 'user' AND g.source IN ('user', 'database user')
