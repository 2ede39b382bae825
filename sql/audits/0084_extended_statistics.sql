-- error: Extended statistics cover a column marked as sensitive.
SELECT s.object, format('covered by %I', e.stxname),
       format('DROP STATISTICS %s.%I', e.stxnamespace::regnamespace, e.stxname)
FROM ({{sensitive_columns}}) AS s
JOIN pg_statistic_ext e ON e.stxrelid = s.attrelid AND s.attnum = ANY (e.stxkeys);
