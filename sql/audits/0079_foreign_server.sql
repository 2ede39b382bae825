-- warning: A role that serves requests may use a foreign server: it logs in elsewhere as somebody else.
SELECT s.srvname, format('%s may use it', g.name),
       format('REVOKE USAGE ON FOREIGN SERVER %I FROM %s', s.srvname, g.quoted)
FROM pg_foreign_server s
CROSS JOIN LATERAL aclexplode(s.srvacl) AS a
JOIN ({{request_roles}}) AS g ON g.oid = a.grantee
UNION ALL
SELECT u.srvname, format('%s is mapped to a user there', g.name),
       format('DROP USER MAPPING FOR %s SERVER %I', g.quoted, u.srvname)
FROM pg_user_mappings u JOIN ({{request_roles}}) AS g ON g.oid = u.umuser;
