-- error: Everyone may call a SECURITY DEFINER function.
SELECT f.signature, 'PUBLIC may call it', format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.signature)
FROM ({{functions}}) AS f
CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
WHERE f.prosecdef AND a.grantee = 0;
