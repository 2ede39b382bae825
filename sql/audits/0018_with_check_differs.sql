-- error: A policy whose WITH CHECK is another than its USING.
SELECT u.object, format('USING is %s, WITH CHECK is %s', u.text, c.text), u.repair
FROM ({{policy_clauses}}) AS u
JOIN ({{policy_clauses}}) AS c ON c.oid = u.oid AND c.clause = 'WITH CHECK' AND u.clause = 'USING'
WHERE u.text <> c.text AND u.kind IN ('tenant', 'further') AND c.kind IN ('tenant', 'further');
