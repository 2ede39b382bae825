-- warning: A tenants' table numbers its rows from one sequence: every number tells how much all write.
SELECT format('%s.%I', t.name, a.attname), 'counts through all tenants',
       CASE WHEN a.attidentity <> '' THEN format('ALTER TABLE %s ALTER COLUMN %I DROP IDENTITY', t.name, a.attname)
            ELSE format('ALTER TABLE %s ALTER COLUMN %I DROP DEFAULT', t.name, a.attname) END
FROM ({{scoped_tables}}) AS t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
WHERE a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) ~ '\mnextval\(';
