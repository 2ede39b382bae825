-- error: Statistics are kept on a column marked as sensitive: EXPLAIN tells its values, letter by letter.
SELECT s.object, 'ANALYZE samples it',
       format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0', s.table_name, s.attname)
FROM ({{sensitive_columns}}) AS s
WHERE coalesce(s.attstattarget, -1) <> 0;
