-- warning: A role, or this database, starts its sessions with settings that nobody declared.
SELECT coalesce(r.name, 'database ' || current_database()), format('starts with %s', c.setting),
       CASE WHEN r.name IS NULL
            THEN format('ALTER DATABASE %I RESET %s', current_database(), split_part(c.setting, '=', 1))
            -- Which a superuser alone may: RESET by itself refuses some.
            WHEN 'NO_RESET' = ANY (pg_settings_get_flags(split_part(c.setting, '=', 1)))
            THEN format('ALTER ROLE %s RESET ALL', r.quoted)
            WHEN s.setdatabase = 0 THEN format('ALTER ROLE %s RESET %s', r.quoted, split_part(c.setting, '=', 1))
            ELSE format('ALTER ROLE %s IN DATABASE %I RESET %s', r.quoted, current_database(),
                        split_part(c.setting, '=', 1)) END
FROM pg_db_role_setting s
LEFT JOIN ({{our_roles}}) AS r ON r.oid = s.setrole
CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
WHERE s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
  AND (r.oid IS NOT NULL OR s.setrole = 0 AND s.setdatabase <> 0)
  -- What the program itself gives them: see 0095.
  AND NOT (coalesce(r.purpose, '') IN ('app', 'platform') AND c.setting LIKE 'temp\_file\_limit=%')
  AND format('%s: %s', coalesce(r.name, 'database'), c.setting) <> ALL ({{role_settings}});
