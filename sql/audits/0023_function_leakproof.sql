-- error: A function of the database's own is LEAKPROOF: it is asked before the policy, about every row.
SELECT f.signature, 'is LEAKPROOF', format('ALTER FUNCTION %s NOT LEAKPROOF', f.signature)
FROM ({{functions}}) AS f
WHERE f.proleakproof;
