-- error: One of the program's roles has BYPASSRLS: no policy binds it, in spite of FORCE.
SELECT r.name, 'has BYPASSRLS', format('ALTER ROLE %s NOBYPASSRLS', r.quoted)
FROM ({{our_roles}}) AS r
WHERE r.rolbypassrls;
