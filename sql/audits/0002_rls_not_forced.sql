-- error: A tenants' table whose policies do not bind its owner.
SELECT t.name, 'row-level security is not forced', format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t.name)
FROM ({{scoped_tables}}) AS t
WHERE NOT t.relforcerowsecurity AND NOT t.is_child;
