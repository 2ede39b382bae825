-- error: A tenants' table, or a function its policies call, belongs to another role than the owner.
SELECT t.name, format('belongs to %s', t.relowner::regrole), format('ALTER TABLE %s OWNER TO {{owner}}', t.name)
FROM ({{scoped_tables}}) AS t
WHERE t.relowner <> (SELECT o.oid FROM ({{our_roles}}) AS o WHERE o.purpose = 'owner')
UNION ALL
SELECT f.signature, format('belongs to %s', f.proowner::regrole),
       format('ALTER FUNCTION %s OWNER TO {{owner}}', f.signature)
FROM ({{functions}}) AS f
WHERE f.in_policy AND NOT f.prosecdef
  -- The sealer's: see 0093.
  AND f.oid IS DISTINCT FROM to_regprocedure('tenancy.verified_context()')
  AND f.proowner <> (SELECT o.oid FROM ({{our_roles}}) AS o WHERE o.purpose = 'owner');
