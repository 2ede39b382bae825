-- error: A function that reads the context says it is IMMUTABLE: a plan made for one tenant answers another.
SELECT f.signature, 'is IMMUTABLE', format('ALTER FUNCTION %s STABLE', f.signature)
FROM ({{functions}}) AS f
WHERE f.provolatile = 'i' AND (f.in_policy OR f.prosrc ~ '\mcurrent_setting\M')
  -- This one is meant to be called while a plan is made: see 0096.
  AND f.oid IS DISTINCT FROM to_regprocedure('tenancy.plan_policies_first()');
