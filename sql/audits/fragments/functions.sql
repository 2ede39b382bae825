-- The database's own functions, and whether a policy calls them, or a function that a policy calls does.
SELECT f.*, f.oid::regprocedure::text AS signature,
       f.oid IN (
           WITH RECURSIVE called (oid) AS (
               SELECT d.refobjid FROM pg_depend d
               WHERE d.classid = 'pg_policy'::regclass AND d.refclassid = 'pg_proc'::regclass
               UNION
               SELECT d.refobjid FROM called c
               JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = c.oid
                               AND d.refclassid = 'pg_proc'::regclass)
           SELECT oid FROM called) AS in_policy
FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_proc'::regclass AND d.objid = f.oid AND d.deptype = 'e')
