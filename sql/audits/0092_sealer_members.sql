-- error: Another role than the owner may become the sealer, and read the keys that contexts are sealed with.
SELECT r.rolname, 'may become {{sealer}}', format('REVOKE {{sealer}} FROM %I', r.rolname)
FROM pg_roles r
JOIN ({{our_roles}}) AS s ON s.purpose = 'sealer' AND r.oid <> s.oid
LEFT JOIN ({{our_roles}}) AS o ON o.purpose = 'owner'
WHERE r.rolcanlogin AND NOT r.rolsuper AND NOT r.rolcreaterole AND pg_has_role(r.oid, s.oid, 'MEMBER')
  -- Who may become the owner is told by 0053, what the program's own roles may by 0050.
  AND NOT coalesce(pg_has_role(r.oid, o.oid, 'MEMBER'), false)
  AND r.rolname NOT IN ({{'app'}}, {{'platform'}}, {{'directory'}}, {{'watchdog'}});
