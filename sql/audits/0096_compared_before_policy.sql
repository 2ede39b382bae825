-- error: A comparison may run on other tenants' rows before their policy has been asked.
SELECT format('pg_catalog.%s', t.typname), 'has subscripts, which are leakproof and cost nothing',
       'ALTER TYPE pg_catalog.jsonb SET (SUBSCRIPT = NONE)'
FROM pg_type t WHERE t.oid = 'jsonb'::regtype AND t.typsubscript <> 0
UNION ALL
SELECT p.oid::regprocedure::text, format('is leakproof and costs %s', p.procost),
       format('ALTER FUNCTION %s COST 21', p.oid::regprocedure)
FROM pg_proc p WHERE p.proleakproof AND p.procost < 21;
