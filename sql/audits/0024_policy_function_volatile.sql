-- warning: A function that a policy calls is VOLATILE: it is asked again for every row, and no index is used.
SELECT f.signature, 'is VOLATILE', format('ALTER FUNCTION %s STABLE', f.signature)
FROM ({{functions}}) AS f
WHERE f.provolatile = 'v' AND f.in_policy;
