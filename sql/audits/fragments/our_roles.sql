-- The program's own roles, by purpose, there or not.
SELECT w.purpose, w.name, r.oid, quote_ident(w.name) AS quoted, r.rolsuper, r.rolbypassrls, r.rolcreaterole,
       r.rolcreatedb, r.rolreplication, r.rolcanlogin, r.rolconnlimit
FROM (VALUES ('owner', {{'owner'}}), ('app', {{'app'}}), ('platform', {{'platform'}}), ('directory', {{'directory'}}),
             ('sealer', {{'sealer'}}), ('watchdog', {{'watchdog'}}))
     AS w (purpose, name)
LEFT JOIN pg_roles r ON r.rolname = w.name
