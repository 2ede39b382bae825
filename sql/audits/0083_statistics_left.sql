-- error: Statistics from before are left on a column marked as sensitive: SET STATISTICS 0 does not remove them.
SELECT s.object, 'sampled values are left in pg_statistic',
       format('DELETE FROM pg_catalog.pg_statistic WHERE starelid = %L::regclass AND staattnum = %s',
              s.table_name, s.attnum)
FROM ({{sensitive_columns}}) AS s JOIN pg_statistic p ON p.starelid = s.attrelid AND p.staattnum = s.attnum;
