-- error: One of the program's roles does not exist.
SELECT r.name, 'does not exist', '-- flask roles create'
FROM ({{our_roles}}) AS r
WHERE r.oid IS NULL;
