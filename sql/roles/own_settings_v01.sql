-- What the role of this session has left itself to start sessions with, and what this session has started with.
SELECT l.name, l.setting, l.place, l.is_unknown, l.is_fixed FROM ({{left_settings}}) AS l
UNION ALL
SELECT g.name, format('%s=%s', g.name, pg_catalog.left(g.setting, 100)), 'session', false, false
FROM pg_catalog.pg_settings g
WHERE g.context = 'user' AND g.source IN ('user', 'database user')
  AND NOT 'NO_RESET' = ANY (pg_catalog.pg_settings_get_flags(g.name))
  AND g.name NOT IN (SELECT l.name FROM ({{left_settings}}) AS l)
