-- error: The server is older than the releases that mended what passes row-level security.
WITH running AS (
    SELECT num / 10000 AS major, num % 10000 AS minor
    FROM (SELECT current_setting('server_version_num')::int) AS v (num)
), fixed (fault, versions) AS (
    VALUES ('CVE-2023-2455: a plan made for one role applies its policies to another', ARRAY['15.3']),
           ('CVE-2023-39418: MERGE passes policies', ARRAY['15.4']),
           ('CVE-2024-10976: a plan kept across roles applies the wrong policies', ARRAY['15.9', '16.5', '17.1']),
           ('CVE-2025-8713: planner statistics show values that a policy hides', ARRAY['15.14', '16.10', '17.6']),
           ('CVE-2025-12817: CREATE STATISTICS in any schema', ARRAY['15.15', '16.11', '17.7', '18.1']),
           ('CVE-2026-2006: any SQL may run code on the server', ARRAY['15.16', '16.12', '17.8', '18.2']),
           ('CVE-2026-6473: any SQL may run code on the server', ARRAY['15.18', '16.14', '17.10', '18.4']),
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
