-- warning: An index of a tenants' table that does not lead with the tenant: the policy cannot use it.
SELECT format('%s on %s', i.indexrelid::regclass, t.name), 'does not begin with ' || t.key,
       format('DROP INDEX %s', i.indexrelid::regclass)
FROM ({{scoped_tables}}) AS t
JOIN pg_index i ON i.indrelid = t.oid
-- Other tables' keys have checks of their own.
WHERE (t.is_root OR NOT i.indisunique AND NOT i.indisexclusion) AND i.indkey[0] <> t.key_number;
