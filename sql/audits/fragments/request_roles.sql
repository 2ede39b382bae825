-- Who serves requests, and PUBLIC, whose rights everyone has. What a superuser may do is said once, elsewhere.
SELECT 0::oid AS oid, 'PUBLIC' AS name, 'PUBLIC' AS quoted
UNION ALL
SELECT oid, rolname::text, quote_ident(rolname) FROM pg_roles
WHERE rolname IN ({{'app'}}, {{'platform'}}, {{'directory'}}, {{'sealer'}}) AND NOT rolsuper
