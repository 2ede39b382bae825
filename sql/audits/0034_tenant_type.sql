-- warning: The tenant column is of another type than the tenant function gives: every comparison casts.
SELECT format('%s.%I', t.name, t.key),
       format('is %s, %s() gives %s', t.key_type::regtype, f.oid::regproc, f.prorettype::regtype),
       format('ALTER TABLE %s ALTER COLUMN %I TYPE %s USING %2$I::%3$s', t.name, t.key, f.prorettype::regtype)
FROM ({{scoped_tables}}) AS t
JOIN pg_proc f ON f.oid = to_regproc({{'tenant_function'}})
WHERE t.key_type <> f.prorettype;
