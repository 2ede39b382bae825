-- warning: A policy without WITH CHECK: what it means hangs on USING, and ALTER POLICY on one changes both.
SELECT DISTINCT p.object, 'WITH CHECK is missing', p.repair
FROM ({{policy_clauses}}) AS p
WHERE p.polcmd IN ('*', 'w') AND p.polwithcheck IS NULL;
