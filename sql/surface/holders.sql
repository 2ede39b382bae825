-- Whose reach counts, by a name that does not depend on the prefix: PUBLIC, the program's roles, and what these can
-- become. A superuser becomes everything; that is told elsewhere.
SELECT 0::oid AS oid, 'PUBLIC' AS name, 'PUBLIC' AS quoted
UNION ALL
SELECT r.oid, coalesce(o.purpose, r.rolname::text), quote_ident(r.rolname)
FROM pg_roles r
LEFT JOIN ({{our_roles}}) AS o ON o.oid = r.oid
WHERE o.oid IS NOT NULL
   OR EXISTS (SELECT FROM ({{our_roles}}) AS h
              WHERE h.oid IS NOT NULL AND NOT h.rolsuper AND pg_has_role(h.oid, r.oid, 'MEMBER'))
