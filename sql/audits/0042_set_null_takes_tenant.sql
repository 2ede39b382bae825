-- error: A foreign key that on delete sets the tenant itself to NULL or to its default.
SELECT format('%s on %s', f.conname, t.name), pg_get_constraintdef(f.oid),
       format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', t.name, f.conname,
              regexp_replace(pg_get_constraintdef(f.oid), ' ON DELETE SET (NULL|DEFAULT)', ''))
FROM ({{scoped_tables}}) AS t
JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' AND f.conparentid = 0
WHERE f.confdeltype IN ('n', 'd') AND t.key_number = ANY (f.conkey)
  AND (f.confdelsetcols IS NULL OR t.key_number = ANY (f.confdelsetcols));
