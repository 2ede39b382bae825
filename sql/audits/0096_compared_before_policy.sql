-- error: A comparison may run on other tenants' rows before their policy has been asked.
-- Subscripts of arrays, which nothing can take away, tell whole numbers alone.
SELECT format('%I.%I', n.nspname, t.typname), 'has subscripts, which are leakproof and cost nothing',
       format('ALTER TYPE %I.%I SET (SUBSCRIPT = NONE)', n.nspname, t.typname)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typsubscript NOT IN (0, 'array_subscript_handler'::regproc, 'raw_array_subscript_handler'::regproc)
UNION ALL
SELECT f.oid::regprocedure::text, format('is taken for leakproof and costs %s', f.procost),
       format('ALTER FUNCTION %s COST 21', f.oid::regprocedure)
FROM ({{early_functions}}) AS f WHERE f.procost < 21;
