-- warning: The tenant column refers to no tenant: rows outlive theirs, or never had one.
SELECT t.name, format('%I refers to no tenant', t.key),
       format('ALTER TABLE %1$s NO FORCE ROW LEVEL SECURITY; ALTER TABLE %3$s NO FORCE ROW LEVEL SECURITY; '
              'ALTER TABLE %1$s ADD FOREIGN KEY (%2$I) REFERENCES %3$s (%4$I); '
              'ALTER TABLE %1$s FORCE ROW LEVEL SECURITY; ALTER TABLE %3$s FORCE ROW LEVEL SECURITY',
              t.name, t.key, root.name, root.key)
FROM ({{scoped_tables}}) AS t
-- Only where it is certain which table holds the tenants: one that other tenant columns refer to.
JOIN ({{scoped_tables}}) AS root ON root.is_root
     AND EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = root.oid AND f.confkey = ARRAY[root.key_number])
WHERE NOT t.is_root AND NOT t.is_child
  AND NOT EXISTS (SELECT FROM pg_constraint f
                  WHERE f.conrelid = t.oid AND f.contype = 'f' AND f.conkey = ARRAY[t.key_number]);
