-- warning: A foreign key that was never held against the rows that were there before it.
SELECT format('%s on %s', f.conname, t.name), 'is NOT VALID',
       format('ALTER TABLE %1$s NO FORCE ROW LEVEL SECURITY; ALTER TABLE %2$s NO FORCE ROW LEVEL SECURITY; '
              'ALTER TABLE %1$s VALIDATE CONSTRAINT %3$I; '
              'ALTER TABLE %1$s FORCE ROW LEVEL SECURITY; ALTER TABLE %2$s FORCE ROW LEVEL SECURITY',
              t.name, f.confrelid::regclass, f.conname)
FROM ({{scoped_tables}}) AS t
JOIN pg_constraint f ON f.conrelid = t.oid AND f.contype = 'f'
WHERE NOT f.convalidated;
