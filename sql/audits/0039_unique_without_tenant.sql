-- error: A unique key without the tenant: its refusal tells what others have.
SELECT format('%s on %s', i.indexrelid::regclass, t.name), pg_get_indexdef(i.indexrelid),
       CASE WHEN c.oid IS NULL THEN format('DROP INDEX %s', i.indexrelid::regclass)
            ELSE format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', t.name, c.conname) END
FROM ({{scoped_tables}}) AS t
JOIN pg_index i ON i.indrelid = t.oid AND (i.indisunique OR i.indisexclusion) AND NOT i.indisprimary
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = t.oid AND c.contype IN ('u', 'x')
WHERE NOT t.is_root AND t.key_number <> ALL ((i.indkey::int2[])[0:i.indnkeyatts - 1]);
