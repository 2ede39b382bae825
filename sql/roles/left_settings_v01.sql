-- What a role was left to start sessions with, everywhere or in this database: every role may leave itself settings. What a
-- superuser alone may set is the operator's. A setting of a library that this session has not loaded is not known to it;
-- since PostgreSQL 16 some are fixed: RESET refuses them, and they hold for no longer than the session's start.
SELECT c.name, c.setting, CASE c.setdatabase WHEN 0 THEN 'role' ELSE 'database' END AS place,
       g.name IS NULL AND c.name LIKE '%.%' AS is_unknown,
       coalesce('NO_RESET' = ANY (pg_catalog.pg_settings_get_flags(c.name)), false) AS is_fixed
FROM (
    SELECT e.setdatabase, pg_catalog.split_part(e.setting, '=', 1) AS name,
           pg_catalog.left(e.setting, 100) AS setting
    -- In the list, where unnest writes no file: a value may have any length.
    FROM (SELECT s.setdatabase, pg_catalog.unnest(s.setconfig) AS setting
          FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
          WHERE r.rolname = {{role}}) AS e
    -- Cut before it is compared: a hash of it would be a file too.
    OFFSET 0) AS c
LEFT JOIN pg_catalog.pg_settings g ON g.name = c.name
WHERE coalesce(g.context, 'user') = 'user'
  AND c.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()))
