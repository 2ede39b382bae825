-- warning: A role that serves requests may have any number of sessions, until none is left for others.
SELECT r.name, 'has no connection limit', format('ALTER ROLE %s CONNECTION LIMIT 60', r.quoted)
FROM ({{our_roles}}) AS r
WHERE r.purpose IN ('app', 'platform') AND r.rolconnlimit < 0;
