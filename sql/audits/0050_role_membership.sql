-- error: A role that serves requests, or watches them, is a member of another: it may become it.
SELECT r.name, format('is a member of %s', m.roleid::regrole),
       format('REVOKE %s FROM %s', m.roleid::regrole, r.quoted)
FROM ({{our_roles}}) AS r JOIN pg_auth_members m ON m.member = r.oid
WHERE r.purpose IN ('app', 'platform', 'directory', 'sealer')
   OR r.purpose = 'watchdog' AND m.roleid <> (SELECT oid FROM pg_roles WHERE rolname = {{'app'}});
