-- warning: A tenants' table without a primary key: rows cannot be told apart, referred to or moved.
SELECT t.name, 'has no primary key', CASE
    WHEN EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'id' AND NOT a.attisdropped)
    THEN format('ALTER TABLE %s ADD PRIMARY KEY (%I, id)', t.name, t.key)
    ELSE '-- choose a key and put the tenant first' END
FROM ({{scoped_tables}}) AS t
WHERE t.key_number IS NOT NULL AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisprimary);
