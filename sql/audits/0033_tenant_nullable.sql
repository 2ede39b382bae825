-- error: A row of a tenants' table may be no tenant's.
SELECT format('%s.%I', t.name, t.key), 'may be NULL',
       format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', t.name, t.key)
FROM ({{scoped_tables}}) AS t
WHERE NOT t.key_required;
