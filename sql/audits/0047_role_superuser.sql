-- error: One of the program's roles is a superuser: no policy binds it.
SELECT r.name, 'is a superuser', format('ALTER ROLE %s NOSUPERUSER', r.quoted)
FROM ({{our_roles}}) AS r
WHERE r.rolsuper;
