-- warning: Everyone may connect to a database that nobody prepared, run code there and make temporary tables.
SELECT 'database ' || d.datname, format('PUBLIC has %s', a.privilege_type),
       format('REVOKE %s ON DATABASE %I FROM PUBLIC', a.privilege_type, d.datname)
FROM pg_database d
CROSS JOIN LATERAL aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
WHERE d.datname IN ('postgres', 'template1') AND d.datname <> current_database() AND a.grantee = 0;
