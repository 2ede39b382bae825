-- The views and materialized views that read tenants' tables, directly or through other views.
SELECT r.*, format('reads %s', s.tables) AS detail
FROM ({{relations}}) AS r
CROSS JOIN LATERAL (
    WITH RECURSIVE read (oid) AS (
        SELECT r.oid
        UNION
        SELECT d.refobjid FROM read
        JOIN pg_rewrite w ON w.ev_class = read.oid
        JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                        AND d.refclassid = 'pg_class'::regclass)
    SELECT string_agg(t.name, ', ' ORDER BY t.name) AS tables
    FROM read JOIN ({{scoped_tables}}) AS t ON t.oid = read.oid) AS s
WHERE r.relkind IN ('v', 'm') AND s.tables IS NOT NULL
