-- warning: Everyone may call a function of the database's own.
SELECT f.signature, 'PUBLIC may call it', format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', f.signature)
FROM ({{functions}}) AS f
CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) AS a
WHERE NOT f.prosecdef AND a.grantee = 0;
