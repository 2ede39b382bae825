-- warning: A role that serves requests may write code in a language: DO blocks need no more.
SELECT l.lanname, format('%s may use it', g.name),
       format('REVOKE USAGE ON LANGUAGE %I FROM %s', l.lanname, g.quoted)
FROM pg_language l
CROSS JOIN LATERAL aclexplode(coalesce(l.lanacl, acldefault('l', l.lanowner))) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
WHERE l.lanpltrusted;
