-- warning: A policy asks a table that has no row-level security of its own.
SELECT format('%I on %s', p.polname, t.name), format('reads %s', r.name),
       format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', r.name)
FROM ({{scoped_tables}}) AS t
JOIN pg_policy p ON p.polrelid = t.oid
JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
JOIN ({{relations}}) AS r ON r.oid = d.refobjid AND r.oid <> t.oid
WHERE r.relkind IN ('r', 'p', 'f', 'm') AND NOT r.relrowsecurity;
