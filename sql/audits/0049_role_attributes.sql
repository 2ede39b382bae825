-- error: One of the program's roles may make roles or databases, replicate, or log in where nobody should.
SELECT r.name, 'has ' || a.attribute, format('ALTER ROLE %s NO%s', r.quoted, a.attribute)
FROM ({{our_roles}}) AS r
CROSS JOIN LATERAL (VALUES ('CREATEROLE', r.rolcreaterole), ('CREATEDB', r.rolcreatedb),
                           ('REPLICATION', r.rolreplication),
                           ('LOGIN', r.rolcanlogin AND r.purpose IN ('directory', 'sealer'))) AS a (attribute, held)
WHERE a.held;
