-- error: A primary key without the tenant: who chooses an id learns whether another has it.
SELECT format('%s on %s', c.conname, t.name), pg_get_constraintdef(c.oid),
       format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE, ADD PRIMARY KEY (%I, %s)', t.name, c.conname, t.key,
              (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.n)
               FROM unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum))
FROM ({{scoped_tables}}) AS t
JOIN pg_constraint c ON c.conrelid = t.oid AND c.contype = 'p'
WHERE NOT t.is_root AND t.key_number <> ALL (c.conkey);
