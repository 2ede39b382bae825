-- warning: Another role may become the owner, and switch row-level security off. Administrators are not told.
SELECT r.rolname, 'may become {{owner}}', format('REVOKE {{owner}} FROM %I', r.rolname)
FROM pg_roles r JOIN ({{our_roles}}) AS o ON o.purpose = 'owner' AND r.oid <> o.oid
WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolcreaterole AND pg_has_role(r.oid, o.oid, 'MEMBER')
  AND r.rolname NOT IN ({{'app'}}, {{'platform'}}, {{'directory'}}, {{'sealer'}}, {{'watchdog'}});
