-- The database's own relations: not PostgreSQL's, not an extension's.
SELECT c.*, c.oid::regclass::text AS name, n.nspname,
       EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS is_child
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
