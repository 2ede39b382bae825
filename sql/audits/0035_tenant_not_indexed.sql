-- warning: No index leads with the tenant: every query of one tenant reads the rows of all.
SELECT t.name, format('no whole, valid index begins with %I', t.key),
       format('CREATE INDEX ON %s (%I)', t.name, t.key)
FROM ({{scoped_tables}}) AS t
WHERE t.key_number IS NOT NULL AND NOT EXISTS (SELECT FROM pg_index i
                  WHERE i.indrelid = t.oid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = t.key_number);
