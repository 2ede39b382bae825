-- error: A tenants' table without row-level security.
SELECT t.name, 'row-level security is not enabled', format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t.name)
FROM ({{scoped_tables}}) AS t
WHERE NOT t.relrowsecurity AND NOT t.is_child;
