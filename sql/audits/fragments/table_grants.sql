-- What is granted on the database's own relations, column by column too, but for what the owners have.
SELECT r.oid AS relation, r.name, r.relkind, a.grantee, a.privilege_type, a.is_grantable, NULL::name AS column_name,
       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee_name,
       CASE r.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END || r.name AS written
FROM ({{relations}}) AS r CROSS JOIN LATERAL aclexplode(r.relacl) AS a
WHERE a.grantee <> r.relowner
UNION ALL
SELECT r.oid, r.name, r.relkind, a.grantee, a.privilege_type, a.is_grantable, c.attname,
       CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END, r.name
FROM ({{relations}}) AS r
JOIN pg_attribute c ON c.attrelid = r.oid AND NOT c.attisdropped
CROSS JOIN LATERAL aclexplode(c.attacl) AS a
WHERE a.grantee <> r.relowner
