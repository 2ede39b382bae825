-- warning: Another role that may connect to this database passes every policy, or may become one that does.
SELECT r.rolname, CASE WHEN b.oid = r.oid THEN 'has BYPASSRLS' ELSE format('may become %s', b.rolname) END,
       CASE WHEN b.oid = r.oid THEN format('ALTER ROLE %I NOBYPASSRLS', r.rolname)
            ELSE format('REVOKE %I FROM %I', b.rolname, r.rolname) END
FROM pg_roles r JOIN pg_roles b ON (b.rolbypassrls OR b.rolsuper) AND pg_has_role(r.oid, b.oid, 'MEMBER')
WHERE r.rolcanlogin AND NOT r.rolsuper AND has_database_privilege(r.oid, current_database(), 'CONNECT')
  AND r.rolname NOT IN ({{'owner'}}, {{'app'}}, {{'platform'}}, {{'directory'}},
                        {{'sealer'}}, {{'watchdog'}});
