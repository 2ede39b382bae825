-- error: The server is older than the releases that mended what passes row-level security.
WITH running AS (
    SELECT num / 10000 AS major, num % 10000 AS minor
    FROM (SELECT current_setting('server_version_num')::int) AS v (num)
), fixed (fault, versions) AS (
    VALUES {{known_faults}},
           ('the configuration asks for a later release', {{minimum_versions}})
)
SELECT format('PostgreSQL %s.%s', r.major, r.minor), format('%s; mended in %s', f.fault, v.version),
       format('-- update to PostgreSQL %s or later', v.version)
FROM running r
JOIN fixed f ON true
JOIN LATERAL unnest(f.versions) AS v (version) ON split_part(v.version, '.', 1)::int = r.major
WHERE r.minor < split_part(v.version, '.', 2)::int
UNION ALL
SELECT format('PostgreSQL %s.%s', r.major, r.minor), 'has no security_invoker views, and is no longer maintained',
       '-- update to PostgreSQL 15 or later'
FROM running r WHERE r.major < 15;
