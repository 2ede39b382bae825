-- error: What is created next is open before anyone has looked at it.
SELECT format('defaults of %s', a.defaclrole::regrole || coalesce(' in ' || n.nspname, '')),
       format('new %s are granted to %s', k.kind, g.name),
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %s%s REVOKE ALL ON %s FROM %s', a.defaclrole::regrole,
              ' IN SCHEMA ' || quote_ident(n.nspname), k.kind, g.quoted)
FROM pg_default_acl a
LEFT JOIN pg_namespace n ON n.oid = a.defaclnamespace
JOIN (VALUES ('r', 'TABLES'), ('S', 'SEQUENCES'), ('f', 'FUNCTIONS'), ('n', 'SCHEMAS')) AS k (code, kind)
     ON k.code = a.defaclobjtype::text
CROSS JOIN LATERAL aclexplode(a.defaclacl) AS e
JOIN ({{request_roles}}) AS g ON g.oid = e.grantee
UNION ALL
SELECT format('defaults of %s', r.name), 'new FUNCTIONS are granted to PUBLIC, as nothing says otherwise',
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %s REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC', r.quoted)
FROM ({{our_roles}}) AS r
WHERE r.purpose = 'owner' AND r.oid IS NOT NULL
  AND NOT EXISTS (SELECT FROM pg_default_acl a
                  WHERE a.defaclrole = r.oid AND a.defaclnamespace = 0 AND a.defaclobjtype = 'f');
