-- warning: A role that serves requests may fill the server's disk with temporary files.
SELECT r.name, 'has no temp_file_limit',
       CASE WHEN l.rank = 1
            THEN format('ALTER ROLE %s IN DATABASE %I RESET temp_file_limit', r.quoted, current_database())
            ELSE format('ALTER ROLE %s SET temp_file_limit = ''1GB''', r.quoted) END
FROM ({{our_roles}}) AS r
CROSS JOIN LATERAL (
    -- What a session of the role starts with here: the first of these, or what the server was started with.
    SELECT CASE s.setrole WHEN 0 THEN 3 ELSE 1 END + (s.setdatabase = 0)::integer AS rank,
           split_part(c.setting, '=', 2) AS value
    FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS c (setting)
    WHERE s.setrole IN (0, r.oid) AND c.setting LIKE 'temp\_file\_limit=%'
      AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
    UNION ALL
    SELECT 5, CASE WHEN g.source IN ('user', 'database user') THEN '-1' ELSE g.setting END
    FROM pg_settings g WHERE g.name = 'temp_file_limit'
    ORDER BY rank
    LIMIT 1) AS l
WHERE r.oid IS NOT NULL AND r.purpose IN ('app', 'platform') AND ltrim(l.value) LIKE '-%';
