-- error: A role that serves requests owns objects: an owner may switch their row-level security off.
SELECT r.name, format('owns %s', pg_describe_object(d.classid, d.objid, d.objsubid)),
       format('REASSIGN OWNED BY %s TO {{owner}}', r.quoted)
FROM ({{our_roles}}) AS r
JOIN pg_shdepend d ON d.refclassid = 'pg_authid'::regclass AND d.refobjid = r.oid AND d.deptype = 'o'
WHERE r.purpose IN ('app', 'platform') AND d.classid NOT IN ('pg_user_mapping'::regclass, 'pg_default_acl'::regclass)
  AND d.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()));
