-- error: A foreign key without the tenant: it takes another tenant's row, and tells whether there is one.
SELECT f.object, f.definition, f.repair
FROM ({{plain_references}}) AS f
WHERE f.confdeltype IN ('a', 'r') AND f.confupdtype IN ('a', 'r')
UNION ALL
SELECT format('%s on %s', f.conname, t.name), pg_get_constraintdef(f.oid),
       format('ALTER TABLE %s DROP CONSTRAINT %I', t.name, f.conname)
FROM ({{scoped_tables}}) AS t
JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f' AND f.conparentid = 0
JOIN ({{scoped_tables}}) AS root ON root.oid = f.confrelid AND root.is_root AND root.oid <> t.oid
WHERE NOT t.is_root AND f.conkey <> ARRAY[t.key_number];
